/* sandbox: see sandbox.h. */
#include "sandbox.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <stdarg.h>
#include <stdlib.h>

struct sandbox sandbox_new(void)
{
	char *made = g_dir_make_tmp("looplint-test-XXXXXX", NULL);
	struct sandbox sandbox = { made ? realpath(made, NULL) : NULL };

	g_assert(sandbox.root);
	g_free(made);
	return sandbox;
}

static void remove_tree(const char *path)
{
	GDir *directory = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
	const char *name;

	while (directory && (name = g_dir_read_name(directory))) {
		char *child = g_build_filename(path, name, NULL);

		remove_tree(child);
		g_free(child);
	}
	if (directory)
		g_dir_close(directory);
	g_remove(path);
}

void sandbox_finish(struct sandbox *sandbox)
{
	remove_tree(sandbox->root);
	free(sandbox->root);
	sandbox->root = NULL;
}

void sandbox_write(const struct sandbox *sandbox, const char *path, const char *text)
{
	char *full = g_build_filename(sandbox->root, path, NULL), *folder = g_path_get_dirname(full);

	g_assert(g_mkdir_with_parents(folder, 0777) == 0);
	g_assert(g_file_set_contents(full, text, -1, NULL));
	g_free(folder);
	g_free(full);
}

char *sandbox_read(const struct sandbox *sandbox, const char *path)
{
	char *full = g_build_filename(sandbox->root, path, NULL), *text = NULL;

	g_file_get_contents(full, &text, NULL, NULL);
	g_free(full);
	return text;
}

bool sandbox_has(const struct sandbox *sandbox, const char *path)
{
	char *full = g_build_filename(sandbox->root, path, NULL);
	bool has = g_file_test(full, G_FILE_TEST_EXISTS);

	g_free(full);
	return has;
}

struct outcome sandbox_run(const struct sandbox *sandbox, const char *program, ...)
{
	GPtrArray *words = g_ptr_array_new();
	va_list arguments;

	va_start(arguments, program);
	for (const char *word = program; word; word = va_arg(arguments, const char *))
		g_ptr_array_add(words, (void *)word);
	va_end(arguments);
	g_ptr_array_add(words, NULL);
	struct outcome outcome = process_run(sandbox->root, (const char *const *)words->pdata);
	g_ptr_array_free(words, TRUE);
	return outcome;
}
