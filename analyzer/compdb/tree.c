/* tree: the index of a project's files, and which of two homonyms is meant; see tree.h. */
#include "compdb/tree.h"

#include "compdb/scan.h"
#include "compdb/units.h"
#include "compdb/walk.h"

#include <string.h>
#include <unistd.h>

enum {
	COST_UP = 1,
	COST_DOWN = 2,
	COST_TESTS = 100,
	COST_FOREIGN = 1000,
	LARGEST_BUILD_FILE = 4 << 20,
};

/* Components of a path that say its headers are for another system, or not for the program. */
static const struct {
	const char *name;
	int cost;
} folder_costs[] = {
	{ "win32", COST_FOREIGN },   { "win64", COST_FOREIGN },   { "win", COST_FOREIGN },
	{ "windows", COST_FOREIGN }, { "mingw", COST_FOREIGN },   { "msvc", COST_FOREIGN },
	{ "vs", COST_FOREIGN },      { "darwin", COST_FOREIGN },  { "macos", COST_FOREIGN },
	{ "macosx", COST_FOREIGN },  { "osx", COST_FOREIGN },     { "bsd", COST_FOREIGN },
	{ "freebsd", COST_FOREIGN }, { "openbsd", COST_FOREIGN }, { "netbsd", COST_FOREIGN },
	{ "solaris", COST_FOREIGN }, { "aix", COST_FOREIGN },     { "android", COST_FOREIGN },
	{ "wasm", COST_FOREIGN },    { "vms", COST_FOREIGN },     { "tests", COST_TESTS },
	{ "test", COST_TESTS },      { "testing", COST_TESTS },   { "examples", COST_TESTS },
	{ "example", COST_TESTS },   { "doc", COST_TESTS },       { "docs", COST_TESTS },
	{ "contrib", COST_TESTS },   { "demo", COST_TESTS },      { "demos", COST_TESTS },
	{ "fuzz", COST_TESTS },
};

static const char *const build_names[] = {
	"meson.build",    "meson_options.txt", "meson.options", "configure.ac", "configure.in", "acinclude.m4",
	"CMakeLists.txt", "GNUmakefile",       "SConstruct",    "SConscript",   "wscript",
};

/* Makefile, Makefile.am and whatever else a project includes from them. */
static bool is_build_file(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(build_names); i++)
		if (strcmp(build_names[i], name) == 0)
			return true;
	return g_str_has_prefix(name, "Makefile") || g_str_has_suffix(name, ".mk") ||
	       (g_str_has_suffix(name, ".m4") && strcmp(name, "aclocal.m4") != 0); /* that repeats installed ones */
}

static void add_build_file(struct tree *tree, const char *path)
{
	struct build_file *file = g_new0(struct build_file, 1);
	g_autofree char *folder = g_path_get_dirname(path);
	gsize length = 0;

	file->path = path;
	file->folder = g_intern_string(folder);
	if (g_file_get_contents(path, &file->text, &length, NULL) && length <= LARGEST_BUILD_FILE) {
		g_ptr_array_add(tree->builds, file);
		return;
	}
	g_free(file->text);
	g_free(file);
}

static void add_header_folder(struct tree *tree, const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);

	g_hash_table_add(tree->folders, g_path_get_basename(folder));
}

static void add_file(const char *path, bool built, void *data)
{
	struct tree *tree = data;
	const char *kept = g_strdup(path);
	const char *name = strrchr(kept, '/') + 1;
	GPtrArray *same = g_hash_table_lookup(tree->by_name, name);

	g_hash_table_add(tree->paths, (gpointer)kept);
	if (!same) {
		same = g_ptr_array_new();
		g_hash_table_insert(tree->by_name, (gpointer)name, same);
	}
	g_ptr_array_add(same, (gpointer)kept);
	if (g_str_has_suffix(name, ".h"))
		add_header_folder(tree, kept);
	if (!built && is_build_file(name))
		add_build_file(tree, kept);
}

static void free_build_file(gpointer data)
{
	struct build_file *file = data;

	g_free(file->text);
	g_free(file);
}

struct tree *tree_new(const char *root)
{
	struct tree *tree = g_new0(struct tree, 1);

	tree->root = g_strdup(root);
	tree->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	tree->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
	tree->folders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	tree->builds = g_ptr_array_new_with_free_func(free_build_file);
	tree->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)scan_free);
	tree->choices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	walk_files(root, add_file, tree);
	return tree;
}

void tree_free(struct tree *tree)
{
	if (!tree)
		return;
	if (tree->switches)
		g_ptr_array_free(tree->switches, TRUE);
	g_hash_table_destroy(tree->files);
	g_hash_table_destroy(tree->choices);
	g_ptr_array_free(tree->builds, TRUE);
	g_hash_table_destroy(tree->folders);
	g_hash_table_destroy(tree->by_name);
	g_hash_table_destroy(tree->paths);
	g_free(tree->root);
	g_free(tree);
}

bool tree_has(const struct tree *tree, const char *path)
{
	return path_is_below(path, tree->root) ? g_hash_table_contains(tree->paths, path) : access(path, R_OK) == 0;
}

static int component_cost(const char *name, gsize length)
{
	for (gsize i = 0; i < G_N_ELEMENTS(folder_costs); i++)
		if (strlen(folder_costs[i].name) == length &&
		    g_ascii_strncasecmp(folder_costs[i].name, name, length) == 0)
			return folder_costs[i].cost;
	return 0;
}

/* Adds up what the components of `path` cost; "" costs nothing. */
static int components_cost(const char *path, int each, bool judged)
{
	int cost = 0;

	while (*path) {
		gsize length = strcspn(path, "/");

		if (length)
			cost += each + (judged ? component_cost(path, length) : 0);
		path += length + (path[length] == '/');
	}
	return cost;
}

int tree_distance(const char *from, const char *to)
{
	gsize shared = 0;

	for (gsize i = 0;; i++) {
		bool from_ends = from[i] == '/' || from[i] == '\0';
		bool to_ends = to[i] == '/' || to[i] == '\0';

		if (from_ends && to_ends)
			shared = i;
		if (from[i] != to[i] || from[i] == '\0')
			break;
	}
	return components_cost(from + shared, COST_UP, false) + components_cost(to + shared, COST_DOWN, true);
}

/* "../../a/b.h" -> "a/b.h"; "./b.h" -> "b.h". */
static const char *without_dots(const char *name)
{
	while (g_str_has_prefix(name, "../") || g_str_has_prefix(name, "./"))
		name = strchr(name, '/') + 1;
	return name;
}

static const GPtrArray *files_named(const struct tree *tree, const char *name)
{
	const char *slash = strrchr(name, '/');

	return g_hash_table_lookup(tree->by_name, slash ? slash + 1 : name);
}

/* `path` without the end "/name" as an interned folder; NULL if it does not end so. */
static const char *folder_before(const char *path, const char *name)
{
	gsize length = strlen(path);
	gsize tail = strlen(name);

	if (length <= tail + 1 || path[length - tail - 1] != '/' || strcmp(path + length - tail, name) != 0)
		return NULL;
	g_autofree char *folder = g_strndup(path, length - tail - 1);
	return g_intern_string(folder);
}

const char *tree_find_folder(const struct tree *tree, const char *name, const char *includer, const char *unit)
{
	const char *tail = without_dots(name);
	const GPtrArray *same = files_named(tree, tail);
	const char *best = NULL;
	int best_cost = 0;

	for (guint i = 0; same && i < same->len; i++) {
		const char *folder = folder_before(same->pdata[i], tail);
		int cost = folder ? MIN(tree_distance(unit, folder), tree_distance(includer, folder)) : 0;

		if (!folder || (best && cost >= best_cost))
			continue;
		best = folder;
		best_cost = cost;
	}
	return best;
}

const char *tree_find_template(const struct tree *tree, const char *name, const char *unit)
{
	static const char *const endings[] = {
		".in", ".meson", ".cmake", ".meson.in", ".cmake.in", ".cmakein", ".in.in"
	};
	const char *tail = without_dots(name);

	for (gsize i = 0; i < G_N_ELEMENTS(endings); i++) {
		g_autofree char *wanted = g_strconcat(tail, endings[i], NULL);
		const char *folder = tree_find_folder(tree, wanted, unit, unit);
		g_autofree char *path = folder ? g_build_filename(folder, wanted, NULL) : NULL;

		if (path)
			return g_intern_string(path);
	}
	return NULL;
}

const struct scan *tree_scan(struct tree *tree, const char *path)
{
	struct scan *scan = g_hash_table_lookup(tree->files, path);
	g_autofree char *text = NULL;
	gsize length = 0;

	if (scan || !g_file_get_contents(path, &text, &length, NULL))
		return scan;
	scan = scan_text(text, length);
	g_hash_table_insert(tree->files, g_strdup(path), scan);
	return scan;
}

static bool is_source_text(const char *path)
{
	static const char *const endings[] = { ".c", ".h", ".in", ".inc" };

	for (gsize i = 0; i < G_N_ELEMENTS(endings); i++)
		if (g_str_has_suffix(path, endings[i]))
			return true;
	return false;
}

static gint compare_texts(gconstpointer left, gconstpointer right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static GPtrArray *collect_switches(struct tree *tree)
{
	GPtrArray *switches = g_ptr_array_new();
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter paths;
	gpointer path;

	g_hash_table_iter_init(&paths, tree->paths);
	while (g_hash_table_iter_next(&paths, &path, NULL)) {
		const struct scan *scan = is_source_text(path) ? tree_scan(tree, path) : NULL;

		for (guint i = 0; scan && i < scan->switches->len; i++)
			if (g_hash_table_add(seen, scan->switches->pdata[i]))
				g_ptr_array_add(switches, scan->switches->pdata[i]);
	}
	g_ptr_array_sort(switches, compare_texts);
	return switches;
}

const GPtrArray *tree_switches(struct tree *tree)
{
	if (!tree->switches)
		tree->switches = collect_switches(tree);
	return tree->switches;
}

static bool is_word(char c)
{
	return g_ascii_isalnum(c) || strchr("_-.+", c);
}

static unsigned count_word(const char *text, const char *word)
{
	gsize length = strlen(word);
	unsigned count = 0;

	for (const char *at = text; (at = strstr(at, word)); at += length)
		count += (at == text || !is_word(at[-1])) && (!at[length] || !is_word(at[length]));
	return count;
}

unsigned tree_mentions(const struct tree *tree, const char *word)
{
	unsigned count = 0;

	for (guint i = 0; i < tree->builds->len; i++)
		count += count_word(((const struct build_file *)tree->builds->pdata[i])->text, word);
	return count;
}
