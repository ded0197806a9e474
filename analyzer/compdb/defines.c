/* defines: -D and -include in the text of build files, whatever their language; see defines.h. */
#include "compdb/defines.h"

#include "compdb/choices.h"
#include "compdb/config.h"
#include "compdb/units.h"

#include <string.h>

/* Words in a macro's name that say it is not for the program as it is shipped. */
static const char *const unwanted_words[] = { "TEST", "DEBUG", "DISABLE", "COVERAGE", "CMAKE_", "FUZZ", "SANITIZE" };

/* CONFIG_NO_LOG, NO_FORK: what takes something away is for who builds a small program. */
static bool takes_away(const char *name)
{
	return g_str_has_prefix(name, "NO_") || strstr(name, "_NO_") || strstr(name, "WITHOUT_");
}

static bool is_unwanted(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(unwanted_words); i++)
		if (strstr(name, unwanted_words[i]))
			return true;
	return false;
}

static bool is_identifier(const char *text)
{
	return *text &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == strlen(text) &&
	       !g_ascii_isdigit(*text);
}

/* A switch that a build file gives only if the library is wanted: USE_X, WITH_X. Whether the machine has an X. */
static bool is_possible(struct packages *packages, const char *name)
{
	static const char *const prefixes[] = { "USE_", "WITH_", "ENABLE_" };

	for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (g_str_has_prefix(name, prefixes[i]))
			return config_machine_has(packages, name + strlen(prefixes[i]));
	return true;
}

/* Quotes and brackets at the end belong to the word that the option stands in, unless the value begins with one. */
static void strip_end(char *value)
{
	for (gsize length = strlen(value);
	     length && !strchr("\"'\\", *value) && strchr("\"')]}\\;", value[length - 1]);)
		value[--length] = '\0';
}

/* 'x' is x to the compiler; only double quotes reach it. */
static void strip_shell_quotes(char *value)
{
	gsize length = strlen(value);

	if (length < 2 || *value != '\'' || value[length - 1] != '\'' || strchr(value, '"'))
		return;
	memmove(value, value + 1, length - 2);
	value[length - 2] = '\0';
}

/* The value of a macro written as NAME, or as NAME=`given`, in a build file; NULL: not to be defined. */
static char *value_of(struct packages *packages, const char *name, char *given)
{
	if (!given || !*given)
		return config_judge(packages, name, "1");
	strip_end(given);
	strip_shell_quotes(given);
	if (!*given)
		return g_strdup("");
	if (is_identifier(given))
		return g_strdup(given);
	return config_judge(packages, name, strpbrk(given, "\"'") ? "\"" : given);
}

static void add_macro(struct defines *defines, struct packages *packages, GHashTable *seen, const char *name,
		      char *given)
{
	if (!g_hash_table_add(seen, g_strdup(name)))
		return;
	g_autofree char *value = value_of(packages, name, given);
	if (value)
		g_ptr_array_add(defines->macros, g_strdup_printf("%s=%s", name, value));
}

/* A file that is all of a program of its own, to try out the rest: `#ifdef STANDALONE`. */
static bool is_for_trying(const char *name)
{
	static const char *const words[] = { "MAIN", "STANDALONE", "EXAMPLE", "DEMO", "BENCH" };

	for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
		if (strstr(name, words[i]))
			return true;
	return false;
}

char *defines_whole(struct packages *packages, const char *name)
{
	if (*name == '_' || is_unwanted(name) || takes_away(name) || is_for_trying(name))
		return NULL;
	return config_judge(packages, name, NULL);
}

static bool is_given(const struct tree *tree, struct packages *packages, const struct build_file *file, gsize at,
		     const char *name)
{
	enum choice choice = is_unwanted(name) ? CHOICE_NO : choice_of_macro(tree, file, at, name);

	if (choice == CHOICE_OPEN)
		return !takes_away(name) && is_possible(packages, name);
	return choice == CHOICE_YES;
}

static void read_macros(struct defines *defines, const struct tree *tree, struct packages *packages, GHashTable *seen,
			const struct build_file *file)
{
	g_autoptr(GRegex) regex = g_regex_new("(?<![\\w-])-D[ '\",]{0,4}([A-Z_][A-Z0-9_]*)(?![\\w(])(?:=([^\\s,]*))?",
					      G_REGEX_RAW, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	for (g_regex_match(regex, file->text, 0, &match); g_match_info_matches(match); g_match_info_next(match, NULL)) {
		g_autofree char *name = g_match_info_fetch(match, 1);
		g_autofree char *given = g_match_info_fetch(match, 2);
		int at = 0;

		g_match_info_fetch_pos(match, 0, &at, NULL);
		if (is_given(tree, packages, file, (gsize)at, name))
			add_macro(defines, packages, seen, name, given);
	}
}

static void read_headers(struct defines *defines, const char *text)
{
	g_autoptr(GRegex) regex = g_regex_new("-include[\\s'\",]+[^\\s'\",]*?([\\w.-]+\\.h)\\b", G_REGEX_RAW, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	for (g_regex_match(regex, text, 0, &match); g_match_info_matches(match); g_match_info_next(match, NULL)) {
		char *name = g_match_info_fetch(match, 1);

		if (g_ptr_array_find_with_equal_func(defines->headers, name, g_str_equal, NULL))
			g_free(name);
		else
			g_ptr_array_add(defines->headers, name);
	}
}

static void read_folder(struct defines *defines, const struct tree *tree, struct packages *packages, GHashTable *seen,
			const char *folder)
{
	for (guint i = 0; i < tree->builds->len; i++) {
		const struct build_file *file = tree->builds->pdata[i];

		if (strcmp(file->folder, folder) != 0)
			continue;
		read_macros(defines, tree, packages, seen, file);
		read_headers(defines, file->text);
	}
}

struct defines *defines_read(const struct tree *tree, struct packages *packages, const char *folder)
{
	struct defines *defines = g_new(struct defines, 1);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *at = g_strdup(folder);

	defines->macros = g_ptr_array_new_with_free_func(g_free);
	defines->headers = g_ptr_array_new_with_free_func(g_free);
	while (path_is_below(at, tree->root)) {
		read_folder(defines, tree, packages, seen, at);
		if (strcmp(at, tree->root) == 0)
			break;
		char *above = g_path_get_dirname(at);
		g_free(at);
		at = above;
	}
	return defines;
}

void defines_free(struct defines *defines)
{
	if (!defines)
		return;
	g_ptr_array_free(defines->macros, TRUE);
	g_ptr_array_free(defines->headers, TRUE);
	g_free(defines);
}
