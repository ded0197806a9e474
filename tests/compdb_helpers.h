/* compdb_helpers: a scratch project on disk, and looking into what compdb says about it. */
#ifndef LOOPLINT_TESTS_COMPDB_HELPERS_H
#define LOOPLINT_TESTS_COMPDB_HELPERS_H

#include "base/arena.h"
#include "base/diagnostics.h"
#include "compdb/compdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

struct project {
	char *root; /* a temporary folder, links resolved */
	struct arena arena;
	struct diagnostics diagnostics;
	struct compdb database;
};

/* cmocka set-up and tear-down: *state is a struct project with an empty folder; it is removed again. */
static inline int project_setup(void **state)
{
	struct project *project = calloc(1, sizeof *project);
	g_autofree char *folder = g_dir_make_tmp("looplint-compdb-XXXXXX", NULL);

	project->root = realpath(folder, NULL);
	*state = project;
	return 0;
}

static inline void remove_tree(const char *path)
{
	GDir *folder = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);

	for (const char *name; folder && (name = g_dir_read_name(folder));) {
		g_autofree char *child = g_build_filename(path, name, NULL);

		remove_tree(child);
	}
	if (folder)
		g_dir_close(folder);
	g_remove(path);
}

static inline int project_teardown(void **state)
{
	struct project *project = *state;

	remove_tree(project->root);
	free(project->root);
	diagnostics_finish(&project->diagnostics);
	arena_finish(&project->arena);
	free(project);
	return 0;
}

/* Writes a file below the root; folders are made. */
static inline void project_write(const struct project *project, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(project->root, name, NULL);
	g_autofree char *folder = g_path_get_dirname(path);

	assert_int_equal(g_mkdir_with_parents(folder, 0755), 0);
	assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* The absolute path of `name`, in the arena. */
static inline const char *project_path(struct project *project, const char *name)
{
	return arena_printf(&project->arena, "%s/%s", project->root, name);
}

/* The unit of the file `name` (below the root); fails the test if there is none. */
static inline const struct unit_command *project_unit(struct project *project, const char *name)
{
	const char *path = project_path(project, name);

	for (size_t i = 0; i < project->database.count; i++)
		if (strcmp(project->database.units[i].file, path) == 0)
			return &project->database.units[i];
	fail_msg("no unit for %s", path);
	return NULL;
}

/* The unit of the file `name` as it is inferred, with stand-ins below .scratch; fails the test if there is none. */
static inline const struct unit_command *infer(struct project *project, const char *name)
{
	const char *const paths[] = { project_path(project, name), NULL };

	g_mkdir_with_parents(project_path(project, ".scratch"), 0755);
	assert_int_equal(compdb_infer(&project->arena, project->root, paths, project_path(project, ".scratch"),
				      &project->database, &project->diagnostics),
			 0);
	return project_unit(project, name);
}

static inline bool has_argument(const struct unit_command *unit, const char *argument)
{
	return g_strv_contains(unit->arguments, argument);
}

/* Whether the unit has both, one after the other. */
static inline bool has_arguments(const struct unit_command *unit, const char *first, const char *second)
{
	for (const char **argument = unit->arguments; argument[0] && argument[1]; argument++)
		if (strcmp(argument[0], first) == 0 && strcmp(argument[1], second) == 0)
			return true;
	return false;
}

/* Whether a diagnostic mentions `text`. */
static inline bool has_diagnostic(const struct project *project, const char *text)
{
	for (size_t i = 0; i < project->diagnostics.count; i++)
		if (strstr(project->diagnostics.items[i].message, text))
			return true;
	return false;
}

#endif
