/*
 * generate: which tool makes a header, and from what; see generate.h.
 *
 * An empty stand-in would do for names of types, but the structs of D-Bus skeletons and Wayland interfaces hold the
 * tables of callbacks that say what runs on the loop.
 */
#include "compdb/generate.h"

#include "compdb/walk.h"

#include <glib/gstdio.h>
#include <string.h>

/* Which header wayland-scanner writes, by the end of the name. */
static const struct {
	const char *ending;
	const char *mode;
} wayland_table[] = {
	{ "-client-protocol.h", "client-header" }, { "-server-protocol.h", "server-header" },
	{ "-client-header.h", "client-header" },   { "-server-header.h", "server-header" },
	{ "-protocol-client.h", "client-header" }, { "-protocol-server.h", "server-header" },
	{ "-client.h", "client-header" },          { "-server.h", "server-header" },
	{ "-protocol.h", "server-header" },
};

static void hash_file(GChecksum *checksum, const char *path)
{
	g_autofree char *text = NULL;
	gsize length = 0;

	if (g_file_get_contents(path, &text, &length, NULL))
		g_checksum_update(checksum, (const guchar *)text, (gssize)length);
}

/* What the words, and the files among them, say. */
static char *hash_call(const GPtrArray *words)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);

	for (guint i = 0; i < words->len; i++) {
		g_checksum_update(checksum, words->pdata[i], (gssize)strlen(words->pdata[i]) + 1);
		if (g_path_is_absolute(words->pdata[i]) && g_str_has_suffix(words->pdata[i], ".xml"))
			hash_file(checksum, words->pdata[i]);
	}
	return g_strdup(g_checksum_get_string(checksum));
}

static bool is_current(const char *path, const char *stamp_path, const char *stamp)
{
	g_autofree char *old = NULL;

	return g_file_test(path, G_FILE_TEST_EXISTS) && g_file_get_contents(stamp_path, &old, NULL, NULL) &&
	       strcmp(old, stamp) == 0;
}

static bool run(const GPtrArray *words)
{
	g_autoptr(GPtrArray) vector = g_ptr_array_new();
	int status = 0;

	for (guint i = 0; i < words->len; i++)
		g_ptr_array_add(vector, words->pdata[i]);
	g_ptr_array_add(vector, NULL);
	return g_spawn_sync(NULL, (char **)vector->pdata, NULL,
			    G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
			    NULL, NULL, &status, NULL) &&
	       g_spawn_check_wait_status(status, NULL);
}

/* Runs `words`, which write `path`, unless that was done before. */
static bool run_once(const GPtrArray *words, const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *stamp_path = g_strconcat(path, ".stamp", NULL);
	g_autofree char *stamp = hash_call(words);

	if (is_current(path, stamp_path, stamp))
		return true;
	g_mkdir_with_parents(folder, 0755);
	if (!run(words)) {
		g_remove(path);
		return false;
	}
	g_file_set_contents(stamp_path, stamp, -1, NULL);
	return true;
}

static void add_word(GPtrArray *words, const char *word)
{
	g_ptr_array_add(words, g_strdup(word));
}

struct search {
	const char *name; /* looked for */
	char *found;
};

static void match_name(const char *path, bool built, void *data)
{
	struct search *search = data;
	const char *base = strrchr(path, '/') + 1;

	(void)built;
	if (!search->found && strcmp(base, search->name) == 0)
		search->found = g_strdup(path);
}

/* The protocol file of that name in the tree or among the installed ones; the caller frees. */
static char *find_protocol(const struct tree *tree, const char *name)
{
	const GPtrArray *same = g_hash_table_lookup(tree->by_name, name);
	struct search search = { name, same ? g_strdup(same->pdata[0]) : NULL };

	if (!search.found)
		walk_files("/usr/share/wayland-protocols", match_name, &search);
	if (!search.found)
		walk_files("/usr/share/wayland", match_name, &search);
	return search.found;
}

static bool generate_protocol(const struct tree *tree, const char *stem, const char *mode, const char *path)
{
	g_autofree char *name = g_strconcat(stem, ".xml", NULL);
	g_autofree char *protocol = find_protocol(tree, name);
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

	if (!protocol)
		return false;
	add_word(words, "wayland-scanner");
	add_word(words, mode);
	add_word(words, protocol);
	add_word(words, path);
	return run_once(words, path);
}

static bool generate_wayland(const struct tree *tree, const char *base, const char *path)
{
	for (gsize i = 0; i < G_N_ELEMENTS(wayland_table); i++) {
		if (!g_str_has_suffix(base, wayland_table[i].ending))
			continue;
		g_autofree char *stem = g_strndup(base, strlen(base) - strlen(wayland_table[i].ending));
		if (generate_protocol(tree, stem, wayland_table[i].mode, path))
			return true;
	}
	return false;
}

/* From `open`, a parenthesis, to the one that closes it. */
static char *in_parentheses(const char *open)
{
	int depth = 0;
	const char *at = open;

	for (; *at; at++) {
		depth += (*at == '(') - (*at == ')');
		if (!depth)
			break;
	}
	return g_strndup(open, (gsize)(at - open));
}

/* The paragraph around `at`: from blank line to blank line. */
static char *paragraph(const char *text, const char *at)
{
	const char *from = at;
	const char *to = strstr(at, "\n\n");

	while (from > text && !(from[0] == '\n' && from[-1] == '\n'))
		from--;
	return to ? g_strndup(from, (gsize)(to - from)) : g_strdup(from);
}

/* Whether `text` says `stem` as a word of its own, not as a part of a longer name. */
static bool says(const char *text, const char *stem)
{
	gsize length = strlen(stem);

	for (const char *at = text; (at = strstr(at, stem)); at += length) {
		bool begins = at == text || !(g_ascii_isalnum(at[-1]) || strchr("-_.", at[-1]));
		bool ends = !(g_ascii_isalnum(at[length]) || at[length] == '-' || at[length] == '_');

		if (begins && ends)
			return true;
	}
	return false;
}

/* The call of gdbus-codegen in one build file that makes `stem`; NULL if there is none. The caller frees. */
static char *recipe_in(const char *text, const char *stem)
{
	static const char *const callers[] = { "gdbus_codegen(", "gdbus-codegen", "GDBUS_CODEGEN" };

	for (gsize i = 0; i < G_N_ELEMENTS(callers); i++) {
		for (const char *at = text; (at = strstr(at, callers[i])); at += strlen(callers[i])) {
			g_autofree char *recipe = i == 0 ? in_parentheses(strchr(at, '(')) : paragraph(text, at);

			if (says(recipe, stem))
				return g_steal_pointer(&recipe);
		}
	}
	return NULL;
}

static char *find_recipe(const struct tree *tree, const char *stem)
{
	char *recipe = NULL;

	for (guint i = 0; i < tree->builds->len && !recipe; i++)
		recipe = recipe_in(((const struct build_file *)tree->builds->pdata[i])->text, stem);
	return recipe;
}

/* Adds `option` with what `pattern` finds in the recipe. */
static void add_option(GPtrArray *words, const char *recipe, const char *option, const char *pattern)
{
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_RAW, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	if (!g_regex_match(regex, recipe, 0, &match))
		return;
	g_autofree char *value = g_match_info_fetch(match, 1);
	add_word(words, option);
	if (value && *value)
		add_word(words, value);
}

static void add_interface(GPtrArray *words, const struct tree *tree, const char *name)
{
	g_autofree char *template = g_strconcat(name, ".in", NULL);
	const GPtrArray *same = g_hash_table_lookup(tree->by_name, name);

	if (!same)
		same = g_hash_table_lookup(tree->by_name, template);
	if (same && !g_ptr_array_find_with_equal_func(words, same->pdata[0], g_str_equal, NULL))
		add_word(words, same->pdata[0]);
}

static void add_interfaces(GPtrArray *words, const struct tree *tree, const char *text)
{
	g_autoptr(GRegex) regex = g_regex_new("([\\w.-]+\\.xml)", G_REGEX_RAW, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	for (g_regex_match(regex, text, 0, &match); g_match_info_matches(match); g_match_info_next(match, NULL)) {
		g_autofree char *name = g_match_info_fetch(match, 1);

		add_interface(words, tree, name);
	}
}

/* The files in the values that any build file gives to `variable`. */
static void add_variable(GPtrArray *words, const struct tree *tree, const char *variable)
{
	g_autofree char *pattern = g_strdup_printf("(?s)^[ \\t]*%s\\s*\\+?=(.*?)(?:\\n\\n|\\z)", variable);
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_RAW | G_REGEX_MULTILINE, 0, NULL);

	for (guint i = 0; i < tree->builds->len; i++) {
		g_autoptr(GMatchInfo) match = NULL;

		if (!g_regex_match(regex, ((const struct build_file *)tree->builds->pdata[i])->text, 0, &match))
			continue;
		g_autofree char *value = g_match_info_fetch(match, 1);
		add_interfaces(words, tree, value);
	}
}

static void add_variables(GPtrArray *words, const struct tree *tree, const char *recipe)
{
	g_autoptr(GRegex) regex =
		g_regex_new("(?:\\$[({]|sources\\s*:\\s*|,\\s*)([A-Za-z_]\\w+)", G_REGEX_RAW, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	for (g_regex_match(regex, recipe, 0, &match); g_match_info_matches(match); g_match_info_next(match, NULL)) {
		g_autofree char *variable = g_match_info_fetch(match, 1);

		add_variable(words, tree, variable);
	}
}

static bool generate_dbus(const struct tree *tree, const char *base, const char *path)
{
	g_autofree char *stem = g_strndup(base, strlen(base) - strlen(".h"));
	g_autofree char *recipe = find_recipe(tree, stem);
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

	if (!recipe)
		return false;
	add_word(words, "gdbus-codegen");
	add_word(words, "--header");
	add_word(words, "--output");
	add_word(words, path);
	add_option(words, recipe, "--c-namespace", "(?:--c-namespace[=\\s]\\s*|namespace\\s*:\\s*')(\\w+)");
	add_option(words, recipe, "--interface-prefix",
		   "(?:--interface-prefix[=\\s]\\s*|interface_prefix\\s*:\\s*')([\\w.-]+)");
	add_option(words, recipe, "--c-generate-object-manager",
		   "(?:--c-generate-object-manager|object_manager\\s*:\\s*true)()");
	add_option(words, recipe, "--c-generate-autocleanup",
		   "(?:--c-generate-autocleanup[=\\s]\\s*|autocleanup\\s*:\\s*')(\\w+)");
	guint options = words->len;
	add_interfaces(words, tree, recipe);
	if (words->len == options)
		add_variables(words, tree, recipe);
	return words->len > options && run_once(words, path);
}

bool generate_header(const struct tree *tree, const char *name, const char *path)
{
	g_autofree char *base = g_path_get_basename(name);

	if (!g_str_has_suffix(base, ".h"))
		return false;
	return generate_wayland(tree, base, path) || generate_dbus(tree, base, path);
}
