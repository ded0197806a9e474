/* named_files: a table of lists; see named_files.h. */
#include "compdb/named_files.h"

struct named_files {
	GHashTable *files; /* name -> GPtrArray of const char * */
	GStringChunk *strings;
};

struct named_files *named_files_new(void)
{
	struct named_files *names = g_new0(struct named_files, 1);

	names->files = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
	names->strings = g_string_chunk_new(4096);
	return names;
}

void named_files_free(struct named_files *names)
{
	if (!names)
		return;
	g_hash_table_destroy(names->files);
	g_string_chunk_free(names->strings);
	g_free(names);
}

void named_files_add(struct named_files *names, const char *name, const char *path)
{
	GPtrArray *files = g_hash_table_lookup(names->files, name);

	if (!files) {
		files = g_ptr_array_new();
		g_hash_table_insert(names->files, g_string_chunk_insert_const(names->strings, name), files);
	}
	if (!files->len || files->pdata[files->len - 1] != path)
		g_ptr_array_add(files, (gpointer)path);
}

const GPtrArray *named_files_find(const struct named_files *names, const char *name)
{
	return g_hash_table_lookup(names->files, name);
}
