/* search: signatures of include paths; see search.h. */
#include "db/search.h"

#include <string.h>
#include <xxhash.h>

struct search_folder {
	char *path;
	GHashTable *names;   /* what it holds; empty if it cannot be read */
	GArray *known;       /* by file id: what that file adds to a signature; UNKNOWN: not asked yet */
	uint64_t every_name; /* sums of hashes, for degraded units */
	uint64_t every_header;
};

static const uint64_t UNKNOWN = UINT64_MAX;

static const char *const system_folders[] = { "/usr/include", "/usr/local/include" };

static void free_folder(gpointer data)
{
	struct search_folder *folder = data;

	g_hash_table_destroy(folder->names);
	g_array_free(folder->known, TRUE);
	g_free(folder->path);
	g_free(folder);
}

void search_init(struct search *search)
{
	search->folders = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_folder);
}

void search_finish(struct search *search)
{
	if (search->folders)
		g_hash_table_destroy(search->folders);
	search->folders = NULL;
}

static bool looks_like_header(const char *name)
{
	static const char *const endings[] = { ".h", ".hh", ".hpp", ".hxx", ".inc", ".def" };

	for (size_t i = 0; i < G_N_ELEMENTS(endings); i++)
		if (g_str_has_suffix(name, endings[i]))
			return true;
	return false;
}

static uint64_t hash_in_folder(const struct search_folder *folder, const char *name)
{
	return XXH3_64bits_withSeed(name, strlen(name), XXH3_64bits(folder->path, strlen(folder->path)));
}

static void read_folder(struct search_folder *folder)
{
	GDir *listing = g_dir_open(folder->path, 0, NULL);

	for (const char *name; listing && (name = g_dir_read_name(listing));) {
		uint64_t hash = hash_in_folder(folder, name);

		g_hash_table_add(folder->names, g_strdup(name));
		folder->every_name += hash;
		if (looks_like_header(name))
			folder->every_header += hash;
	}
	if (listing)
		g_dir_close(listing);
}

static struct search_folder *find_folder(struct search *search, const char *path)
{
	struct search_folder *folder = g_hash_table_lookup(search->folders, path);

	if (folder)
		return folder;
	folder = g_new0(struct search_folder, 1);
	folder->path = g_strdup(path);
	folder->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	folder->known = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	read_folder(folder);
	g_hash_table_insert(search->folders, folder->path, folder);
	return folder;
}

/* Which folders a unit searches. */

/* The folder that argument i names, or NULL. *i moves on if it stands in the argument behind. */
static const char *named_folder(const char *const *arguments, size_t *i)
{
	static const char *const options[] = { "-I", "-iquote", "-isystem", "-idirafter" };

	for (size_t n = 0; n < G_N_ELEMENTS(options); n++) {
		if (!g_str_has_prefix(arguments[*i], options[n]))
			continue;
		const char *rest = arguments[*i] + strlen(options[n]);
		return *rest || !arguments[*i + 1] ? rest : arguments[++*i];
	}
	return NULL;
}

static bool is_below(const char *path, const char *root)
{
	size_t length = strlen(root);

	return length && strncmp(path, root, length) == 0 &&
	       (path[length] == '/' || path[length] == '\0' || root[length - 1] == '/');
}

/* An empty folder can hide nothing; most of those that build systems name are. */
static void add_folder(struct search *search, struct search_path *out, const char *root, const char *path,
		       bool degraded)
{
	bool inside = is_below(path, root);

	if (!inside && !degraded)
		return;
	struct search_folder *folder = find_folder(search, path);

	if (degraded)
		out->signature += inside ? folder->every_header : folder->every_name;
	if (inside && g_hash_table_size(folder->names) && !g_ptr_array_find(out->folders, folder, NULL))
		g_ptr_array_add(out->folders, folder);
}

void search_begin(struct search *search, const char *root, const struct unit_command *unit, bool degraded,
		  struct search_path *out)
{
	g_autofree char *own = g_path_get_dirname(unit->file);

	*out = (struct search_path){ .folders = g_ptr_array_new() };
	add_folder(search, out, root, own, degraded);
	for (size_t i = 0; unit->arguments && unit->arguments[i]; i++) {
		const char *name = named_folder(unit->arguments, &i);

		if (!name || !*name)
			continue;
		g_autofree char *path = g_canonicalize_filename(name, unit->directory);
		add_folder(search, out, root, path, degraded);
	}
	for (size_t i = 0; degraded && i < G_N_ELEMENTS(system_folders); i++)
		add_folder(search, out, root, system_folders[i], degraded);
}

/* What a dependency adds. */

/* The last two parts of a path: "sub" in *parent (a copy) and "foo.h"; *parent is NULL for a path of one part. */
static const char *split_path(const char *path, char **parent)
{
	const char *base = strrchr(path, '/');

	*parent = NULL;
	if (!base || base == path)
		return base ? base + 1 : path;
	const char *start = base;
	while (start > path && start[-1] != '/')
		start--;
	*parent = g_strndup(start, (gsize)(base - start));
	return base + 1;
}

/* The dependency itself does not count: a listing that is older than the file must not differ from a newer one. */
static uint64_t ask_for(const struct search_folder *folder, const char *base, const char *path)
{
	size_t length = strlen(folder->path);
	bool itself =
		strncmp(path, folder->path, length) == 0 && path[length] == '/' && strcmp(path + length + 1, base) == 0;

	return !itself && g_hash_table_contains(folder->names, base) ? hash_in_folder(folder, base) : 0;
}

static uint64_t ask_folder(struct search *search, struct search_folder *folder, const char *path)
{
	g_autofree char *parent = NULL;
	const char *base = split_path(path, &parent);
	uint64_t sum = ask_for(folder, base, path);

	if (parent && g_hash_table_contains(folder->names, parent)) {
		g_autofree char *below = g_build_filename(folder->path, parent, NULL);

		sum += ask_for(find_folder(search, below), base, path) *
		       3; /* not the same as a search of the subfolder */
	}
	return sum == UNKNOWN ? 0 : sum;
}

void search_add(struct search *search, struct search_path *path, uint32_t file, const char *name)
{
	for (guint i = 0; i < path->folders->len; i++) {
		struct search_folder *folder = g_ptr_array_index(path->folders, i);

		while (folder->known->len <= file)
			g_array_append_val(folder->known, UNKNOWN);
		uint64_t *known = &g_array_index(folder->known, uint64_t, file);

		if (*known == UNKNOWN)
			*known = ask_folder(search, folder, name);
		path->signature += *known;
	}
}

uint64_t search_end(struct search_path *path)
{
	g_ptr_array_free(path->folders, TRUE);
	return path->signature;
}
