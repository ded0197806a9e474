/*
 * packages: an index over the .pc files that pkg-config knows; see packages.h.
 *
 * Asking pkg-config for each of some hundred packages would take seconds. So the .pc files are read here as far as
 * their own -I goes, which says who has a header; the flags of the few that are chosen come from pkg-config itself,
 * which knows what they require.
 */
#include "compdb/packages.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

struct package {
	const char *name;   /* interned */
	GPtrArray *folders; /* const char *, interned: its own -I */
};

struct packages {
	const struct tree *tree;
	GPtrArray *items;        /* struct package *, sorted by name */
	GHashTable *flags;       /* interned name -> GStrv */
	GHashTable *answers;     /* header -> interned package or "" */
	GHashTable *mentioned;   /* the same, of those that are mentioned */
	GHashTable *system;      /* header -> interned path or "" */
	GPtrArray *system_paths; /* const char *, interned */
	GPtrArray *folders;      /* const char *, interned: below /usr/include, filled when asked for */
};

/* Where pkg-config looks if it is not there to be asked. */
#define USUAL_PLACES                                                                                                   \
	"/usr/local/lib/pkgconfig:/usr/local/share/pkgconfig:/usr/lib/x86_64-linux-gnu/pkgconfig:/usr/lib64/"          \
	"pkgconfig:"                                                                                                   \
	"/usr/lib/pkgconfig:/usr/share/pkgconfig"

/* What pkg-config prints; NULL if it fails. */
static char *run_pkg_config(const char *option, const char *package)
{
	const char *program = g_getenv("PKG_CONFIG") ? g_getenv("PKG_CONFIG") : "pkg-config";
	const char *words[] = { program, option, package, NULL };
	char *out = NULL;
	int status = 0;

	if (g_spawn_sync(NULL, (char **)words, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out,
			 NULL, &status, NULL) &&
	    g_spawn_check_wait_status(status, NULL))
		return out;
	g_free(out);
	return NULL;
}

static char *package_places(void)
{
	const char *first = g_getenv("PKG_CONFIG_PATH");
	const char *only = g_getenv("PKG_CONFIG_LIBDIR");
	g_autofree char *asked = only ? g_strdup(only) : run_pkg_config("--variable=pc_path", "pkg-config");

	return g_strjoin(":", first ? first : "", asked ? g_strstrip(asked) : USUAL_PLACES, NULL);
}

/* Replaces each ${name} of `text` that `variables` has. */
static char *expand(const char *text, GHashTable *variables)
{
	GString *out = g_string_new(NULL);

	while (*text) {
		const char *close = g_str_has_prefix(text, "${") ? strchr(text, '}') : NULL;
		g_autofree char *name = close ? g_strndup(text + 2, (gsize)(close - text - 2)) : NULL;
		const char *value = name ? g_hash_table_lookup(variables, name) : NULL;

		if (value)
			g_string_append(out, value);
		else
			g_string_append_c(out, *text);
		text = value ? close + 1 : text + 1;
	}
	return g_string_free(out, FALSE);
}

static void add_folders(struct package *package, const char *flags)
{
	g_auto(GStrv) words = NULL;

	if (!g_shell_parse_argv(flags, NULL, &words, NULL))
		return;
	for (char **word = words; *word; word++)
		if (g_str_has_prefix(*word, "-I"))
			g_ptr_array_add(package->folders, (gpointer)g_intern_string(*word + 2));
}

/* One line: `name=value` is a variable, `Cflags: -I...` what we want. */
static void read_pc_line(struct package *package, GHashTable *variables, const char *line)
{
	gsize length = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
	g_autofree char *name = g_strndup(line, length);
	const char *rest = line + length + strspn(line + length, " \t");
	g_autofree char *value = *rest ? g_strstrip(expand(rest + 1, variables)) : NULL;

	if (*rest == '=')
		g_hash_table_insert(variables, g_steal_pointer(&name), g_steal_pointer(&value));
	else if (*rest == ':' && g_ascii_strcasecmp(name, "Cflags") == 0)
		add_folders(package, value);
}

static struct package *read_pc(const char *folder, const char *file)
{
	g_autofree char *path = g_build_filename(folder, file, NULL);
	g_autofree char *name = g_strndup(file, strlen(file) - strlen(".pc"));
	g_autofree char *text = NULL;
	struct package *package = g_new0(struct package, 1);
	g_autoptr(GHashTable) variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

	package->name = g_intern_string(name);
	package->folders = g_ptr_array_new();
	g_hash_table_insert(variables, g_strdup("pcfiledir"), g_strdup(folder));
	if (!g_file_get_contents(path, &text, NULL, NULL))
		return package;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++)
		read_pc_line(package, variables, *line);
	return package;
}

static void free_package(gpointer data)
{
	struct package *package = data;

	g_ptr_array_free(package->folders, TRUE);
	g_free(package);
}

static gint compare_packages(gconstpointer left, gconstpointer right)
{
	return strcmp((*(const struct package *const *)left)->name, (*(const struct package *const *)right)->name);
}

static void read_place(struct packages *packages, const char *folder)
{
	GDir *directory = *folder ? g_dir_open(folder, 0, NULL) : NULL;

	for (const char *name; directory && (name = g_dir_read_name(directory));)
		if (g_str_has_suffix(name, ".pc"))
			g_ptr_array_add(packages->items, read_pc(folder, name));
	if (directory)
		g_dir_close(directory);
}

static void add_system_path(struct packages *packages, const char *path)
{
	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		g_ptr_array_add(packages->system_paths, (gpointer)g_intern_string(path));
}

/* The folders that clang searches by itself, in its order. */
static void find_system_paths(struct packages *packages)
{
	struct utsname machine;
	g_autofree char *multiarch = NULL;

	if (uname(&machine) == 0)
		multiarch = g_strdup_printf("/usr/include/%s-linux-gnu", machine.machine);
	add_system_path(packages, LOOPLINT_CLANG_RESOURCE_DIR "/include");
	add_system_path(packages, "/usr/local/include");
	if (multiarch)
		add_system_path(packages, multiarch);
	add_system_path(packages, "/usr/include");
}

struct packages *packages_new(const struct tree *tree)
{
	struct packages *packages = g_new0(struct packages, 1);
	g_autofree char *places = package_places();
	g_auto(GStrv) folders = g_strsplit(places, ":", -1);

	packages->tree = tree;
	packages->items = g_ptr_array_new_with_free_func(free_package);
	packages->flags = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_strfreev);
	packages->answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	packages->mentioned = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	packages->system = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	packages->system_paths = g_ptr_array_new();
	for (char **folder = folders; *folder; folder++)
		read_place(packages, *folder);
	g_ptr_array_sort(packages->items, compare_packages);
	find_system_paths(packages);
	return packages;
}

void packages_free(struct packages *packages)
{
	if (!packages)
		return;
	if (packages->folders)
		g_ptr_array_free(packages->folders, TRUE);
	g_ptr_array_free(packages->system_paths, TRUE);
	g_hash_table_destroy(packages->system);
	g_hash_table_destroy(packages->mentioned);
	g_hash_table_destroy(packages->answers);
	g_hash_table_destroy(packages->flags);
	g_ptr_array_free(packages->items, TRUE);
	g_free(packages);
}

static bool holds(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

static const char *first_that_holds(const GPtrArray *folders, const char *name)
{
	for (guint i = 0; i < folders->len; i++)
		if (holds(folders->pdata[i], name))
			return folders->pdata[i];
	return NULL;
}

/* What `table` remembers for `name`: true if anything; *answer is NULL for a remembered no. */
static bool recall(GHashTable *table, const char *name, const char **answer)
{
	const char *known = g_hash_table_lookup(table, name);

	*answer = known && *known ? known : NULL;
	return known != NULL;
}

static const char *remember(GHashTable *table, const char *name, const char *answer)
{
	g_hash_table_insert(table, g_strdup(name), (gpointer)g_intern_string(answer ? answer : ""));
	return answer;
}

const char *packages_find_system(struct packages *packages, const char *name)
{
	const char *answer;

	if (recall(packages->system, name, &answer))
		return answer;
	const char *folder = first_that_holds(packages->system_paths, name);
	g_autofree char *path = folder ? g_build_filename(folder, name, NULL) : NULL;
	return remember(packages->system, name, path ? g_intern_string(path) : NULL);
}

/* Of homonyms the one mentioned most; then the later name, which is the newer version (gtk4, libsoup-3.0). */
static const char *search(struct packages *packages, const char *name, bool mentioned)
{
	const char *best = NULL;
	unsigned best_mentions = 0;

	for (guint i = 0; i < packages->items->len; i++) {
		const struct package *package = packages->items->pdata[i];

		if (!first_that_holds(package->folders, name))
			continue;
		unsigned mentions = tree_mentions(packages->tree, package->name);
		if ((mentioned && !mentions) || (best && mentions < best_mentions))
			continue;
		best = package->name;
		best_mentions = mentions;
	}
	return best;
}

const char *packages_find(struct packages *packages, const char *name, bool mentioned)
{
	GHashTable *table = mentioned ? packages->mentioned : packages->answers;
	const char *answer;

	if (recall(table, name, &answer))
		return answer;
	return remember(table, name, search(packages, name, mentioned));
}

static const struct package *find_package(const struct packages *packages, const char *name)
{
	for (guint i = 0; i < packages->items->len; i++)
		if (strcmp(((const struct package *)packages->items->pdata[i])->name, name) == 0)
			return packages->items->pdata[i];
	return NULL;
}

bool packages_has(struct packages *packages, const char *name)
{
	return find_package(packages, name) != NULL;
}

bool packages_has_part(struct packages *packages, const char *whole)
{
	gsize length = strlen(whole);

	for (guint i = 0; i < packages->items->len; i++) {
		const char *name = ((const struct package *)packages->items->pdata[i])->name;

		if (strncmp(name, whole, length) == 0 && name[length] && strchr("-+0123456789", name[length]) &&
		    tree_mentions(packages->tree, name))
			return true;
	}
	return false;
}

/* The package's own folders, for one that pkg-config refuses because something it requires is not installed. */
static char *own_flags(const struct package *package)
{
	GString *flags = g_string_new(NULL);

	for (guint i = 0; package && i < package->folders->len; i++)
		g_string_append_printf(flags, "-I%s ", (const char *)package->folders->pdata[i]);
	return g_string_free(flags, FALSE);
}

const char *const *packages_flags(struct packages *packages, const char *name)
{
	char **flags = g_hash_table_lookup(packages->flags, name);

	if (flags)
		return (const char *const *)flags;
	g_autofree char *said = run_pkg_config("--cflags", name);
	if (!said)
		said = own_flags(find_package(packages, name));
	if (!g_shell_parse_argv(said, NULL, &flags, NULL))
		flags = g_new0(char *, 1);
	g_hash_table_insert(packages->flags, (gpointer)g_intern_string(name), flags);
	return (const char *const *)flags;
}

/* Kernel and C library parts: their headers are named with the folder. */
static bool is_part_of_system(const char *name)
{
	static const char *const parts[] = { "linux", "asm",       "asm-generic", "sys",   "bits",  "gnu",
					     "net",   "netinet",   "arpa",        "rpc",   "c++",   "misc",
					     "mtd",   "rdma",      "scsi",        "sound", "video", "xen",
					     "drm",   "protocols", "netrom",      "rpcsvc" };

	for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
		if (strcmp(parts[i], name) == 0)
			return true;
	return false;
}

static void add_folders_below(GPtrArray *out, const char *folder, int depth)
{
	GDir *directory = g_dir_open(folder, 0, NULL);

	for (const char *name; directory && (name = g_dir_read_name(directory));) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (is_part_of_system(name) || !g_file_test(path, G_FILE_TEST_IS_DIR))
			continue;
		g_ptr_array_add(out, g_strdup(path));
		if (depth > 1)
			add_folders_below(out, path, depth - 1);
	}
	if (directory)
		g_dir_close(directory);
}

/* Shorter first, so that a library's own folder comes before its parts. */
static gint compare_folders(gconstpointer left, gconstpointer right)
{
	const char *a = *(const char *const *)left;
	const char *b = *(const char *const *)right;
	gsize length_a = strlen(a);
	gsize length_b = strlen(b);

	return length_a != length_b ? (length_a < length_b ? -1 : 1) : strcmp(a, b);
}

const char *packages_find_folder(struct packages *packages, const char *name)
{
	if (!packages->folders) {
		packages->folders = g_ptr_array_new_with_free_func(g_free);
		add_folders_below(packages->folders, "/usr/include", 3);
		g_ptr_array_sort(packages->folders, compare_folders);
	}
	return g_intern_string(first_that_holds(packages->folders, name));
}
