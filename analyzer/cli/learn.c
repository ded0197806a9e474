/*
 * learn: `looplint pack learn`, a pack from a library's own source.
 *
 * What is printed is a pack to start from: YAML that can be used as it is, with the shortest way to what blocks in each
 * entry's `see`, and with what a person has to add left out: asynchronous forms, and what a library does by itself.
 */
#include "cli/messages.h"
#include "cli/output.h"
#include "cli/pack.h"
#include "cli/pipeline.h"
#include "check/learn.h"

#include <string.h>

static const struct usage usage = {
	.positional = "[PATH...] [-- CLANG-ARGUMENT...]",
	.summary = "Writes a pack from a library's own source: what its functions do to the thread that calls them.",
	.description =
		"PATH: files or folders of the library; without one, the whole project. FILE of --exports holds the "
		"names\n"
		"that count, and may hold others: a public header, a symbol map, a list. Without one, every function\n"
		"that is not static counts.\n"
		"\n"
		"Exit status: 0 written; 2 the command line, configuration, a pack or the compile database is wrong;\n"
		"3 incomplete: units failed.",
};

struct learn_command {
	struct input input;
	char *library, *output;
	char **exports;
};

/* --- names --- */

static bool begins_name(char c)
{
	return g_ascii_isalpha(c) || c == '_';
}

/* Every name in `text`, comments of C left out. */
static void add_names(GHashTable *names, const char *text)
{
	while (*text) {
		size_t length = 1;

		if (strncmp(text, "/*", 2) == 0) {
			const char *end = strstr(text + 2, "*/");
			length = end ? (size_t)(end + 2 - text) : strlen(text);
		} else if (strncmp(text, "//", 2) == 0) {
			length = strcspn(text, "\n");
		} else if (begins_name(*text)) {
			while (g_ascii_isalnum(text[length]) || text[length] == '_')
				length++;
			g_hash_table_add(names, g_strndup(text, length));
		}
		text += length;
	}
}

/* The names in all files; NULL: none was given. False after a message. */
static bool read_exports(char **files, GHashTable **names)
{
	*names = files ? g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) : NULL;
	for (; files && *files; files++) {
		GError *error = NULL;
		char *text;

		if (!g_file_get_contents(*files, &text, NULL, &error)) {
			message_print("pack learn: %s", error->message);
			g_error_free(error);
			return false;
		}
		add_names(*names, text);
		g_free(text);
	}
	return true;
}

/* --- YAML --- */

/* "redisCommand -> redisBufferRead -> recv, read.c:20" */
static char *way_text(const struct learned_effect *e)
{
	GString *text = g_string_new(e->function);

	for (size_t i = 1; i < e->steps; i++)
		g_string_append_printf(text, " -> %s", e->way[i].function);
	const char *last = e->steps ? e->way[e->steps - 1].text : "'";
	size_t length = strcspn(last + 1, "'");
	g_string_append_printf(text, " -> %.*s", (int)length, last + 1);
	if (e->steps)
		g_string_append_printf(text, ", %s:%u", e->way[e->steps - 1].file, e->way[e->steps - 1].line);
	return g_string_free(text, FALSE);
}

static void put_effect(FILE *out, const struct learned_effect *e)
{
	char *way = way_text(e);

	fprintf(out, "  - { function: %s, blocks: %s", e->function, category_name(e->category));
	if (e->bound_us)
		fprintf(out, ", bound_us: %u", e->bound_us);
	if (e->argument && e->holds)
		fprintf(out, ", when: { argument: %u, is: \"%s\" }", e->argument, e->is);
	else if (e->argument)
		fprintf(out, ", unless: { argument: %u, is: \"%s\" }", e->argument, e->is);
	if (e->confidence != LEVEL_HIGH)
		fprintf(out, ", confidence: %s", level_name(e->confidence));
	fprintf(out, ",\n      see: \"%s\" }\n", way);
	g_free(way);
}

static void put_registration(FILE *out, const struct learned_registration *r)
{
	fprintf(out, "  - { function: %s, callback: %u", r->function, r->callback);
	if (r->data)
		fprintf(out, ", data: %u", r->data);
	fprintf(out, ", context: %s,\n      see: \"%s:%u", context_name(r->context), r->file, r->line);
	if (r->kept_in)
		fprintf(out, ", kept in %s", r->kept_in);
	fputs("\" }\n", out);
}

static void put_pack(FILE *out, const char *library, const struct pipeline *p, const struct learned *learned)
{
	fprintf(out,
		"# %s: learned by looplint from its source: %zu units, %zu functions.\n"
		"#\n"
		"# Each `see` is the shortest way to what blocks, or where a callback goes. To be added by hand: what "
		"to use\n"
		"# instead, and what hides behind a descriptor's mode or a state that no argument shows.\n"
		"library: %s\n",
		library, p->named, learned->functions, library);
	if (learned->registration_count)
		fputs("\nregisters:\n", out);
	for (size_t i = 0; i < learned->registration_count; i++)
		put_registration(out, &learned->registrations[i]);
	if (learned->effect_count)
		fputs("\neffects:\n", out);
	for (size_t i = 0; i < learned->effect_count; i++)
		put_effect(out, &learned->effects[i]);
}

/* --- the command --- */

static enum outcome print(const struct learn_command *c, struct pipeline *p, GHashTable *names)
{
	struct output output;
	struct learned learned;
	char *library = c->library ? g_strdup(c->library) : g_path_get_basename(p->root);

	learn(&p->arena, p->program, names, &learned);
	if (!output_open(&output, c->output)) {
		g_free(library);
		return OUTCOME_INCOMPLETE;
	}
	put_pack(output.stream, library, p, &learned);
	g_free(library);
	return output_close(&output) && !p->incomplete ? OUTCOME_OK : OUTCOME_INCOMPLETE;
}

static bool parse(struct learn_command *c, int argc, char **argv, struct arguments *arguments)
{
	const GOptionEntry own[] = {
		{ "library", 0, 0, G_OPTION_ARG_STRING, &c->library, "its name (that of the project's folder)",
		  "NAME" },
		{ "exports", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &c->exports, "where the names that count are", "FILE" },
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &c->output, "write there instead of to stdout", "FILE" },
		{ 0 },
	};

	if (!options_parse(argc, argv, &usage, own, &c->input, arguments))
		return false;
	c->input.paths = arguments->positional;
	return true;
}

enum outcome cli_pack_learn(int argc, char **argv)
{
	struct learn_command c = { 0 };
	struct arguments arguments = { 0 };
	struct pipeline pipeline = { 0 };
	GHashTable *names = NULL;
	enum outcome outcome = OUTCOME_BAD_INPUT;

	if (parse(&c, argc, argv, &arguments) && read_exports(c.exports, &names))
		outcome = pipeline_run(&pipeline, &c.input, STAGE_CONTEXT);
	if (pipeline.program)
		outcome = print(&c, &pipeline, names);
	pipeline_finish(&pipeline);
	input_finish(&c.input);
	arguments_finish(&arguments);
	if (names)
		g_hash_table_destroy(names);
	g_free(c.library);
	g_free(c.output);
	g_strfreev(c.exports);
	return outcome;
}
