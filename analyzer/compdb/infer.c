/*
 * infer: sources without a compile database -> units with guessed flags.
 *
 * For each unit the #includes are followed from file to file, through the project's headers, and each tells one folder,
 * package or stand-in that the unit needs. So the flags of a unit depend on what it includes and on nothing else: asking
 * for one file gives the same flags as asking for the whole tree.
 */
#include "compdb/arguments.h"
#include "compdb/config.h"
#include "compdb/defines.h"
#include "compdb/resolve.h"
#include "compdb/sources.h"
#include "compdb/units.h"

#include <stdlib.h>
#include <string.h>

struct inference {
	struct arena *arena;
	struct resolver resolver;
	struct standins standins;
	struct unit_list units;
	const char *root;
	GHashTable *defines; /* folder -> struct defines * */
};

/* What the headers of one unit ask for; folders and packages interned, each once, in the order of need. */
struct needs {
	GPtrArray *quote, *before, *after, *packages;
	GPtrArray *forced;  /* const char *: paths that build files name with -include */
	bool config;        /* some file includes config.h */
	GHashTable *seen;   /* set of paths read */
	GPtrArray *pending; /* paths to read, in order */
};

static void add_once(GPtrArray *list, const char *item)
{
	if (!g_ptr_array_find(list, item, NULL))
		g_ptr_array_add(list, (gpointer)item);
}

static void needs_init(struct needs *needs)
{
	*needs = (struct needs){
		.quote = g_ptr_array_new(),
		.before = g_ptr_array_new(),
		.after = g_ptr_array_new(),
		.packages = g_ptr_array_new(),
		.forced = g_ptr_array_new(),
		.seen = g_hash_table_new(g_str_hash, g_str_equal),
		.pending = g_ptr_array_new(),
	};
}

static void needs_finish(struct needs *needs)
{
	g_ptr_array_free(needs->quote, TRUE);
	g_ptr_array_free(needs->before, TRUE);
	g_ptr_array_free(needs->after, TRUE);
	g_ptr_array_free(needs->packages, TRUE);
	g_ptr_array_free(needs->forced, TRUE);
	g_ptr_array_free(needs->pending, TRUE);
	g_hash_table_destroy(needs->seen);
}

static void add_pending(struct needs *needs, const char *path)
{
	if (g_hash_table_add(needs->seen, (gpointer)path))
		g_ptr_array_add(needs->pending, (gpointer)path);
}

static void add_need(struct needs *needs, const struct resolution *found)
{
	GPtrArray *const lists[] = {
		[PLACE_QUOTE] = needs->quote,
		[PLACE_BEFORE] = needs->before,
		[PLACE_AFTER] = needs->after,
		[PLACE_PACKAGE] = needs->packages,
	};

	if (found->place > PLACE_KNOWN)
		add_once(lists[found->place], found->package ? found->package : found->folder);
	if (found->path)
		add_pending(needs, found->path);
}

static bool is_config(const char *name)
{
	return strcmp(name, "config.h") == 0 || g_str_has_suffix(name, "/config.h");
}

static void read_includes(struct inference *inference, const char *path, const char *unit, struct needs *needs)
{
	const struct scan *scan = tree_scan(inference->resolver.tree, path);

	for (guint i = 0; scan && i < scan->includes->len; i++) {
		const struct include *include = &g_array_index(scan->includes, struct include, i);

		needs->config |= is_config(include->name);
		add_need(needs, resolve_include(&inference->resolver, include, path, unit));
	}
}

/* What the build files give to sources in `folder`. */
static const struct defines *defines_of(struct inference *inference, const char *folder)
{
	struct defines *defines = g_hash_table_lookup(inference->defines, folder);

	if (!defines) {
		defines = defines_read(inference->resolver.tree, inference->resolver.packages, folder);
		g_hash_table_insert(inference->defines, g_strdup(folder), defines);
	}
	return defines;
}

/* A header named with -include counts as included by the unit. */
static void force_header(struct inference *inference, const char *name, const char *file, const char *unit,
			 struct needs *needs)
{
	const struct include include = { .name = (char *)name };
	const struct resolution *found = resolve_include(&inference->resolver, &include, file, unit);

	if (!found->path)
		return;
	needs->config |= is_config(name);
	g_ptr_array_add(needs->forced, (gpointer)found->path);
	add_pending(needs, found->path);
}

/* Reads the unit and all it includes, breadth first. */
static void collect_needs(struct inference *inference, const char *file, const char *unit, struct needs *needs)
{
	const struct defines *defines = defines_of(inference, unit);

	for (guint i = 0; i < defines->headers->len; i++)
		force_header(inference, defines->headers->pdata[i], file, unit, needs);
	add_pending(needs, file);
	for (guint i = 0; i < needs->pending->len; i++)
		read_includes(inference, needs->pending->pdata[i], unit, needs);
}

static void add_folders(GPtrArray *words, const char *option, const GPtrArray *folders)
{
	for (guint i = 0; i < folders->len; i++) {
		g_ptr_array_add(words, (gpointer)option);
		g_ptr_array_add(words, folders->pdata[i]);
	}
}

static void add_package_flags(struct inference *inference, GPtrArray *words, const GPtrArray *needed)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < needed->len; i++) {
		const char *const *flag = packages_flags(inference->resolver.packages, needed->pdata[i]);

		for (; *flag; flag++)
			if (g_hash_table_add(seen, (gpointer)*flag))
				g_ptr_array_add(words, (gpointer)*flag);
	}
}

static void add_macros(struct inference *inference, GPtrArray *words, const GPtrArray *macros)
{
	for (guint i = 0; i < macros->len; i++)
		g_ptr_array_add(words, arena_printf(inference->arena, "-D%s", (const char *)macros->pdata[i]));
}

/* The project's files among those that were read, as sets of what they define and lists of what they ask for. */
static void collect_switches(struct inference *inference, const struct needs *needs, GHashTable *defined,
			     GPtrArray *asked)
{
	for (guint i = 0; i < needs->pending->len; i++) {
		const char *path = needs->pending->pdata[i];
		const struct scan *scan =
			path_is_below(path, inference->root) ? tree_scan(inference->resolver.tree, path) : NULL;

		for (guint j = 0; scan && j < scan->defined->len; j++)
			g_hash_table_add(defined, scan->defined->pdata[j]);
		for (guint j = 0; scan && j < scan->switches->len; j++)
			g_ptr_array_add(asked, scan->switches->pdata[j]);
	}
}

/* Without a config.h the answers of configure (HAVE_...) come from the command line. */
static void add_machine(struct inference *inference, GPtrArray *words, const struct needs *needs)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) asked = g_ptr_array_new();

	collect_switches(inference, needs, seen, asked);
	for (guint i = 0; i < asked->len; i++) {
		const char *name = asked->pdata[i];

		if (!g_str_has_prefix(name, "HAVE_") || strcmp(name, "HAVE_CONFIG_H") == 0 ||
		    !g_hash_table_add(seen, (gpointer)name))
			continue;
		g_autofree char *value = config_judge(inference->resolver.packages, name, NULL);
		if (value)
			g_ptr_array_add(words, arena_printf(inference->arena, "-D%s=%s", name, value));
	}
}

/* A file of which nothing would be left is one that the build gives a macro. */
static void add_whole(struct inference *inference, GPtrArray *words, const char *file)
{
	const struct scan *scan = tree_scan(inference->resolver.tree, file);
	g_autofree char *value = NULL;

	if (!scan || !scan->whole)
		return;
	value = defines_whole(inference->resolver.packages, scan->whole);
	if (value)
		g_ptr_array_add(words, arena_printf(inference->arena, "-D%s=%s", scan->whole, value));
}

static GPtrArray *words_of(struct inference *inference, const char *folder, const char *file, const struct needs *needs)
{
	GPtrArray *words = g_ptr_array_new();

	g_ptr_array_add(words, "-D_GNU_SOURCE");
	add_whole(inference, words, file);
	add_macros(inference, words, defines_of(inference, folder)->macros);
	if (needs->config)
		g_ptr_array_add(words, "-DHAVE_CONFIG_H");
	else
		add_machine(inference, words, needs);
	add_folders(words, "-include", needs->forced);
	add_folders(words, "-iquote", needs->quote);
	add_folders(words, "-I", needs->before);
	add_package_flags(inference, words, needs->packages);
	add_folders(words, "-idirafter", needs->after);
	g_ptr_array_add(words, NULL);
	return words;
}

static void infer_unit(struct inference *inference, const char *file)
{
	g_autofree char *folder = g_path_get_dirname(file);
	struct needs needs;

	needs_init(&needs);
	collect_needs(inference, file, folder, &needs);
	GPtrArray *words = words_of(inference, folder, file, &needs);
	struct arguments arguments =
		arguments_filter(inference->arena, (const char *const *)words->pdata, inference->root, file);
	struct unit_command unit = {
		.file = file,
		.directory = inference->root,
		.arguments = words_store(inference->arena, arguments.kept),
		.inferred = true,
		.cplusplus = language_is_read_beside(arguments.language),
	};

	unit_list_add(&inference->units, unit, RANK_PROGRAM);
	g_ptr_array_free(arguments.kept, TRUE);
	g_ptr_array_free(words, TRUE);
	needs_finish(&needs);
}

static void inference_init(struct inference *inference, struct arena *arena, const char *root, const char *scratch)
{
	char *real = realpath(root, NULL);
	struct tree *tree = tree_new(real ? real : root);
	struct packages *packages = packages_new(tree);

	inference->arena = arena;
	inference->root = arena_strdup(arena, tree->root);
	inference->standins = (struct standins){
		.tree = tree,
		.packages = packages,
		.scratch = scratch,
		.folders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
	};
	inference->resolver = (struct resolver){
		.tree = tree,
		.packages = packages,
		.standins = &inference->standins,
		.known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
	};
	inference->defines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)defines_free);
	unit_list_init(&inference->units, arena);
	free(real);
}

static void inference_finish(struct inference *inference)
{
	unit_list_finish(&inference->units);
	g_hash_table_destroy(inference->defines);
	g_hash_table_destroy(inference->resolver.known);
	g_hash_table_destroy(inference->standins.folders);
	packages_free(inference->resolver.packages);
	tree_free(inference->resolver.tree);
}

int compdb_infer(struct arena *arena, const char *root, const char *const *paths, const char *scratch,
		 struct compdb *out, struct diagnostics *diagnostics)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new();
	struct inference inference;
	int error = sources_find(arena, paths, files, diagnostics);

	if (error)
		return error;
	inference_init(&inference, arena, root, scratch);
	for (guint i = 0; i < files->len; i++)
		infer_unit(&inference, files->pdata[i]);
	unit_list_store(&inference.units, scratch, out);
	out->path = NULL;
	inference_finish(&inference);
	return 0;
}
