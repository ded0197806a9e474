/*
 * choices: options and variables of make, CMake and meson, and the conditions that ask for them; see choices.h.
 *
 * No build language is interpreted. A line that is not of one of the common shapes leaves the choice open.
 */
#include "compdb/choices.h"

#include <string.h>

enum language { MAKE, CMAKE, MESON };

static enum language language_of(const struct build_file *file)
{
	const char *name = strrchr(file->path, '/') + 1;

	if (g_str_has_prefix(name, "meson"))
		return MESON;
	return strcmp(name, "CMakeLists.txt") == 0 || g_str_has_suffix(name, ".cmake") ? CMAKE : MAKE;
}

static enum choice choice_of_word(const char *word)
{
	static const char *const yes[] = { "yes", "y", "1", "true", "on", "enabled", "auto" };
	static const char *const no[] = { "", "no", "n", "0", "false", "off", "disabled" };

	for (gsize i = 0; i < G_N_ELEMENTS(yes); i++)
		if (g_ascii_strcasecmp(word, yes[i]) == 0)
			return CHOICE_YES;
	for (gsize i = 0; i < G_N_ELEMENTS(no); i++)
		if (g_ascii_strcasecmp(word, no[i]) == 0)
			return CHOICE_NO;
	return CHOICE_OPEN;
}

static enum choice opposite(enum choice choice)
{
	return choice == CHOICE_OPEN ? CHOICE_OPEN : choice == CHOICE_YES ? CHOICE_NO : CHOICE_YES;
}

/* Group `group` of the first match in `text`; NULL if there is no match. The caller frees. */
static char *first_match(const char *text, const char *pattern, int group)
{
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_MULTILINE | G_REGEX_RAW, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	bool matches = g_regex_match(regex, text, 0, &match);

	return matches ? g_match_info_fetch(match, group) : NULL;
}

/* --- where an option is declared --- */

static const struct {
	enum language language;
	const char *pattern; /* %s: the option; what it is set to is group 1 */
} declarations[] = {
	{ MAKE, "^[ \\t]*(?:export[ \\t]+)?%s[ \\t]*[:?]?=[ \\t]*(\\w*)[ \\t]*(?:#.*)?$" },
	{ CMAKE, "(?i:option)\\s*\\(\\s*%s\\b(?:\\s+\"[^\"]*\")?\\s*(\\w*)\\s*\\)" },
	{ CMAKE, "(?i:set)\\s*\\(\\s*%s\\s+\"?(\\w+)" },
	{ MESON, "\\boption\\s*\\(\\s*'%s'[^)]*?\\bvalue\\s*:\\s*'?(\\w+)" },
};

static enum choice declared_in(const struct build_file *file, const char *option)
{
	enum choice choice = CHOICE_OPEN;

	for (gsize i = 0; strstr(file->text, option) && i < G_N_ELEMENTS(declarations); i++) {
		if (declarations[i].language != language_of(file))
			continue;
		g_autofree char *pattern = g_strdup_printf(declarations[i].pattern, option);
		g_autofree char *word = first_match(file->text, pattern, 1);
		choice = word ? MAX(choice, choice_of_word(word)) : choice;
	}
	return choice;
}

/* A project may be built in two ways: what either of them gives is meant. */
static enum choice declared(const struct tree *tree, const char *option)
{
	enum choice choice = GPOINTER_TO_UINT(g_hash_table_lookup(tree->choices, option));

	if (g_hash_table_contains(tree->choices, option))
		return choice;
	for (guint i = 0; i < tree->builds->len && choice != CHOICE_YES; i++)
		choice = MAX(choice, declared_in(tree->builds->pdata[i], option));
	g_hash_table_insert(tree->choices, g_strdup(option), GUINT_TO_POINTER(choice));
	return choice;
}

/* --- the condition around a place --- */

/* `ifeq ($(WITH_X),yes)`: whether the option is what the condition compares it with. */
static enum choice holds_in_make(const struct tree *tree, const char *line)
{
	g_autofree char *defined = first_match(line, "^ifn?def[ \\t]+(\\w+)[ \\t]*$", 1);
	g_autofree char *option = first_match(line, "^ifn?eq[ \\t]*\\(?[\"']?\\$[({](\\w+)[)}]", 1);
	g_autofree char *word = first_match(line, "[)}][\"']?[, \\t]+[\"']?(\\w*)[\"')]*[ \\t]*$", 1);
	enum choice choice = defined ? declared(tree, defined) : CHOICE_OPEN;

	if (option && word && choice_of_word(word) != CHOICE_OPEN) {
		choice = declared(tree, option);
		choice = choice_of_word(word) == CHOICE_NO ? opposite(choice) : choice;
	}
	return g_str_has_prefix(line, "ifn") ? opposite(choice) : choice;
}

static enum choice holds_in_cmake(const struct tree *tree, const char *line)
{
	static const char pattern[] =
		"^(?i:if)\\s*\\(\\s*(NOT\\s+)?[\"$]*\\{?(\\w+)\\}?\"?(?:\\s+(?:STREQUAL|EQUAL|MATCHES)"
		"\\s+\"?(\\w+)\"?)?\\s*\\)";
	g_autofree char *negated = first_match(line, pattern, 1);
	g_autofree char *option = first_match(line, pattern, 2);
	g_autofree char *word = first_match(line, pattern, 3);
	enum choice choice = option ? declared(tree, option) : CHOICE_OPEN;

	if (word && *word && choice_of_word(word) != CHOICE_YES)
		choice = choice_of_word(word) == CHOICE_NO ? opposite(choice) : CHOICE_OPEN;
	return negated && *negated ? opposite(choice) : choice;
}

static enum choice holds_in_meson(const struct tree *tree, const char *line)
{
	static const char pattern[] =
		"^if\\s+(not\\s+)?get_option\\s*\\(\\s*'([\\w-]+)'\\s*\\)(?:\\.(?:enabled|allowed)\\(\\))?\\s*$";
	g_autofree char *negated = first_match(line, pattern, 1);
	g_autofree char *option = first_match(line, pattern, 2);
	enum choice choice = option ? declared(tree, option) : CHOICE_OPEN;

	return negated && *negated ? opposite(choice) : choice;
}

static enum choice condition_holds(const struct tree *tree, enum language language, const char *line)
{
	static enum choice (*const holds[])(const struct tree *tree, const char *line) = {
		[MAKE] = holds_in_make,
		[CMAKE] = holds_in_cmake,
		[MESON] = holds_in_meson,
	};

	return holds[language](tree, line);
}

static bool begins(const char *line, const char *word)
{
	return g_ascii_strncasecmp(line, word, strlen(word)) == 0;
}

/* Reads the lines before the place from the last to the first, over conditions that are closed there. */
static enum choice around(const struct tree *tree, const struct build_file *file, gsize at)
{
	g_autofree char *before = g_strndup(file->text, at);
	g_auto(GStrv) lines = g_strsplit(before, "\n", -1);
	unsigned closed = 0;
	bool other_arm = false;

	for (guint i = g_strv_length(lines); i-- > 0;) {
		const char *line = g_strstrip(lines[i]);

		if (begins(line, "endif")) {
			closed++;
		} else if (begins(line, "if") && closed) {
			closed--;
		} else if (begins(line, "if")) {
			enum choice choice = condition_holds(tree, language_of(file), line);
			return other_arm ? opposite(choice) : choice;
		} else if (!closed && (begins(line, "else") || begins(line, "elif"))) {
			if (other_arm || strpbrk(line, "$'") || begins(line, "elseif"))
				return CHOICE_OPEN; /* an arm with a condition of its own, or one after it */
			other_arm = true;
		}
	}
	return CHOICE_OPEN;
}

enum choice choice_of_macro(const struct tree *tree, const struct build_file *file, gsize at, const char *name)
{
	enum choice choice = declared(tree, name);

	return choice == CHOICE_OPEN ? around(tree, file, at) : choice;
}
