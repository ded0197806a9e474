/*
 * search: signatures of include paths; see search.h.
 *
 * Hundreds of units ask the same folders about the same files, and nearly always the answer is no. So each folder is
 * asked once about every file we know and keeps the few that match; a unit looks which of those it depends on.
 */
#include "db/search.h"

#include <string.h>
#include <xxhash.h>

struct search_folder {
	char *path;
	GHashTable *names;   /* what it holds; empty if it cannot be read */
	GArray *matches;     /* struct match: files it holds a name of */
	uint32_t asked;      /* about the files with ids below this */
	uint64_t every_name; /* sums of hashes, for degraded units */
	uint64_t every_header;
};

/* The folder holds a name of `file`, but not that file itself. */
struct match {
	uint32_t file;
	uint64_t hash; /* of folder and name */
};

static const char *const system_folders[] = { "/usr/include", "/usr/local/include" };

static void free_folder(gpointer data)
{
	struct search_folder *folder = data;

	g_hash_table_destroy(folder->names);
	g_array_free(folder->matches, TRUE);
	g_free(folder->path);
	g_free(folder);
}

void search_init(struct search *search, struct files *files)
{
	*search = (struct search){
		.files = files,
		.folders = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_folder),
		.marks = g_array_new(FALSE, TRUE, sizeof(uint32_t)),
	};
}

void search_finish(struct search *search)
{
	if (!search->folders)
		return;
	g_hash_table_destroy(search->folders);
	g_array_free(search->marks, TRUE);
	*search = (struct search){ 0 };
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
	folder->matches = g_array_new(FALSE, FALSE, sizeof(struct match));
	read_folder(folder);
	g_hash_table_insert(search->folders, folder->path, folder);
	return folder;
}

/* What a folder answers. */

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
	bool itself = strncmp(path, folder->path, length) == 0 && path + length + 1 == base;

	return !itself && g_hash_table_contains(folder->names, base) ? hash_in_folder(folder, base) : 0;
}

static uint64_t ask_folder(struct search *search, struct search_folder *folder, const char *path)
{
	g_autofree char *parent = NULL;
	const char *base = split_path(path, &parent);
	uint64_t sum = ask_for(folder, base, path);

	if (parent && g_hash_table_contains(folder->names, parent)) {
		g_autofree char *below = g_build_filename(folder->path, parent, NULL);

		/* Times 3: not the same as a search of the subfolder itself. */
		sum += 3 * ask_for(find_folder(search, below), base, path);
	}
	return sum;
}

static void ask_about_new_files(struct search *search, struct search_folder *folder)
{
	uint32_t count = files_count(search->files);

	for (; folder->asked < count; folder->asked++) {
		const char *path = files_path(search->files, folder->asked);
		struct match match = { .file = folder->asked, .hash = path ? ask_folder(search, folder, path) : 0 };

		if (match.hash)
			g_array_append_val(folder->matches, match);
	}
}

static uint64_t sum_of_matches(const struct search *search, const struct search_folder *folder)
{
	uint64_t sum = 0;

	for (guint i = 0; i < folder->matches->len; i++) {
		struct match match = g_array_index(folder->matches, struct match, i);

		if (match.file < search->marks->len &&
		    g_array_index(search->marks, uint32_t, match.file) == search->unit)
			sum += match.hash;
	}
	return sum;
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

/* A folder counts once, however often it is named. */
static uint64_t add_folder(struct search *search, GPtrArray *seen, const char *root, const char *path, bool degraded)
{
	bool inside = is_below(path, root);

	if (!inside && !degraded)
		return 0;
	struct search_folder *folder = find_folder(search, path);
	if (g_ptr_array_find(seen, folder, NULL))
		return 0;
	g_ptr_array_add(seen, folder);
	if (!inside)
		return folder->every_name;
	ask_about_new_files(search, folder);
	return sum_of_matches(search, folder) + (degraded ? folder->every_header : 0);
}

void search_begin(struct search *search)
{
	search->unit++;
}

void search_mark(struct search *search, uint32_t file)
{
	if (file >= search->marks->len)
		g_array_set_size(search->marks, MAX(file + 1, files_count(search->files)));
	g_array_index(search->marks, uint32_t, file) = search->unit;
}

uint64_t search_end(struct search *search, const char *root, const struct unit_command *unit, bool degraded)
{
	g_autoptr(GPtrArray) seen = g_ptr_array_new();
	g_autofree char *own = g_path_get_dirname(unit->file);
	uint64_t signature = add_folder(search, seen, root, own, degraded);

	for (size_t i = 0; unit->arguments && unit->arguments[i]; i++) {
		const char *name = named_folder(unit->arguments, &i);

		if (!name || !*name)
			continue;
		g_autofree char *path = g_canonicalize_filename(name, unit->directory);
		signature += add_folder(search, seen, root, path, degraded);
	}
	for (size_t i = 0; degraded && i < G_N_ELEMENTS(system_folders); i++)
		signature += add_folder(search, seen, root, system_folders[i], degraded);
	return signature;
}
