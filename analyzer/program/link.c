/*
 * link: facts of many units -> one program.
 *
 * Two functions are the same if their keys are equal. A static's USR holds only the base name of its file, so its key
 * has the path in front. A tree often holds several programs, each with its `main` and its own copy of some helper:
 * definitions that share a key but not a place stay apart, and a call goes to the one nearest to the caller's file.
 */
#include "program/cancel.h"
#include "program/closing.h"
#include "program/gobject.h"
#include "program/contexts.h"
#include "program/kin.h"

#include <string.h>

static uint32_t add_function(struct program *p, struct program_function function)
{
	g_array_append_val(p->functions, function);
	return p->functions->len - 1;
}

static bool same_place(const struct program_function *known, const char *file, unsigned line)
{
	return known->fact && known->line == line && strcmp(known->file, file) == 0;
}

/* Nodes of one function stand together, in the order of the functions: it ends where the next body begins. */
static uint32_t end_of(const struct facts *facts, uint32_t function)
{
	for (uint32_t i = function + 1; i < facts->functions.count; i++)
		if (facts_function(facts, i)->body)
			return facts_function(facts, i)->body;
	return facts->nodes.count;
}

/* Enters a definition; one that is known already (an inline function of a header) is left as it is. */
static void define(struct program *p, uint32_t unit, uint32_t function)
{
	const struct facts *facts = p->units[unit];
	const struct function *fact = facts_function(facts, function);
	const struct symbol *symbol = facts_symbol(facts, fact->symbol);
	const char *key = facts_string(facts, symbol->key);
	const char *file = facts_file(facts, fact->file);
	uint32_t first = GPOINTER_TO_UINT(g_hash_table_lookup(p->function_by_key, key)), last = 0;

	if (symbol->kind == SYMBOL_GLOBAL)
		first = 0; /* an initialiser: a pseudo function that nobody calls */
	for (uint32_t i = first; i; last = i, i = program_function(p, i)->same_key)
		if (same_place(program_function(p, i), file, fact->line))
			return;
	uint32_t index = add_function(p, (struct program_function){
						 .key = key,
						 .name = facts_string(facts, symbol->name),
						 .type = facts_string(facts, symbol->type),
						 .file = file,
						 .line = fact->line,
						 .unit = unit + 1,
						 .fact = fact,
						 .facts = facts,
						 .end_node = end_of(facts, function),
						 .flags = symbol->flags,
						 .noreturn = symbol->flags & SYMBOL_NORETURN,
					 });
	if (symbol->kind == SYMBOL_GLOBAL)
		return;
	if (last)
		program_function(p, last)->same_key = index;
	else
		g_hash_table_insert(p->function_by_key, (gpointer)key, GUINT_TO_POINTER(index));
}

static size_t common_prefix(const char *a, const char *b)
{
	size_t n = 0, folder = 0;

	for (; a[n] && a[n] == b[n]; n++)
		if (a[n] == '/')
			folder = n + 1;
	return folder;
}

static bool has_strong(const struct program *p, uint32_t first)
{
	for (uint32_t i = first; i; i = program_function(p, i)->same_key)
		if (program_function(p, i)->fact && !(program_function(p, i)->flags & SYMBOL_WEAK))
			return true;
	return false;
}

/* Of several definitions, the one in this unit, else the one whose file is nearest; a weak one only if all are. */
static uint32_t nearest(const struct program *p, uint32_t first, uint32_t unit)
{
	const char *path = facts_string(p->units[unit], p->units[unit]->path);
	bool strong = has_strong(p, first);
	uint32_t best = first;
	size_t best_score = 0;

	for (uint32_t i = first; i; i = program_function(p, i)->same_key) {
		const struct program_function *f = program_function(p, i);

		if (!f->fact || (strong && f->flags & SYMBOL_WEAK))
			continue;
		if (f->unit == unit + 1)
			return i;
		size_t score = common_prefix(f->file, path) + 1;
		if (score > best_score) {
			best = i;
			best_score = score;
		}
	}
	return best;
}

static uint32_t declare(struct program *p, const struct facts *facts, const struct symbol *symbol)
{
	const char *key = facts_string(facts, symbol->key);
	uint32_t index = add_function(p, (struct program_function){
						 .key = key,
						 .name = facts_string(facts, symbol->name),
						 .type = facts_string(facts, symbol->type),
						 .file = facts_file(facts, symbol->file),
						 .line = symbol->line,
						 .flags = symbol->flags,
						 .noreturn = symbol->flags & SYMBOL_NORETURN,
					 });

	g_hash_table_insert(p->function_by_key, (gpointer)key, GUINT_TO_POINTER(index));
	return index;
}

static uint32_t find_alias(const struct program *p, const struct facts *facts, const struct symbol *symbol)
{
	if (!symbol->alias)
		return 0;
	char *key = g_strconcat("c:@F@", facts_string(facts, symbol->alias), NULL);
	uint32_t index = GPOINTER_TO_UINT(g_hash_table_lookup(p->function_by_key, key));

	g_free(key);
	return index;
}

/* The other names of functions, for units that know only those. */
static void join_aliases(struct program *p, const struct facts *facts)
{
	for (uint32_t i = 1; i < facts->symbols.count; i++) {
		const struct symbol *symbol = facts_symbol(facts, i);
		gpointer key = (gpointer)facts_string(facts, symbol->key);
		uint32_t index = symbol->kind == SYMBOL_FUNCTION ? find_alias(p, facts, symbol) : 0;

		if (index && !g_hash_table_contains(p->function_by_key, key))
			g_hash_table_insert(p->function_by_key, key, GUINT_TO_POINTER(index));
	}
}

static void join_symbols(struct program *p, uint32_t unit)
{
	const struct facts *facts = p->units[unit];

	p->symbol_function[unit] = arena_new_array(p->arena, uint32_t, facts->symbols.count);
	for (uint32_t i = 1; i < facts->symbols.count; i++) {
		const struct symbol *symbol = facts_symbol(facts, i);

		if (symbol->kind != SYMBOL_FUNCTION)
			continue;
		uint32_t first =
			GPOINTER_TO_UINT(g_hash_table_lookup(p->function_by_key, facts_string(facts, symbol->key)));
		uint32_t function = first ? nearest(p, first, unit) : declare(p, facts, symbol);
		p->symbol_function[unit][i] = function;
		program_function(p, function)->flags |= symbol->flags & SYMBOL_SYSTEM;
		if (symbol->flags & SYMBOL_NORETURN)
			program_function(p, function)->noreturn = true;
	}
}

uint32_t link_symbol(const struct program *p, uint32_t unit, uint32_t symbol)
{
	return p->symbol_function[unit][symbol];
}

/* What the compiler is told never to reach behind; libclang gives these no attribute. */
static void mark_builtins(struct program *p)
{
	static const char *const ends[] = { "__builtin_unreachable", "__builtin_trap", "__builtin_abort" };

	for (uint32_t i = 1; i < p->functions->len; i++)
		for (size_t k = 0; k < G_N_ELEMENTS(ends); k++)
			if (strcmp(program_function(p, i)->name, ends[k]) == 0)
				program_function(p, i)->noreturn = true;
}

static void infer_noreturn(struct program *p)
{
	bool changed = true;

	for (int round = 0; changed && round < 6; round++) {
		changed = false;
		for (uint32_t i = 1; i < p->functions->len; i++) {
			struct program_function *f = program_function(p, i);

			if (!f->noreturn && f->fact && body_never_returns(p, i))
				f->noreturn = changed = true;
		}
	}
}

static GArray *array_from_one(guint size)
{
	GArray *array = g_array_new(FALSE, TRUE, size);

	g_array_set_size(array, 1);
	return array;
}

static struct program *program_new(struct arena *arena, const struct facts *const *units, size_t count,
				   const struct packs *packs)
{
	struct program *p = arena_new(arena, struct program);

	p->arena = arena;
	p->units = units;
	p->unit_count = count;
	p->packs = packs;
	p->function_by_key = g_hash_table_new(g_str_hash, g_str_equal);
	p->functions = array_from_one(sizeof(struct program_function));
	p->calls = array_from_one(sizeof(struct call));
	p->guards = array_from_one(sizeof(struct guard));
	p->loops = array_from_one(sizeof(struct loop));
	p->definitions = array_from_one(sizeof(struct definition));
	p->regions = array_from_one(sizeof(struct region));
	p->returns = array_from_one(sizeof(struct region));
	p->first_definitions = array_from_one(sizeof(uint32_t));
	p->waiting_calls = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	p->case_nodes = array_from_one(sizeof(uint32_t));
	p->unresolved = array_from_one(sizeof(struct unresolved_call));
	p->slots = array_from_one(sizeof(struct slot));
	p->targets = array_from_one(sizeof(struct target));
	p->copies = array_from_one(sizeof(struct copy));
	p->ports = array_from_one(sizeof(struct port));
	p->port_calls = array_from_one(sizeof(struct port_call));
	p->roots = array_from_one(sizeof(struct root));
	p->instances = array_from_one(sizeof(struct instance));
	p->loop_effects = array_from_one(sizeof(struct loop_effect));
	p->thread_effects = array_from_one(sizeof(struct loop_effect));
	p->worker_edges = array_from_one(sizeof(struct worker_edge));
	p->off_loop_ways = array_from_one(sizeof(struct off_loop_way));
	p->hazards = array_from_one(sizeof(struct hazard));
	p->cancel_faults = array_from_one(sizeof(struct cancel_fault));
	p->abandoned = array_from_one(sizeof(struct abandoned));
	p->swallowed = array_from_one(sizeof(struct swallowed));
	p->lock_arrivals = array_from_one(sizeof(struct lock_arrival));
	p->symbol_function = arena_new_array(arena, uint32_t *, count);
	p->symbol_slot = arena_new_array(arena, uint32_t *, count);
	return p;
}

struct program *program_link(struct arena *arena, const struct facts *const *units, size_t count,
			     const struct packs *packs)
{
	struct program *p = program_new(arena, units, count, packs);

	model_build(p);
	for (uint32_t u = 0; u < count; u++)
		for (uint32_t i = 1; i < units[u]->functions.count; i++)
			define(p, u, i);
	for (uint32_t u = 0; u < count; u++)
		join_aliases(p, units[u]);
	for (uint32_t u = 0; u < count; u++)
		join_symbols(p, u);
	for (uint32_t i = 1; i < p->functions->len; i++)
		program_function(p, i)->model = model_find(p, program_function(p, i)->name);
	marks_build(p);
	programs_find(p);
	mark_builtins(p);
	infer_noreturn(p);
	for (uint32_t i = 1; i < p->functions->len; i++)
		if (program_function(p, i)->fact) {
			body_scan(p, i);
			definitions_collect(p, i);
		}
	pointers_solve(p);
	gobject_find(p);
	async_form_find(p);
	pointers_count(p);
	return p;
}

const char *program_name(const struct program *p, uint32_t function)
{
	return program_function(p, function)->name;
}

void program_free(struct program *p)
{
	if (!p)
		return;
	GHashTable *tables[] = { p->slot_values,      p->parameter_values, p->filled,        p->taken,
				 p->slot_changes,     p->function_slots,   p->model_by_name, p->function_by_key,
				 p->constant_by_name, p->result_index,     p->slot_by_key,   p->target_index,
				 p->inline_functions, p->instance_index,   p->stored,        p->rooted,
				 p->within,           p->field_marks,      p->returned,      p->deferred,
				 p->watched,          p->rooted_again,     p->port_visits,   p->knowledge,
				 p->objects,          p->outcome_calls };
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
		if (tables[i])
			g_hash_table_destroy(tables[i]);
	g_free(p->calls_of);
	g_free(p->next_call_of);
	GArray *arrays[] = { p->thread_effects, p->worker_edges,  p->off_loop_ways, p->hazards,    p->cancel_faults,
			     p->abandoned,      p->lock_arrivals, p->functions,     p->calls,      p->guards,
			     p->loops,          p->definitions,   p->case_nodes,    p->regions,    p->slots,
			     p->targets,        p->copies,        p->ports,         p->port_calls, p->roots,
			     p->instances,      p->loop_effects,  p->emitted,       p->returns,    p->first_definitions,
			     p->waiting_calls,  p->unresolved,    p->swallowed };
	for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
		if (arrays[i])
			g_array_free(arrays[i], TRUE);
	gobject_free(p);
	main_context_free(p);
	identity_free(p->identity);
	thread_locals_free(p->thread_locals);
	kin_free(p);
	if (p->model_patterns)
		g_ptr_array_free(p->model_patterns, TRUE);
}
