/* fixed: units whose arguments stand on looplint's own command line, behind `--`; see compdb_fixed. */
#include "compdb/arguments.h"
#include "compdb/sources.h"
#include "compdb/units.h"

static void add_unit(struct unit_list *list, const char *file, const char *directory, const char *const *words)
{
	struct arguments arguments = arguments_filter(list->arena, words, directory, file);
	struct unit_command unit = {
		.file = file,
		.directory = directory,
		.arguments = words_store(list->arena, arguments.kept),
		.cplusplus = language_is_read_beside(arguments.language),
	};

	unit_list_add(list, unit, RANK_PROGRAM);
	g_ptr_array_free(arguments.kept, TRUE);
}

int compdb_fixed(struct arena *arena, const char *directory, const char *const *paths, const char *const *arguments,
		 struct compdb *out, struct diagnostics *diagnostics)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new();
	g_autofree char *absolute = g_canonicalize_filename(directory, NULL);
	const char *folder = arena_strdup(arena, absolute);
	struct unit_list list;
	int error = sources_find(arena, paths, files, diagnostics);

	if (error)
		return error;
	unit_list_init(&list, arena);
	for (guint i = 0; i < files->len; i++)
		add_unit(&list, files->pdata[i], folder, arguments);
	unit_list_store(&list, NULL, out);
	out->path = NULL;
	unit_list_finish(&list);
	return 0;
}
