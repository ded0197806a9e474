/* doctor: is everything there that an analysis of this project needs? One line per thing looked at. */
#include "cli/messages.h"
#include "cli/options.h"
#include "cli/pipeline.h"
#include "cli/project.h"
#include "extract/extract.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static const struct usage usage = {
	.positional = NULL,
	.summary = "Looks at the parser, the compile database, pkg-config, the store, the packs and the configuration.",
	.description = "Exit status: 0 all is well; 2 something has to be mended.",
};

struct doctor {
	struct arena arena;
	struct input input;
	const char *root;
	bool sick;
};

static void say(struct doctor *d, bool well, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void say(struct doctor *d, bool well, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs(well ? "ok    " : "BAD   ", stdout);
	vfprintf(stdout, format, arguments);
	fputc('\n', stdout);
	va_end(arguments);
	d->sick |= !well;
}

/* What a stage found wrong, one line each. */
static void say_problems(struct doctor *d, struct diagnostics *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		const struct diagnostic *p = &problems->items[i];
		char line[16] = "";

		if (p->line)
			g_snprintf(line, sizeof line, ":%u", p->line);
		say(d, p->level != DIAGNOSTIC_ERROR, "%s%s%s%s", p->file ? message_path(p->file) : "", line,
		    p->file ? ": " : "", p->message);
	}
	diagnostics_finish(problems);
}

static void look_at_parser(struct doctor *d)
{
	const char *header = LOOPLINT_CLANG_RESOURCE_DIR "/include/stddef.h";
	bool there = g_file_test(header, G_FILE_TEST_EXISTS);

	say(d, true, "looplint " LOOPLINT_VERSION ", parser: %s", extract_front_end());
	if (there)
		say(d, true, "headers of the compiler: %s", LOOPLINT_CLANG_RESOURCE_DIR);
	else
		say(d, false, "headers of the compiler: no %s; install libclang-19's development package", header);
}

static void look_at_database(struct doctor *d, const struct config *config)
{
	const char *build = d->input.build ? d->input.build : config->build;
	const char *path = compdb_find(&d->arena, d->root, build);
	struct compdb compdb;
	struct diagnostics problems = { 0 };
	struct stat status;

	if (!path) {
		say(d, !build, "compile database: none found%s%s; flags will be inferred", build ? " in " : "",
		    build ? build : "");
		return;
	}
	if (compdb_read(&d->arena, path, NULL, &compdb, &problems) == 0 && g_stat(path, &status) == 0)
		say(d, true, "compile database: %s, %zu units, %.1f days old", message_path(path), compdb.count,
		    difftime(time(NULL), status.st_mtime) / 86400);
	say_problems(d, &problems);
}

static void look_at_pkg_config(struct doctor *d)
{
	char *path = g_find_program_in_path("pkg-config");

	say(d, true, "pkg-config: %s", path ? path : "not found; flags of libraries cannot be inferred");
	g_free(path);
}

static void look_at_store(struct doctor *d)
{
	const char *directory = project_store(&d->arena, d->root, d->input.store);
	struct diagnostics problems = { 0 };

	if (!g_file_test(directory, G_FILE_TEST_EXISTS)) {
		say(d, true, "store: none yet at %s", message_path(directory));
		return;
	}
	store_check(directory, &problems);
	say_problems(d, &problems);
}

static void look_at_packs(struct doctor *d, const struct config *config)
{
	struct diagnostics problems = { 0 };
	struct packs packs = { 0 };

	if (packs_load(&d->arena, config->packs, &packs, &problems) == 0)
		say(d, true, "packs: %zu", packs.count);
	say_problems(d, &problems);
}

static void look_at_config(struct doctor *d, struct config *config)
{
	struct diagnostics problems = { 0 };

	if (config_read(&d->arena, d->root, config, &problems) == 0)
		say(d, true, "configuration: %s", config->path ? message_path(config->path) : "none, all defaults");
	say_problems(d, &problems);
}

static void examine(struct doctor *d)
{
	struct config config;

	d->root = project_root(&d->arena);
	say(d, true, "project: %s", d->root);
	look_at_config(d, &config);
	look_at_parser(d);
	look_at_database(d, &config);
	look_at_pkg_config(d);
	look_at_packs(d, &config);
	look_at_store(d);
}

enum outcome cli_doctor(int argc, char **argv)
{
	struct doctor doctor = { 0 };
	struct arguments arguments = { 0 };
	bool ok = options_parse(argc, argv, &usage, NULL, &doctor.input, &arguments);

	if (ok)
		examine(&doctor);
	input_finish(&doctor.input);
	arguments_finish(&arguments);
	arena_finish(&doctor.arena);
	return ok && !doctor.sick ? OUTCOME_OK : OUTCOME_BAD_INPUT;
}
