/* pipeline: see pipeline.h. */
#include "cli/pipeline.h"
#include "cli/messages.h"
#include "cli/neighbours.h"
#include "cli/parse.h"
#include "cli/project.h"
#include "cli/units.h"

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

static enum outcome read_packs(struct pipeline *p)
{
	struct diagnostics problems = { 0 };

	p->root = project_root(&p->arena);
	int error = config_read(&p->arena, p->root, &p->config, &problems);
	if (!error)
		error = packs_load(&p->arena, p->config.packs, &p->packs, &problems);
	if (!error && p->config.declared.declaration_count + p->config.declared.program_count)
		packs_append(&p->arena, &p->packs, &p->config.declared);
	message_diagnostics(&problems);
	return error ? OUTCOME_BAD_INPUT : OUTCOME_OK;
}

static void open_store(struct pipeline *p)
{
	struct diagnostics problems = { 0 };

	p->store_path = project_store(&p->arena, p->root, p->input->store);
	int error = store_open(p->store_path, &p->store, &problems);
	message_diagnostics(&problems);
	if (!error)
		return;
	message_print("reviews are not known and findings of this run are not kept; --store DIR names another place");
	p->incomplete = true;
}

/*
 * Below the store, so that the paths, and with them the cached facts, are the same in the next run; hidden, so that
 * they are not taken for headers of the project when the store lies among its sources.
 */
static enum outcome make_scratch(struct pipeline *p)
{
	if (p->store) {
		p->scratch = g_build_filename(p->store_path, ".stand-ins", NULL);
		if (g_mkdir_with_parents(p->scratch, 0777) == 0)
			return OUTCOME_OK;
	} else {
		p->scratch = g_dir_make_tmp("looplint-XXXXXX", NULL);
		if (p->scratch)
			return OUTCOME_OK;
	}
	message_print("cannot make a folder for stand-in headers: %s", g_strerror(errno));
	return OUTCOME_INCOMPLETE;
}

static enum outcome find_units(struct pipeline *p)
{
	struct diagnostics problems = { 0 };

	open_store(p);
	enum outcome outcome = make_scratch(p);
	if (outcome != OUTCOME_OK)
		return outcome;
	struct unit_request request = { p->root, p->scratch, &p->config, p->input };
	int error = units_find(&p->arena, &request, &p->compdb, &problems);
	p->named = p->compdb.count;
	message_diagnostics(&problems);
	return error ? OUTCOME_BAD_INPUT : OUTCOME_OK;
}

/* `src/x.c: crashed (SIGSEGV); excluded from this run`. C is the promise: a unit in C++ is missed, and fails no run. */
static void report_failed(struct pipeline *p, const struct unit_command *unit, const struct facts *facts,
			  struct diagnostics *problems)
{
	const char *path = facts_string(facts, facts->path), *message = facts_string(facts, facts->message);
	bool said = message[0] != '\0';

	if (facts->status == UNIT_OK || facts->status == UNIT_DEGRADED)
		return;
	diagnostics_add(problems, DIAGNOSTIC_ERROR, path, 0, "%s%s%s%s; excluded from this run",
			unit_status_name(facts->status), said ? " (" : "", message, said ? ")" : "");
	p->incomplete |= !unit->cplusplus;
}

/* With the whole project asked for there is nobody else; with arguments behind `--` others would need their own. */
static void add_neighbours(struct pipeline *p, const struct parse_request *parsing, struct diagnostics *problems)
{
	struct unit_request units = { p->root, p->scratch, &p->config, p->input };

	if (p->input->paths && p->input->paths[0] && !p->input->alone && !p->input->clang_arguments)
		neighbours_add(&p->arena, &units, parsing, &p->packs, &p->compdb, &p->facts, problems);
}

static enum outcome extract(struct pipeline *p)
{
	struct parse_request request = { p->root, &p->compdb, p->input, p->store, NULL };
	struct diagnostics problems = { 0 };
	int error = parse_units(&p->arena, &request, &p->facts, &problems);

	for (size_t i = 0; !error && i < p->compdb.count; i++)
		report_failed(p, &p->compdb.units[i], p->facts[i], &problems);
	if (!error)
		add_neighbours(p, &request, &problems);
	message_diagnostics(&problems);
	return error ? OUTCOME_INCOMPLETE : OUTCOME_OK;
}

static enum outcome link_units(struct pipeline *p)
{
	p->program = program_link(&p->arena, p->facts, p->compdb.count, &p->packs);
	return OUTCOME_OK;
}

static enum outcome find_contexts(struct pipeline *p)
{
	program_find_contexts(p->program, p->input->include_startup);
	return OUTCOME_OK;
}

static enum outcome (*const stages[])(struct pipeline *p) = {
	[STAGE_PACKS] = read_packs, [STAGE_COMPDB] = find_units,     [STAGE_EXTRACT] = extract,
	[STAGE_LINK] = link_units,  [STAGE_CONTEXT] = find_contexts,
};

enum outcome pipeline_run(struct pipeline *pipeline, const struct input *input, enum stage last)
{
	enum outcome outcome = OUTCOME_OK;

	pipeline->input = input;
	for (enum stage stage = STAGE_PACKS; stage <= last && outcome == OUTCOME_OK; stage++)
		outcome = stages[stage](pipeline);
	return outcome;
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

void pipeline_finish(struct pipeline *pipeline)
{
	if (pipeline->scratch && !pipeline->store)
		remove_tree(pipeline->scratch);
	g_free(pipeline->scratch);
	store_close(pipeline->store);
	program_free(pipeline->program);
	arena_finish(&pipeline->arena);
	*pipeline = (struct pipeline){ 0 };
}
