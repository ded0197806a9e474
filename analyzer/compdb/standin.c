/* standin: templates, forwarding headers, those of a whole folder, and empty ones; see standin.h. */
#include "compdb/standin.h"

#include "compdb/config.h"
#include "compdb/generate.h"
#include "compdb/units.h"

#include <glib/gstdio.h>
#include <string.h>

/* "config.h", "sub/config.h", "nm-config.h", "config-unix.h"; not "libconfig.h" */
static bool is_config(const char *name)
{
	g_autofree char *base = g_path_get_basename(name);

	return strcmp(base, "config.h") == 0 || g_str_has_suffix(base, "-config.h") ||
	       g_str_has_suffix(base, "_config.h") || g_str_has_prefix(base, "config-");
}

static bool declares_macros(const char *text)
{
	return strstr(text, "#undef") || strstr(text, "#cmakedefine") || strstr(text, "#mesondefine");
}

/* Text for glib-mkenums and the like: what it makes of it is not ours to guess. */
static bool is_generator_input(const char *text)
{
	return strstr(text, "/*** BEGIN") != NULL;
}

static char *replace(const char *text, const char *pattern, const char *by)
{
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_RAW | G_REGEX_MULTILINE, 0, NULL);

	return g_regex_replace_literal(regex, text, -1, 0, by, 0, NULL);
}

/*
 * Each @NAME@ becomes 1: a number where one is wanted, and harmless inside a string. Alone on its line it stands for
 * lines that configure writes or does not.
 */
static char *substitute(const char *text)
{
	g_autofree char *without_lines = replace(text, "^[ \\t]*@\\w+@[ \\t]*$", "");

	return replace(without_lines, "@\\w+@", "1");
}

/* NULL: the template cannot be read. */
static char *render(struct standins *standins, const char *template, const char *name)
{
	g_autofree char *text = NULL;

	if (!g_file_get_contents(template, &text, NULL, NULL))
		return NULL;
	if (is_config(name) || declares_macros(text))
		return config_text(standins->packages, standins->tree, template, tree_switches(standins->tree));
	return is_generator_input(text) ? g_strdup("") : substitute(text);
}

static void write_if_changed(const char *path, const char *text)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *old = NULL;

	if (g_file_get_contents(path, &old, NULL, NULL) && strcmp(old, text) == 0)
		return;
	g_mkdir_with_parents(folder, 0755);
	g_file_set_contents(path, text, -1, NULL);
}

/* Writes scratch/`group`/`name` and returns scratch/`group`. */
static const char *write_header(const struct standins *standins, const char *group, const char *name, const char *text)
{
	g_autofree char *folder = g_build_filename(standins->scratch, group, NULL);
	g_autofree char *path = g_build_filename(folder, name, NULL);

	write_if_changed(path, text);
	return g_intern_string(folder);
}

static const char *from_template(struct standins *standins, const char *template, const char *name)
{
	g_autofree char *text = render(standins, template, name);
	g_autofree char *below = g_path_get_dirname(template + strlen(standins->tree->root));
	g_autofree char *group = g_build_filename("rendered", below, NULL);

	return text ? write_header(standins, group, name, text) : NULL;
}

static const char *from_build_files(struct standins *standins, const char *name)
{
	g_autofree char *text = config_text(standins->packages, standins->tree, NULL, tree_switches(standins->tree));

	return write_header(standins, "config", name, text);
}

/* Made once by its base name; a name with a folder gets a header that leads there. */
static const char *from_generator(const struct standins *standins, const char *name)
{
	g_autofree char *base = g_path_get_basename(name);
	g_autofree char *path = g_build_filename(standins->scratch, "generated", base, NULL);
	g_autofree char *text = g_strdup_printf("#include \"%s\"\n", path);

	if (!generate_header(standins->tree, base, path))
		return NULL;
	if (strcmp(base, name) != 0)
		return write_header(standins, "generated", name, text);
	g_autofree char *folder = g_path_get_dirname(path);
	return g_intern_string(folder);
}

/* <project/a.h> where the tree has a.h exactly once. */
static const char *forward(const struct standins *standins, const char *name)
{
	const char *slash = strrchr(name, '/');
	const GPtrArray *same = slash ? g_hash_table_lookup(standins->tree->by_name, slash + 1) : NULL;

	if (!same || same->len != 1)
		return NULL;
	g_autofree char *text = g_strdup_printf("#include \"%s\"\n", (const char *)same->pdata[0]);
	return write_header(standins, "forward", name, text);
}

/* bus.h before bus-client.h, which builds on it. */
static int by_stem(const void *a, const void *b)
{
	const char *left = *(const char *const *)a, *right = *(const char *const *)b;
	size_t shorter = MIN(strlen(left), strlen(right)) - strlen(".h");
	int order = strncmp(left, right, shorter);

	return order ? order : (strlen(left) > strlen(right)) - (strlen(left) < strlen(right));
}

/* Whether a header is one for all to include: not private by its name, and made to be included more than once. */
static bool is_public(const char *path)
{
	g_autofree char *base = g_path_get_basename(path), *text = NULL;

	if (strstr(base, "private") || strstr(base, "internal") || g_str_has_suffix(base, "_p.h") ||
	    !g_file_get_contents(path, &text, NULL, NULL))
		return false;
	return strstr(text, "#pragma once") ||
	       g_regex_match_simple("^\\s*#\\s*ifndef\\s+(\\w+)\\s+#\\s*define\\s+\\1\\b", text,
				    G_REGEX_RAW | G_REGEX_MULTILINE, 0);
}

/* The headers of the only folder of that name that has some: const char *, sorted; NULL if there are several. */
static GPtrArray *headers_of(const struct tree *tree, const char *folder)
{
	g_autofree char *inside = g_strdup_printf("/%s/", folder);
	g_autoptr(GPtrArray) headers = g_ptr_array_new();
	size_t length = 0; /* of the folder's path */
	GHashTableIter all;
	gpointer path;

	g_hash_table_iter_init(&all, tree->paths);
	while (g_hash_table_iter_next(&all, &path, NULL)) {
		const char *name = strrchr(path, '/') + 1;
		size_t before = (size_t)(name - (const char *)path);

		if (!g_str_has_suffix(name, ".h") || before < strlen(inside) ||
		    strncmp(name - strlen(inside), inside, strlen(inside)) != 0)
			continue;
		if (headers->len && (before != length || strncmp(headers->pdata[0], path, length) != 0))
			return NULL;
		length = before;
		g_ptr_array_add(headers, path);
	}
	g_ptr_array_sort(headers, by_stem);
	return g_steal_pointer(&headers);
}

/* <project/project.h>, which the build makes of all that is public in the folder project of the tree. */
static const char *umbrella(const struct standins *standins, const char *name)
{
	g_autofree char *folder = g_path_get_dirname(name), *base = g_path_get_basename(name);
	g_autofree char *expected = g_strdup_printf("%s.h", folder);
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GPtrArray) headers = strcmp(base, expected) == 0 ? headers_of(standins->tree, folder) : NULL;

	for (guint i = 0; headers && i < headers->len; i++)
		if (is_public(headers->pdata[i]))
			g_string_append_printf(text, "#include \"%s\"\n", (const char *)headers->pdata[i]);
	return text->len ? write_header(standins, "umbrella", name, text->str) : NULL;
}

/* <folder/a.h> where the tree has a folder of that name: its headers are the project's. */
static bool is_in_project_folder(const struct tree *tree, const char *name)
{
	const char *slash = strchr(name, '/');
	g_autofree char *folder = slash ? g_strndup(name, (gsize)(slash - name)) : NULL;

	return folder && g_hash_table_contains(tree->folders, folder);
}

static const char *make(struct standins *standins, const char *template, const char *name, bool invent)
{
	if (template)
		return from_template(standins, template, name);
	if (is_config(name) && standins->tree->builds->len)
		return from_build_files(standins, name);
	const char *folder = from_generator(standins, name);
	if (!folder)
		folder = forward(standins, name);
	if (!folder)
		folder = umbrella(standins, name);
	if (!folder && (invent || is_in_project_folder(standins->tree, name)))
		folder = write_header(standins, "empty", name, "");
	return folder;
}

/* A name that would be written outside the scratch folder. */
static bool leaves_folder(const char *name)
{
	return *name == '/' || strstr(name, "..");
}

/* `folder` or a folder below it from which "../../name" leads to the header in `folder`. */
static const char *below(const char *folder, unsigned ups)
{
	g_autofree char *path = g_strdup(folder);

	for (; ups; ups--) {
		char *deeper = g_build_filename(path, "up", NULL);

		g_free(path);
		path = deeper;
	}
	g_mkdir_with_parents(path, 0755);
	return g_intern_string(path);
}

bool standin_is_config(const struct standins *standins, const char *name, const char *unit)
{
	return tree_find_template(standins->tree, name, unit) || is_config(name);
}

const char *standin_make(struct standins *standins, const char *name, const char *unit, bool invent)
{
	unsigned ups = 0;

	for (; g_str_has_prefix(name, "./") || g_str_has_prefix(name, "../"); name = strchr(name, '/') + 1)
		ups += name[1] == '.';
	if (leaves_folder(name))
		return NULL;
	const char *template = tree_find_template(standins->tree, name, unit);
	g_autofree char *key = g_strdup_printf("%s\n%s\n%d", name, template ? template : "", invent);
	const char *known = g_hash_table_lookup(standins->folders, key);

	if (!known) {
		const char *made = make(standins, template, name, invent);

		known = made ? made : "";
		g_hash_table_insert(standins->folders, g_steal_pointer(&key), (gpointer)known);
	}
	return *known ? below(known, ups) : NULL;
}
