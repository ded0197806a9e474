/* init: a commented .looplint.yaml, and .looplint/ among what git ignores. What exists stays as it is. */
#include "cli/cli.h"
#include "cli/config.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "cli/project.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static const struct usage usage = {
	.positional = NULL,
	.summary = "Writes a commented " CONFIG_FILE " at the project root and adds .looplint/ to .gitignore.",
};

static const char template[] =
	"# looplint's configuration. Every key is optional; what is commented out is the default.\n"
	"\n"
	"# Packs of this project: what its own libraries do to the thread that calls them. Paths count from here.\n"
	"# packs: []\n"
	"\n"
	"# Rules to turn off or on; `looplint explain` lists them.\n"
	"# rules: { disable: [], enable: [] }\n"
	"\n"
	"# What is known of functions that cannot be annotated: loop-only, worker, blocking, nonblocking or "
	"any-thread. For\n"
	"# example [{ function: \"ui_*\", is: loop-only }, { function: legacy_load, is: blocking, category: disk }].\n"
	"# functions: []\n"
	"\n"
	"# What programs are for where their names do not say it: test, client or server. Findings of tests only are "
	"of\n"
	"# low confidence. For example [{ units: \"tools/*\", is: test }].\n"
	"# programs: []\n"
	"\n"
	"# Files that are not analysed; `*` matches slashes too. For example [\"third_party/*\"].\n"
	"# exclude: []\n"
	"\n"
	"# Where compile_commands.json is. Without this, here and in build*, out*, builddir and _build.\n"
	"# build: build\n"
	"\n"
	"# Findings below this severity are not shown: low, medium or high. Low is what is over in a millisecond.\n"
	"# severity: medium\n"
	"# Findings below this confidence are not shown: low, medium or high.\n"
	"# confidence: medium\n";

/* 0, or -errno. O_EXCL: a file that appeared meanwhile is not overwritten either. */
static int write_new(const char *path, const char *text)
{
	int descriptor = g_open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (descriptor < 0)
		return -errno;
	bool whole = write(descriptor, text, strlen(text)) == (ssize_t)strlen(text);
	int error = whole ? 0 : -errno;
	if (close(descriptor) != 0 && !error)
		error = -errno;
	if (error)
		g_unlink(path);
	return error;
}

static bool cannot_write(const char *path, int error)
{
	message_print("cannot write %s: %s", message_path(path), g_strerror(error));
	return false;
}

static bool write_config(const char *path)
{
	int error = write_new(path, template);

	if (error && error != -EEXIST)
		return cannot_write(path, -error);
	printf("%s: %s\n", message_path(path), error ? "exists, left as it is" : "written");
	return true;
}

static bool lists_store(const char *text)
{
	char **lines = g_strsplit(text, "\n", -1);
	bool listed = false;

	for (char **line = lines; *line; line++) {
		const char *entry = g_strstrip(*line);

		entry += *entry == '/';
		listed |= strcmp(entry, ".looplint/") == 0 || strcmp(entry, ".looplint") == 0;
	}
	g_strfreev(lines);
	return listed;
}

static bool append(const char *path, const char *text)
{
	FILE *file = g_fopen(path, "ae");
	bool ok = file && fputs(text, file) >= 0;

	if (file && fclose(file) != 0)
		ok = false;
	return ok || cannot_write(path, errno);
}

static bool ignore_store(const char *path)
{
	char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		text = g_strdup("");
	bool listed = lists_store(text), open_line = *text && !g_str_has_suffix(text, "\n");
	bool ok = listed || append(path, open_line ? "\n.looplint/\n" : ".looplint/\n");
	if (ok)
		printf("%s: %s\n", message_path(path), listed ? "lists .looplint/ already" : ".looplint/ added");
	g_free(text);
	return ok;
}

static bool initialise(struct arena *arena)
{
	const char *root = project_root(arena);

	return write_config(arena_printf(arena, "%s/" CONFIG_FILE, root)) &&
	       ignore_store(arena_printf(arena, "%s/.gitignore", root));
}

enum outcome cli_init(int argc, char **argv)
{
	struct arguments arguments = { 0 };
	struct arena arena = { 0 };
	enum outcome outcome = OUTCOME_BAD_INPUT;

	if (options_parse(argc, argv, &usage, NULL, NULL, &arguments))
		outcome = initialise(&arena) ? OUTCOME_OK : OUTCOME_INCOMPLETE;
	arguments_finish(&arguments);
	arena_finish(&arena);
	return outcome;
}
