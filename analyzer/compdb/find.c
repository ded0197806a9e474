/* find: where a compile database usually lies; see compdb_find. */
#include "compdb/compdb.h"

#include <glib.h>
#include <glob.h>

/* Below the project root, in the order in which they are tried. */
static const char *const place_table[] = {
	"", "build*/", "out*/", "_build*/", "cmake-build-*/", "obj*/", "build*/*/", "out*/*/",
};

static const char *find_in(struct arena *arena, const char *folder, const char *pattern)
{
	g_autofree char *full = g_strdup_printf("%s/%scompile_commands.json", folder, pattern);
	glob_t matches;
	const char *found = NULL;

	if (glob(full, 0, NULL, &matches) == 0) {
		g_autofree char *path = g_canonicalize_filename(matches.gl_pathv[0], NULL);

		found = arena_strdup(arena, path);
	}
	globfree(&matches);
	return found;
}

static const char *find_named(struct arena *arena, const char *build)
{
	g_autofree char *path = g_canonicalize_filename(build, NULL);

	return g_file_test(path, G_FILE_TEST_IS_REGULAR) ? arena_strdup(arena, path) : find_in(arena, path, "");
}

const char *compdb_find(struct arena *arena, const char *root, const char *build)
{
	const char *found = build ? find_named(arena, build) : NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(place_table) && !found && !build; i++)
		found = find_in(arena, root, place_table[i]);
	return found;
}
