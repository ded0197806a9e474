/* sources: files and folders -> .c files; see sources.h. */
#include "compdb/sources.h"

#include "compdb/arguments.h"
#include "compdb/compdb.h"
#include "compdb/walk.h"

#include <stdlib.h>
#include <string.h>

struct sources {
	struct arena *arena;
	GPtrArray *files;
};

/* configure's probes, left behind when it is interrupted. */
static bool is_probe(const char *path)
{
	return g_str_has_suffix(path, "/conftest.c");
}

static void add_source(const char *path, bool built, void *data)
{
	struct sources *sources = data;

	if (!built && g_str_has_suffix(path, ".c") && !is_probe(path))
		g_ptr_array_add(sources->files, arena_strdup(sources->arena, path));
}

static int not_found(struct diagnostics *diagnostics, const char *path, const char *why)
{
	diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, path, 0, "%s", why);
	return COMPDB_E_NOT_FOUND;
}

static int add_path(struct sources *sources, const char *path, struct diagnostics *diagnostics)
{
	char *real = realpath(path, NULL);
	const char *copy = arena_strdup(sources->arena, real);
	guint before = sources->files->len;

	free(real);
	if (!copy)
		return not_found(diagnostics, path,
				 "no such file or folder; name C sources or a folder that holds some");
	if (g_file_test(copy, G_FILE_TEST_IS_DIR))
		walk_files(copy, add_source, sources);
	else if (language_of_file(copy) != LANGUAGE_OTHER)
		g_ptr_array_add(sources->files, (gpointer)copy);
	if (sources->files->len == before)
		return not_found(diagnostics, path, "no C source here; name C sources or a folder that holds some");
	return 0;
}

int sources_find(struct arena *arena, const char *const *paths, GPtrArray *out, struct diagnostics *diagnostics)
{
	struct sources sources = { arena, out };
	int error = 0;

	for (const char *const *path = paths; *path; path++) {
		int failed = add_path(&sources, *path, diagnostics);

		error = error ? error : failed;
	}
	return error;
}
