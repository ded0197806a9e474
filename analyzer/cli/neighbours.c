/*
 * neighbours: rounds of "what is missing, who defines it; what leads here, who uses it; parse that"; see neighbours.h.
 *
 * First all that the store has, which costs next to nothing. If it lacked some, these are parsed, as far as there is room
 * and need: all that the named files use, and so on from there; but of those who use them only who leads to a function
 * of which it is not known yet that it runs on a loop, and of what these use only what may keep such a function.
 */
#include "cli/neighbours.h"
#include "cli/leads.h"
#include "compdb/definitions.h"
#include "compdb/tree.h"
#include "compdb/uses.h"

#include <glib.h>
#include <string.h>

struct neighbourhood {
	struct arena *arena;
	const struct unit_request *units;
	const struct parse_request *parsing;
	const struct packs *packs;
	struct diagnostics *diagnostics;
	struct compdb project;
	struct definitions *definitions;
	struct uses *uses;
	struct leads *leads;
	GHashTable *defined;   /* set of keys that some unit defines, or that nobody does; in facts */
	GHashTable *taken;     /* set of paths of units that are in, or could not be had */
	GHashTable *lacking;   /* set of paths of units that the store lacked, or for which there was no room */
	GHashTable *users;     /* set of paths of units that are in to lead to the named ones, and what these use */
	struct compdb *compdb; /* grows */
	const struct facts ***facts; /* of *compdb */
	size_t looked_at;            /* units whose symbols were asked for */
	size_t room;                 /* neighbours that may still be parsed; the cache's are for nothing */
	bool thrifty;                /* parses, no more than there is need for */
};

static void note_definitions(struct neighbourhood *n, const struct facts *facts)
{
	for (uint32_t i = 1; i < facts->functions.count; i++) {
		const struct symbol *symbol = facts_symbol(facts, facts_function(facts, i)->symbol);

		g_hash_table_add(n->defined, (gpointer)facts_string(facts, symbol->key));
	}
}

static bool may_be_elsewhere(const struct symbol *symbol)
{
	return symbol->kind != SYMBOL_FIELD && !(symbol->flags & (SYMBOL_STATIC | SYMBOL_SYSTEM));
}

static bool is_in(const struct neighbourhood *n, const char *file)
{
	return g_hash_table_contains(n->taken, file) || g_hash_table_contains(n->lacking, file);
}

/* The file that holds what a unit uses and nobody has defined so far; NULL: none of the project, or it is in. */
static const char *file_of(struct neighbourhood *n, const struct unit_command *unit, const struct facts *facts,
			   const struct symbol *symbol)
{
	const char *header = facts_file(facts, symbol->file), *key = facts_string(facts, symbol->key);

	if (!may_be_elsewhere(symbol) || g_hash_table_contains(n->defined, key))
		return NULL;
	g_autofree char *near =
		symbol->file && header[0] ? g_canonicalize_filename(header, n->units->root) : g_strdup(unit->file);
	const char *file = definitions_find(n->definitions, facts_string(facts, symbol->name), near);
	if (!file)
		g_hash_table_add(n->defined, (gpointer)key);
	return file && !is_in(n, file) ? file : NULL;
}

/* Whether it does is known when it was parsed, or was not. */
static void take(struct neighbourhood *n, const char *file, bool for_users, GPtrArray *files)
{
	if (!g_hash_table_add(n->taken, (gpointer)file))
		return;
	if (for_users)
		g_hash_table_add(n->users, (gpointer)file);
	g_ptr_array_add(files, (gpointer)file);
}

static void collect_used_by(struct neighbourhood *n, size_t unit, bool is_user, GPtrArray *files)
{
	const struct facts *facts = (*n->facts)[unit];

	for (uint32_t i = 1; i < facts->symbols.count; i++) {
		const char *file = file_of(n, &n->compdb->units[unit], facts, facts_symbol(facts, i));

		if (file)
			take(n, file, is_user, files);
	}
}

static void collect_used(struct neighbourhood *n, GPtrArray *files)
{
	for (; n->looked_at < n->compdb->count; n->looked_at++) {
		bool is_user = g_hash_table_contains(n->users, n->compdb->units[n->looked_at].file);

		if (!is_user || !n->thrifty)
			collect_used_by(n, n->looked_at, is_user, files);
	}
}

static bool could_be_parsed(const struct facts *facts)
{
	return facts && (facts->status == UNIT_OK || facts->status == UNIT_DEGRADED);
}

/* A file that may be a neighbour. */
struct candidate {
	const char *file;
	int distance; /* from what it uses */
};

static int by_distance(gconstpointer left, gconstpointer right)
{
	const struct candidate *a = left, *b = right;

	return a->distance != b->distance ? (a->distance > b->distance) - (a->distance < b->distance)
					  : strcmp(a->file, b->file);
}

static void add_candidate(const struct neighbourhood *n, const char *file, const char *near, GArray *candidates)
{
	g_autofree char *folder = g_path_get_dirname(file);
	struct candidate candidate = { file, tree_distance(near, folder) };

	if (!is_in(n, file))
		g_array_append_val(candidates, candidate);
}

/* The folder of the unit that was seen to mention it. */
static char *folder_of(const struct neighbourhood *n, const struct lead *lead)
{
	g_autofree char *path = g_canonicalize_filename(lead->file, n->units->root);

	return g_path_get_dirname(path);
}

/* A function of the same name in another file is another one; nobody calls main. */
static bool means_lead(const struct neighbourhood *n, const struct lead *lead, const char *file)
{
	return lead->kind == SYMBOL_FIELD ||
	       (strcmp(lead->name, "main") != 0 && !definitions_are_in(n->definitions, lead->name, file));
}

/* The files that use what leads to the named ones, and are not in. */
static void find_users(const struct neighbourhood *n, const struct lead *lead, GArray *candidates)
{
	const GPtrArray *files =
		lead->kind == SYMBOL_FIELD ? uses_of_field(n->uses, lead->name) : uses_of_name(n->uses, lead->name);
	g_autofree char *near = folder_of(n, lead);

	for (guint i = 0; files && i < files->len; i++)
		if (means_lead(n, lead, files->pdata[i]))
			add_candidate(n, files->pdata[i], near, candidates);
}

/* The file that defines a function which may keep it, or may hand it on to one that does. */
static void find_taker(const struct neighbourhood *n, const struct lead *taker, GArray *candidates)
{
	g_autofree char *near = folder_of(n, taker);
	const char *file = NULL;

	if (!g_hash_table_contains(n->defined, taker->key))
		file = definitions_find(n->definitions, taker->name, near);
	if (file)
		add_candidate(n, file, near, candidates);
}

/* The nearest first: there may not be room for all. */
static void collect_users(struct neighbourhood *n, const struct program *program, GPtrArray *files)
{
	g_autoptr(GPtrArray) users = NULL, takers = NULL;
	g_autoptr(GArray) candidates = g_array_new(FALSE, FALSE, sizeof(struct candidate));

	leads_find(n->leads, program, &users, &takers);
	for (guint i = 0; i < users->len; i++)
		find_users(n, users->pdata[i], candidates);
	for (guint i = 0; i < takers->len; i++)
		find_taker(n, takers->pdata[i], candidates);
	g_array_sort(candidates, by_distance);
	for (guint i = 0; i < candidates->len; i++)
		take(n, g_array_index(candidates, struct candidate, i).file, true, files);
}

/* What is there so far, linked, for as long as it is asked who leads to the named files. */
static void collect_needed_users(struct neighbourhood *n, GPtrArray *files)
{
	struct arena arena = { 0 };
	struct program *program = program_link(&arena, *n->facts, n->compdb->count, n->packs);

	program_find_contexts(program, n->parsing->input->include_startup);
	program_find_settled(program);
	collect_users(n, program, files);
	program_free(program);
	arena_finish(&arena);
}

/* It may still be had when there is room. */
static void set_lacking(struct neighbourhood *n, const char *file)
{
	g_hash_table_remove(n->taken, file);
	g_hash_table_remove(n->users, file);
	g_hash_table_add(n->lacking, (gpointer)file);
}

static void append(struct neighbourhood *n, const struct compdb *more, const struct facts *const *facts)
{
	size_t room = n->compdb->count + more->count;
	struct unit_command *units = arena_new_array(n->arena, struct unit_command, room);
	const struct facts **all = arena_new_array(n->arena, const struct facts *, room);
	size_t count = n->compdb->count;

	memcpy(units, n->compdb->units, count * sizeof *units);
	memcpy(all, *n->facts, count * sizeof *all);
	for (size_t i = 0; i < more->count; i++) {
		if (!facts[i])
			set_lacking(n, more->units[i].file);
		if (!could_be_parsed(facts[i]))
			continue;
		note_definitions(n, facts[i]);
		leads_add(n->leads, facts[i], false);
		units[count] = more->units[i];
		all[count++] = facts[i];
	}
	n->compdb->units = units;
	n->compdb->count = count;
	*n->facts = all;
}

/* False: there is nothing more to be had. */
static bool parse_files(struct neighbourhood *n, const GPtrArray *files)
{
	struct parse_request request = *n->parsing;
	struct compdb more = { 0 };
	const struct facts **facts;

	if (!files->len || units_of_files(n->arena, n->units, &n->project, files, &more))
		return false;
	request.compdb = &more;
	request.room = &n->room;
	if (parse_units(n->arena, &request, &facts, n->diagnostics))
		return false;
	append(n, &more, facts);
	return true;
}

/* What is used, then who uses it. */
static bool add_round(struct neighbourhood *n)
{
	g_autoptr(GPtrArray) used = g_ptr_array_new();
	g_autoptr(GPtrArray) users = g_ptr_array_new();

	collect_used(n, used);
	if (parse_files(n, used))
		return true;
	if (n->thrifty)
		collect_needed_users(n, users);
	else
		collect_users(n, NULL, users);
	return parse_files(n, users);
}

static void read_named(struct neighbourhood *n)
{
	for (size_t i = 0; i < n->compdb->count; i++) {
		g_hash_table_add(n->taken, (gpointer)n->compdb->units[i].file);
		note_definitions(n, (*n->facts)[i]);
		leads_add(n->leads, (*n->facts)[i], true);
	}
}

static void read_project(struct neighbourhood *n)
{
	for (size_t i = 0; i < n->project.count; i++)
		definitions_read(n->definitions, n->project.units[i].file);
	for (size_t i = 0; i < n->project.count; i++)
		uses_read(n->uses, n->project.units[i].file);
}

/* What the store has; and what it lacks, as far as there is need and room. */
static void grow(struct neighbourhood *n)
{
	while (add_round(n))
		;
	if (!g_hash_table_size(n->lacking))
		return;
	g_hash_table_remove_all(n->lacking);
	n->thrifty = true;
	n->room = NEIGHBOURS_MAX;
	n->looked_at = 0;
	while (add_round(n))
		;
	if (g_hash_table_size(n->lacking))
		diagnostics_add(
			n->diagnostics, DIAGNOSTIC_NOTE, NULL, 0,
			"the named files need more than %d files that the store does not have; the rest was left "
			"out, run `looplint check` without paths once to have all",
			NEIGHBOURS_MAX);
}

void neighbours_add(struct arena *arena, const struct unit_request *units, const struct parse_request *parsing,
		    const struct packs *packs, struct compdb *compdb, const struct facts ***facts,
		    struct diagnostics *diagnostics)
{
	struct neighbourhood n = {
		.arena = arena,
		.units = units,
		.parsing = parsing,
		.packs = packs,
		.diagnostics = diagnostics,
		.compdb = compdb,
		.facts = facts,
	};

	if (units_of_project(arena, units, &n.project))
		return;
	n.definitions = definitions_new();
	n.uses = uses_new(n.definitions);
	n.leads = leads_new();
	n.defined = g_hash_table_new(g_str_hash, g_str_equal);
	n.taken = g_hash_table_new(g_str_hash, g_str_equal);
	n.lacking = g_hash_table_new(g_str_hash, g_str_equal);
	n.users = g_hash_table_new(g_str_hash, g_str_equal);
	read_named(&n);
	read_project(&n);
	grow(&n);
	leads_free(n.leads);
	uses_free(n.uses);
	definitions_free(n.definitions);
	g_hash_table_destroy(n.defined);
	g_hash_table_destroy(n.taken);
	g_hash_table_destroy(n.lacking);
	g_hash_table_destroy(n.users);
}
