/* units: see units.h. */
#include "cli/units.h"
#include "cli/project.h"
#include "compdb/sources.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

struct search {
	struct arena *arena;
	const struct unit_request *request;
	const char *const *paths; /* absolute, never empty; headers left out */
	bool named;               /* the paths stood on the command line */
	struct diagnostics *diagnostics;
};

static bool is_header(const char *path)
{
	return g_str_has_suffix(path, ".h") && g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

static const char *const *without_headers(struct arena *arena, const char *const *paths)
{
	const char **kept = arena_new_array(arena, const char *, g_strv_length((char **)paths) + 1);
	size_t count = 0;

	for (; *paths; paths++)
		if (!is_header(*paths))
			kept[count++] = *paths;
	return kept;
}

static bool has_unit(const struct compdb *compdb, const char *file)
{
	for (size_t i = 0; i < compdb->count; i++)
		if (strcmp(compdb->units[i].file, file) == 0)
			return true;
	return false;
}

/* The named files that the database does not know: new ones, mostly. */
static const char *const *unlisted(const struct search *s, const struct compdb *compdb)
{
	const char **files = arena_new_array(s->arena, const char *, g_strv_length((char **)s->paths) + 1);
	size_t count = 0;

	for (const char *const *path = s->paths; *path; path++)
		if (!has_unit(compdb, *path) && g_file_test(*path, G_FILE_TEST_IS_REGULAR))
			files[count++] = *path;
	return files;
}

static int compare_units(const void *a, const void *b)
{
	return strcmp(((const struct unit_command *)a)->file, ((const struct unit_command *)b)->file);
}

static void append_units(struct arena *arena, struct compdb *to, const struct compdb *from)
{
	struct unit_command *units = arena_new_array(arena, struct unit_command, to->count + from->count);

	if (to->count)
		memcpy(units, to->units, to->count * sizeof *units);
	if (from->count)
		memcpy(units + to->count, from->units, from->count * sizeof *units);
	to->units = units;
	to->count += from->count;
	qsort(units, to->count, sizeof *units, compare_units);
}

static int infer_unlisted(const struct search *s, struct compdb *compdb)
{
	const char *const *files = unlisted(s, compdb);
	struct compdb more = { 0 };

	if (!s->named || !files[0])
		return 0;
	for (const char *const *file = files; *file; file++)
		diagnostics_add(s->diagnostics, DIAGNOSTIC_NOTE, *file, 0, "not in %s; its flags were inferred",
				project_relative(s->request->root, compdb->path));
	int error = compdb_infer(s->arena, s->request->root, files, s->request->scratch, &more, s->diagnostics);
	if (!error)
		append_units(s->arena, compdb, &more);
	return error;
}

static int from_database(const struct search *s, const char *database, struct compdb *out)
{
	int error = compdb_read(s->arena, database, s->named ? s->paths : NULL, out, s->diagnostics);

	if (error)
		return error;
	return infer_unlisted(s, out);
}

static int from_tree(const struct search *s, struct compdb *out)
{
	diagnostics_add(s->diagnostics, DIAGNOSTIC_NOTE, NULL, 0,
			"no compile_commands.json found: flags were inferred; -p BUILD names one");
	return compdb_infer(s->arena, s->request->root, s->paths, s->request->scratch, out, s->diagnostics);
}

/* The database to read, absolute; NULL: there is none. */
static const char *database_path(const struct search *s)
{
	const struct unit_request *request = s->request;

	if (!request->input->build)
		return request->config->build ? request->config->build : compdb_find(s->arena, request->root, NULL);
	char *path = g_canonicalize_filename(request->input->build, NULL);
	const char *copy = arena_strdup(s->arena, path);
	g_free(path);
	return copy;
}

/* Relative arguments behind `--` count from where the shell is. */
static const char *working_directory(struct arena *arena)
{
	char *path = g_get_current_dir();
	const char *copy = arena_strdup(arena, path);

	g_free(path);
	return copy;
}

static int search_units(const struct search *s, struct compdb *out)
{
	if (s->request->input->clang_arguments)
		return compdb_fixed(s->arena, working_directory(s->arena), s->paths,
				    (const char *const *)s->request->input->clang_arguments, out, s->diagnostics);
	const char *database = database_path(s);
	return database ? from_database(s, database, out) : from_tree(s, out);
}

static void leave_out_excluded(const struct unit_request *request, struct compdb *compdb)
{
	size_t kept = 0;

	for (size_t i = 0; i < compdb->count; i++)
		if (!config_excludes(request->config, project_relative(request->root, compdb->units[i].file)))
			compdb->units[kept++] = compdb->units[i];
	compdb->count = kept;
}

int units_find(struct arena *arena, const struct unit_request *request, struct compdb *out,
	       struct diagnostics *diagnostics)
{
	bool named = request->input->paths && request->input->paths[0];
	const char *const whole[] = { request->root, NULL };
	const char *const *paths = named ? project_paths(arena, request->input->paths, diagnostics) : whole;
	struct compdb found = { 0 };

	if (!paths)
		return UNITS_E_BAD_INPUT;
	struct search s = { arena, request, without_headers(arena, paths), named, diagnostics };
	if (!s.paths[0]) {
		*out = (struct compdb){ 0 };
		return 0;
	}
	if (search_units(&s, &found))
		return UNITS_E_BAD_INPUT;
	if (found.count == 0) {
		diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, found.path ? found.path : s.paths[0], 0,
				"no C source to analyse; %s",
				found.path ? "build the project first, or name another database with -p"
					   : "name a file or a folder");
		return UNITS_E_BAD_INPUT;
	}
	leave_out_excluded(request, &found);
	*out = found;
	return 0;
}

/* Files only. */
static int sources_of_project(const struct search *s, struct compdb *out)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new();
	int error = sources_find(s->arena, s->paths, files, s->diagnostics);

	out->units = arena_new_array(s->arena, struct unit_command, files->len + 1);
	for (guint i = 0; i < files->len; i++)
		out->units[out->count++].file = files->pdata[i];
	return error;
}

int units_of_project(struct arena *arena, const struct unit_request *request, struct compdb *out)
{
	struct diagnostics known = { 0 };
	const char *const whole[] = { request->root, NULL };
	struct search s = { arena, request, whole, false, &known };
	const char *database = database_path(&s);
	struct compdb found = { 0 };
	int error = database ? compdb_read(arena, database, NULL, &found, &known) : sources_of_project(&s, &found);

	diagnostics_finish(&known);
	if (error || !found.count)
		return UNITS_E_BAD_INPUT;
	leave_out_excluded(request, &found);
	*out = found;
	return 0;
}

static int pick_units(struct arena *arena, const struct compdb *project, const GPtrArray *files, struct compdb *out)
{
	out->units = arena_new_array(arena, struct unit_command, files->len + 1);
	for (size_t i = 0; i < project->count; i++)
		if (g_ptr_array_find_with_equal_func((GPtrArray *)files, project->units[i].file, g_str_equal, NULL))
			out->units[out->count++] = project->units[i];
	return 0;
}

int units_of_files(struct arena *arena, const struct unit_request *request, const struct compdb *project,
		   const GPtrArray *files, struct compdb *out)
{
	const char **paths = arena_new_array(arena, const char *, files->len + 1);
	struct diagnostics known = { 0 };

	*out = (struct compdb){ .path = project->path };
	if (project->path)
		return pick_units(arena, project, files, out);
	for (guint i = 0; i < files->len; i++)
		paths[i] = files->pdata[i];
	int error = compdb_infer(arena, request->root, paths, request->scratch, out, &known);
	diagnostics_finish(&known);
	return error ? UNITS_E_BAD_INPUT : 0;
}
