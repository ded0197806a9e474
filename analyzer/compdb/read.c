/*
 * read: compile_commands.json -> units.
 *
 * The array is read entry by entry, so that a message can name the line an entry stands on, and a database of tens of
 * thousands of entries is never in memory as a tree.
 */
#include "compdb/arguments.h"
#include "compdb/command.h"
#include "compdb/units.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define REMEDY "generate the database again (cmake, meson, or bear -- make)"

struct reader {
	struct arena *arena;
	const char *path;   /* of the database */
	const char *folder; /* that it stands in */
	const char *const *only;
	struct unit_list units;
	struct diagnostics *diagnostics;
	const char *missing; /* the first file that does not exist */
	unsigned missing_count;
};

static void warn(const struct reader *reader, unsigned line, const char *what, const char *detail)
{
	diagnostics_add(reader->diagnostics, DIAGNOSTIC_WARNING, reader->path, line, "%s%s%s; the entry is left out",
			what, detail ? ": " : "", detail ? detail : "");
}

static bool is_wanted(const struct reader *reader, const char *file)
{
	for (const char *const *only = reader->only; only && *only; only++)
		if (path_is_below(file, *only))
			return true;
	return !reader->only;
}

/* `name` relative to `directory`, links resolved; NULL if there is no such file. */
static const char *resolve_file(struct reader *reader, const char *name, const char *directory)
{
	g_autofree char *path = g_canonicalize_filename(name, directory);
	char *real = realpath(path, NULL);
	const char *copy = arena_strdup(reader->arena, real);

	free(real);
	if (copy)
		return copy;
	if (is_wanted(reader, path) && !reader->missing_count++)
		reader->missing = arena_strdup(reader->arena, path);
	return NULL;
}

static const char *const *array_words(struct arena *arena, const json_t *array)
{
	const char **words = arena_new_array(arena, const char *, json_array_size(array) + 1);

	for (size_t i = 0; i < json_array_size(array); i++) {
		words[i] = arena_strdup(arena, json_string_value(json_array_get(array, i)));
		if (!words[i])
			return NULL;
	}
	return words;
}

/* The words of the entry's `arguments` or `command`; NULL after a warning. */
static const char *const *entry_words(const struct reader *reader, const json_t *entry, unsigned line)
{
	const json_t *arguments = json_object_get(entry, "arguments");
	const char *command = json_string_value(json_object_get(entry, "command"));
	const char *problem = NULL;
	const char *const *words = NULL;

	if (json_is_array(arguments))
		words = array_words(reader->arena, arguments);
	else if (command)
		words = command_split(reader->arena, command, &problem);
	if (!words)
		warn(reader, line, "neither 'arguments' nor 'command' can be read", problem);
	return words;
}

/* Whether a path names something of a test suite: a component is or begins or ends with the word. */
static bool names_test(const char *path)
{
	g_auto(GStrv) words = g_strsplit_set(path ? path : "", "/-_.", -1);

	for (char **word = words; *word; word++)
		if (strcmp(*word, "test") == 0 || strcmp(*word, "tests") == 0 || strcmp(*word, "unittest") == 0)
			return true;
	return false;
}

static enum unit_rank rank_output(const char *output, bool shared)
{
	if (names_test(output))
		return RANK_TEST;
	return shared || (output && strstr(output, ".libs/")) ? RANK_SHARED_TWIN : RANK_PROGRAM;
}

/* What the compiler's name says: g++ reads .c as C++, a cross compiler knows its machine. */
static void adopt_compiler(struct arena *arena, const struct command *command, struct arguments *arguments)
{
	if (command->target)
		g_ptr_array_add(arguments->kept, arena_printf(arena, "--target=%s", command->target));
	if (!command->cplusplus || arguments->named_language || arguments->language != LANGUAGE_C)
		return;
	arguments->language = LANGUAGE_CPLUSPLUS;
	g_ptr_array_add(arguments->kept, arena_strdup(arena, "-x"));
	g_ptr_array_add(arguments->kept, arena_strdup(arena, "c++"));
}

static void add_unit(struct reader *reader, const char *file, const char *directory, const struct command *command,
		     const char *output)
{
	struct arguments arguments = arguments_filter(reader->arena, command->words, directory, file);

	adopt_compiler(reader->arena, command, &arguments);
	struct unit_command unit = {
		.file = file,
		.directory = directory,
		.arguments = words_store(reader->arena, arguments.kept),
		.cplusplus = language_is_read_beside(arguments.language),
	};
	if (arguments.language != LANGUAGE_OTHER)
		unit_list_add(&reader->units, unit,
			      rank_output(arguments.output ? arguments.output : output, arguments.shared));
	g_ptr_array_free(arguments.kept, TRUE);
}

static void read_command(struct reader *reader, const json_t *entry, const char *file, const char *directory,
			 unsigned line)
{
	const char *const *words = entry_words(reader, entry, line);
	const char *problem = NULL;
	struct command command;

	if (!words)
		return;
	int error = command_read(reader->arena, words, directory, &command, &problem);
	if (error)
		warn(reader, line, "a response file cannot be read", problem);
	else
		add_unit(reader, file, directory, &command, json_string_value(json_object_get(entry, "output")));
}

static void read_entry(struct reader *reader, const json_t *entry, unsigned line)
{
	const char *name = json_string_value(json_object_get(entry, "file"));
	const char *directory = json_string_value(json_object_get(entry, "directory"));

	if (!name) {
		warn(reader, line, "no 'file'", NULL);
		return;
	}
	g_autofree char *absolute = g_canonicalize_filename(directory ? directory : ".", reader->folder);
	const char *file = resolve_file(reader, name, absolute);
	if (file && is_wanted(reader, file))
		read_command(reader, entry, file, arena_strdup(reader->arena, absolute), line);
}

struct cursor {
	const char *at, *end;
	unsigned line; /* of `at` */
};

static void advance(struct cursor *cursor, size_t bytes)
{
	for (const char *stop = cursor->at + bytes; cursor->at < stop; cursor->at++)
		cursor->line += *cursor->at == '\n';
}

/* Skips white space; returns the character there, '\0' at the end. */
static char peek(struct cursor *cursor)
{
	while (cursor->at < cursor->end && strchr(" \t\r\n", *cursor->at))
		advance(cursor, 1);
	return cursor->at < cursor->end ? *cursor->at : '\0';
}

static int malformed(const struct reader *reader, unsigned line, const char *what)
{
	diagnostics_add(reader->diagnostics, DIAGNOSTIC_ERROR, reader->path, line,
			"not a compile database: %s; " REMEDY, what);
	return COMPDB_E_MALFORMED;
}

static int read_element(struct reader *reader, struct cursor *cursor)
{
	json_error_t error;
	unsigned line = cursor->line;
	json_t *entry = json_loadb(cursor->at, (size_t)(cursor->end - cursor->at),
				   JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY, &error);

	if (!entry)
		return malformed(reader, line + (error.line > 0 ? (unsigned)error.line - 1 : 0), error.text);
	if (json_is_object(entry))
		read_entry(reader, entry, line);
	else
		warn(reader, line, "not an object", NULL);
	json_decref(entry);
	advance(cursor, (size_t)error.position);
	return 0;
}

static int read_array(struct reader *reader, struct cursor cursor)
{
	if (peek(&cursor) != '[')
		return malformed(reader, cursor.line, "it does not begin with '['");
	advance(&cursor, 1);
	while (peek(&cursor) != ']') {
		int error = read_element(reader, &cursor);

		if (error)
			return error;
		if (peek(&cursor) == ',')
			advance(&cursor, 1);
		else if (peek(&cursor) != ']')
			return malformed(reader, cursor.line, "',' or ']' is missing");
	}
	advance(&cursor, 1);
	return peek(&cursor) ? malformed(reader, cursor.line, "there is text behind the closing ']'") : 0;
}

static void report_missing(const struct reader *reader)
{
	if (reader->missing_count == 1)
		diagnostics_add(reader->diagnostics, DIAGNOSTIC_WARNING, reader->path, 0,
				"'%s' does not exist and is left out; build the project, or " REMEDY, reader->missing);
	else if (reader->missing_count)
		diagnostics_add(
			reader->diagnostics, DIAGNOSTIC_WARNING, reader->path, 0,
			"%u files do not exist and are left out, the first is '%s'; build the project, or " REMEDY,
			reader->missing_count, reader->missing);
}

/* The text of the database at `path`, which may be the folder that it stands in. -errno after a diagnostic. */
static int load_text(struct reader *reader, const char *path, char **text, gsize *length)
{
	g_autofree char *absolute = g_canonicalize_filename(path, NULL);
	g_autofree char *inside = g_build_filename(absolute, "compile_commands.json", NULL);
	g_autofree char *folder = NULL;

	reader->path = arena_strdup(reader->arena, g_file_test(absolute, G_FILE_TEST_IS_DIR) ? inside : absolute);
	folder = g_path_get_dirname(reader->path);
	reader->folder = arena_strdup(reader->arena, folder);
	errno = 0;
	if (g_file_get_contents(reader->path, text, length, NULL))
		return 0;
	int error = errno ? errno : EIO;
	diagnostics_add(reader->diagnostics, DIAGNOSTIC_ERROR, reader->path, 0,
			"cannot read the compile database: %s; name it with -p, or leave -p out to do without one",
			g_strerror(error));
	return -error;
}

int compdb_read(struct arena *arena, const char *path, const char *const *only, struct compdb *out,
		struct diagnostics *diagnostics)
{
	struct reader reader = { .arena = arena, .only = only, .diagnostics = diagnostics };
	g_autofree char *text = NULL;
	gsize length = 0;
	int error = load_text(&reader, path, &text, &length);

	if (error)
		return error;
	unit_list_init(&reader.units, arena);
	error = read_array(&reader, (struct cursor){ text, text + length, 1 });
	if (!error) {
		report_missing(&reader);
		unit_list_store(&reader.units, NULL, out);
		out->path = reader.path;
	}
	unit_list_finish(&reader.units);
	return error;
}
