/* neighbours: rounds of "what is missing, who defines it; what leads here, who uses it; parse that"; see neighbours.h. */
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
	struct diagnostics *diagnostics;
	struct compdb project;
	struct definitions *definitions;
	struct uses *uses;
	struct leads *leads;
	GHashTable *defined;         /* set of keys that some unit defines, or that nobody does; in facts */
	GHashTable *taken;           /* set of paths of units that are in */
	struct compdb *compdb;       /* grows */
	const struct facts ***facts; /* of *compdb */
	size_t looked_at;            /* units whose symbols were asked for */
	size_t room;                 /* neighbours that may still be parsed; the cache's are for nothing */
	bool left_out;               /* there was no room for some */
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

/* The file that holds what a unit uses and nobody has defined so far; NULL: none of the project, or it is in. */
static const char *file_of(struct neighbourhood *n, const struct unit_command *unit, const struct facts *facts,
			   const struct symbol *symbol)
{
	const char *header = facts_file(facts, symbol->file);

	if (!may_be_elsewhere(symbol) || !g_hash_table_add(n->defined, (gpointer)facts_string(facts, symbol->key)))
		return NULL;
	g_autofree char *near =
		symbol->file && header[0] ? g_canonicalize_filename(header, n->units->root) : g_strdup(unit->file);
	const char *file = definitions_find(n->definitions, facts_string(facts, symbol->name), near);
	return file && g_hash_table_add(n->taken, (gpointer)file) ? file : NULL;
}

static void collect_files(struct neighbourhood *n, GPtrArray *files)
{
	for (; n->looked_at < n->compdb->count; n->looked_at++) {
		const struct facts *facts = (*n->facts)[n->looked_at];

		for (uint32_t i = 1; i < facts->symbols.count; i++) {
			const char *file = file_of(n, &n->compdb->units[n->looked_at], facts, facts_symbol(facts, i));

			if (file)
				g_ptr_array_add(files, (gpointer)file);
		}
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

/* The files that use what leads to the named ones, and are not in. */
static void find_users(struct neighbourhood *n, const struct lead *lead, GArray *users)
{
	const GPtrArray *files =
		lead->kind == SYMBOL_FIELD ? uses_of_field(n->uses, lead->name) : uses_of_name(n->uses, lead->name);
	g_autofree char *path = g_canonicalize_filename(lead->file, n->units->root);
	g_autofree char *near = g_path_get_dirname(path);

	for (guint i = 0; files && i < files->len; i++) {
		g_autofree char *folder = g_path_get_dirname(files->pdata[i]);
		struct candidate user = { files->pdata[i], tree_distance(near, folder) };

		if (!g_hash_table_contains(n->taken, user.file))
			g_array_append_val(users, user);
	}
}

/* The nearest first: there may not be room for all. */
static void collect_users(struct neighbourhood *n, GPtrArray *files)
{
	g_autoptr(GPtrArray) leads = leads_take(n->leads);
	g_autoptr(GArray) users = g_array_new(FALSE, FALSE, sizeof(struct candidate));

	for (guint i = 0; i < leads->len; i++)
		find_users(n, leads->pdata[i], users);
	g_array_sort(users, by_distance);
	for (guint i = 0; i < users->len; i++) {
		const char *file = g_array_index(users, struct candidate, i).file;

		if (g_hash_table_add(n->taken, (gpointer)file))
			g_ptr_array_add(files, (gpointer)file);
	}
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
		n->left_out |= !facts[i];
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

	collect_files(n, used);
	bool more = parse_files(n, used);
	collect_users(n, users);
	return parse_files(n, users) || more;
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

static void grow(struct neighbourhood *n)
{
	n->room = NEIGHBOURS_MAX;
	read_named(n);
	read_project(n);
	while (add_round(n))
		;
	if (n->left_out)
		diagnostics_add(
			n->diagnostics, DIAGNOSTIC_NOTE, NULL, 0,
			"the named files need more than %d files that the store does not have; the rest was left "
			"out, run `looplint check` without paths once to have all",
			NEIGHBOURS_MAX);
}

void neighbours_add(struct arena *arena, const struct unit_request *units, const struct parse_request *parsing,
		    struct compdb *compdb, const struct facts ***facts, struct diagnostics *diagnostics)
{
	struct neighbourhood n = {
		.arena = arena,
		.units = units,
		.parsing = parsing,
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
	grow(&n);
	leads_free(n.leads);
	uses_free(n.uses);
	definitions_free(n.definitions);
	g_hash_table_destroy(n.defined);
	g_hash_table_destroy(n.taken);
}
