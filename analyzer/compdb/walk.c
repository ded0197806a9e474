/* walk: a sorted, recursive directory listing; see walk.h. */
#include "compdb/walk.h"

#include <dirent.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEEPEST_FOLDER = 64 };

/* Never project sources. Hidden folders are left out by their dot. */
static const char *const skipped_folders[] = { "node_modules", "CVS", "autom4te.cache", "__pycache__", "lost+found" };

/* A folder with one of these holds what a build made. */
static const char *const build_markers[] = { "CMakeCache.txt", "build.ninja", "config.status", "meson-private" };

static bool is_skipped_folder(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(skipped_folders); i++)
		if (strcmp(skipped_folders[i], name) == 0)
			return true;
	return name[0] == '.';
}

static bool holds_build(const char *folder)
{
	for (size_t i = 0; i < G_N_ELEMENTS(build_markers); i++) {
		g_autofree char *path = g_build_filename(folder, build_markers[i], NULL);

		if (access(path, F_OK) == 0)
			return true;
	}
	return false;
}

static gint compare_names(gconstpointer left, gconstpointer right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static GPtrArray *sorted_names(const char *folder)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	GDir *directory = g_dir_open(folder, 0, NULL);

	for (const char *name; directory && (name = g_dir_read_name(directory));)
		g_ptr_array_add(names, g_strdup(name));
	if (directory)
		g_dir_close(directory);
	g_ptr_array_sort(names, compare_names);
	return names;
}

static void walk_folder(const char *folder, bool built, int depth, walk_visit *visit, void *data)
{
	g_autoptr(GPtrArray) names = sorted_names(folder);

	for (guint i = 0; i < names->len && depth < DEEPEST_FOLDER; i++) {
		const char *name = names->pdata[i];
		g_autofree char *path = g_build_filename(folder, name, NULL);
		struct stat status;

		if (lstat(path, &status) != 0)
			continue;
		if (S_ISDIR(status.st_mode) && !is_skipped_folder(name))
			walk_folder(path, built || holds_build(path), depth + 1, visit, data);
		else if (S_ISREG(status.st_mode) ||
			 (S_ISLNK(status.st_mode) && stat(path, &status) == 0 && S_ISREG(status.st_mode)))
			visit(path, built, data);
	}
}

void walk_files(const char *top, walk_visit *visit, void *data)
{
	walk_folder(top, false, 0, visit, data);
}
