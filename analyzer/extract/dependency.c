/*
 * dependency: the files a unit was read from, with what tells whether they changed.
 */
#include "extract/parse.h"

#include <sys/stat.h>
#include <xxhash.h>

struct known_file {
	int64_t mtime_ns, size;
	uint64_t hash;
};

struct hashes {
	GHashTable *by_path; /* path -> struct known_file */
};

struct hashes *hashes_new(void)
{
	struct hashes *hashes = g_new(struct hashes, 1);

	hashes->by_path = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return hashes;
}

void hashes_free(struct hashes *hashes)
{
	if (!hashes)
		return;
	g_hash_table_destroy(hashes->by_path);
	g_free(hashes);
}

/* NULL: not a file on disk (a stand-in that exists only in memory). */
static const struct known_file *file_state(struct hashes *hashes, const char *path)
{
	struct known_file *known = g_hash_table_lookup(hashes->by_path, path);
	g_autofree char *text = NULL;
	struct stat status;
	gsize length;

	if (known)
		return known;
	if (stat(path, &status) != 0 || !g_file_get_contents(path, &text, &length, NULL))
		return NULL;
	known = g_new(struct known_file, 1);
	known->mtime_ns = (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
	known->size = status.st_size;
	known->hash = XXH3_64bits(text, length);
	g_hash_table_insert(hashes->by_path, g_strdup(path), known);
	return known;
}

struct adding {
	struct hashes *hashes;
	struct facts_builder *facts;
	GHashTable *seen;    /* CXFile: a file may be included several times */
	const char *ignored; /* the precompiled header, or NULL */
	GHashTable *added;   /* paths */
};

static void add_path(struct adding *adding, const char *path)
{
	const struct known_file *known;

	if (g_strcmp0(path, adding->ignored) == 0 || g_hash_table_contains(adding->added, path))
		return;
	g_hash_table_add(adding->added, g_strdup(path));
	known = file_state(adding->hashes, path);
	if (known)
		facts_build_dependency(adding->facts, path, known->mtime_ns, known->size, known->hash);
}

static void add_file(CXFile file, CXSourceLocation *stack, unsigned depth, CXClientData data)
{
	struct adding *adding = data;

	(void)stack;
	(void)depth;
	if (!g_hash_table_add(adding->seen, file))
		return;
	g_autofree char *path = visit_text(clang_File_tryGetRealPathName(file));
	if (!*path) {
		g_free(path);
		path = visit_text(clang_getFileName(file));
	}
	add_path(adding, path);
}

void add_dependencies(struct hashes *hashes, CXTranslationUnit unit, const struct shared_headers *set,
		      struct facts_builder *facts)
{
	struct adding adding = {
		.hashes = hashes,
		.facts = facts,
		.seen = g_hash_table_new(NULL, NULL),
		.ignored = set ? set->path : NULL,
		.added = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
	};

	clang_getInclusions(unit, add_file, &adding);
	for (uint32_t i = 1; set && set->built && i < set->built->dependencies.count; i++)
		add_path(&adding, facts_string(set->built, facts_dependency(set->built, i)->path));
	g_hash_table_destroy(adding.added);
	g_hash_table_destroy(adding.seen);
}
