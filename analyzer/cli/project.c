/* project: see project.h. */
#include "cli/project.h"
#include "cli/config.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

static const char *const markers[] = { CONFIG_FILE, ".git", "compile_commands.json" };

static bool is_root(const char *directory)
{
	bool found = false;

	for (size_t i = 0; i < G_N_ELEMENTS(markers) && !found; i++) {
		char *path = g_build_filename(directory, markers[i], NULL);

		found = g_file_test(path, G_FILE_TEST_EXISTS);
		g_free(path);
	}
	return found;
}

static char *resolved(const char *path)
{
	char *real = realpath(path, NULL);

	return real ? real : strdup(path);
}

const char *project_root(struct arena *arena)
{
	char *working = g_get_current_dir(), *start = resolved(working);
	const char *root = arena_strdup(arena, start);

	for (char *directory = arena_strdup(arena, start); *directory; *strrchr(directory, '/') = '\0')
		if (is_root(directory)) {
			root = directory;
			break;
		}
	free(start);
	g_free(working);
	return root;
}

const char *project_store(struct arena *arena, const char *root, const char *given)
{
	if (!given)
		return arena_printf(arena, "%s/.looplint", root);
	char *path = g_canonicalize_filename(given, NULL);
	const char *copy = arena_strdup(arena, path);
	g_free(path);
	return copy;
}

const char *const *project_paths(struct arena *arena, char *const *words, struct diagnostics *diagnostics)
{
	size_t count = 0, errors = diagnostics->errors;

	while (words[count])
		count++;
	const char **paths = arena_new_array(arena, const char *, count + 1);
	for (size_t i = 0; i < count; i++) {
		char *real = realpath(words[i], NULL);

		if (!real)
			diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, words[i], 0, "cannot be analysed: %s",
					g_strerror(errno));
		paths[i] = arena_strdup(arena, real);
		free(real);
	}
	return diagnostics->errors == errors ? paths : NULL;
}

const char *project_relative(const char *root, const char *path)
{
	size_t length = strlen(root);

	if (length == 1) /* the root of the file system */
		return path[0] == '/' && path[1] ? path + 1 : path;
	return strncmp(path, root, length) == 0 && path[length] == '/' ? path + length + 1 : path;
}
