/*
 * thread_local: numbers by which threads with a loop know themselves.
 *
 *      static thread_local int tid = -1;
 *      static void *loop_thread(void *worker)         a thread that runs a loop sets its own
 *      {
 *              tid = worker->id;
 *              uv_run(&worker->loop, UV_RUN_DEFAULT);
 *      }
 *
 *      if (worker->id == tid)                          false on the threads of a pool: theirs is still -1
 *
 * Only variables count that nobody sets but threads with a loop, or main, and whose address nobody takes. What another
 * thread's is compared with may be any thread's number, but none is the one that the variable begins with.
 */
#include "program/contexts.h"
#include "program/slots.h"

#include <string.h>

struct thread_local_id {
	bool begins; /* `initial` is known */
	bool other;  /* it is set by others, or in another way, or its address is taken */
	int64_t initial;
};

struct thread_locals {
	GHashTable *ids;     /* slot -> struct thread_local_id *; those that are `other` are left out */
	GHashTable *setters; /* functions that set one of them */
	GHashTable *sets;    /* function of a root -> 1 + whether it leads to a setter */
};

/* One variable, while its stores are read. */
struct reading {
	struct program *p;
	struct thread_local_id *id;
	GArray *setters; /* functions */
};

static bool runs_loop(const struct program *p, uint32_t function)
{
	const struct program_function *f = program_function(p, function);

	if (f->waits || strcmp(f->name, "main") == 0)
		return true;
	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
		uint32_t callee = program_call(p, i)->callee;

		if (callee && (program_function(p, callee)->waits || function_effect(p, callee, EFFECT_RUNS_LOOP)))
			return true;
	}
	return false;
}

/* `set_tid(worker->id)`: it is set by who calls. */
static bool is_called_by_loops(struct program *p, uint32_t setter)
{
	callers_index(p);
	for (uint32_t i = p->calls_of[setter]; i; i = p->next_call_of[i])
		if (!runs_loop(p, program_call(p, i)->caller))
			return false;
	return true;
}

static void read_store(uint32_t function, uint32_t at, uint32_t value, bool initialiser, void *data)
{
	struct reading *r = data;
	const struct program_function *f = program_function(r->p, function);
	const struct node *n = value ? function_node(f, value) : NULL;

	(void)at;
	if (initialiser) {
		r->id->begins = n && (n->kind == NODE_CONST || n->kind == NODE_NULL);
		r->id->initial = n && n->kind == NODE_CONST ? n->value : 0;
		return;
	}
	g_array_append_val(r->setters, function);
	if (!n)
		r->id->other = true;
	else
		r->id->other |=
			n->kind == NODE_PARAM ? !is_called_by_loops(r->p, function) : !runs_loop(r->p, function);
}

static void read_variable(struct program *p, uint32_t slot)
{
	if (g_hash_table_contains(p->thread_locals->ids, GUINT_TO_POINTER(slot)))
		return;
	struct reading reading = { p, arena_new(p->arena, struct thread_local_id),
				   g_array_new(FALSE, FALSE, sizeof(uint32_t)) };

	if (stored_each(p, slot, read_store, &reading) && reading.id->begins && !reading.id->other) {
		g_hash_table_insert(p->thread_locals->ids, GUINT_TO_POINTER(slot), reading.id);
		for (guint i = 0; i < reading.setters->len; i++)
			g_hash_table_add(p->thread_locals->setters,
					 GUINT_TO_POINTER(g_array_index(reading.setters, uint32_t, i)));
	}
	g_array_free(reading.setters, TRUE);
}

void thread_locals_find(struct program *p)
{
	struct thread_locals *locals = arena_new(p->arena, struct thread_locals);

	p->thread_locals = locals;
	locals->ids = g_hash_table_new(NULL, NULL);
	locals->setters = g_hash_table_new(NULL, NULL);
	locals->sets = g_hash_table_new(NULL, NULL);
	for (uint32_t unit = 0; unit < p->unit_count; unit++)
		for (uint32_t i = 1; i < p->units[unit]->symbols.count; i++)
			if (facts_symbol(p->units[unit], i)->flags & SYMBOL_THREAD)
				read_variable(p, slot_of_symbol(p, unit, i));
	if (!g_hash_table_size(locals->ids)) {
		thread_locals_free(locals);
		p->thread_locals = NULL;
	}
}

void thread_locals_free(struct thread_locals *locals)
{
	if (!locals)
		return;
	g_hash_table_destroy(locals->ids);
	g_hash_table_destroy(locals->setters);
	g_hash_table_destroy(locals->sets);
}

/* Along direct calls: what a pool runs for others is not the thread's own beginning. */
static bool leads_to_setter(const struct program *p, uint32_t function)
{
	GArray *queue = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	GHashTable *seen = g_hash_table_new(NULL, NULL);
	bool found = false;

	g_array_append_val(queue, function);
	for (guint at = 0; at < queue->len && !found; at++) {
		uint32_t next = g_array_index(queue, uint32_t, at);
		const struct program_function *f = program_function(p, next);

		found = g_hash_table_contains(p->thread_locals->setters, GUINT_TO_POINTER(next));
		for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
			uint32_t callee = program_call(p, i)->callee;

			if (callee && g_hash_table_add(seen, GUINT_TO_POINTER(callee)))
				g_array_append_val(queue, callee);
		}
	}
	g_array_free(queue, TRUE);
	g_hash_table_destroy(seen);
	return found;
}

bool thread_locals_unset(const struct program *p, const struct instance *in)
{
	if (!p->thread_locals || in->context != CONTEXT_WORKER || !in->root)
		return false;
	gpointer function = GUINT_TO_POINTER(program_item(p, roots, struct root, in->root)->function);
	unsigned known = GPOINTER_TO_UINT(g_hash_table_lookup(p->thread_locals->sets, function));

	if (!known) {
		known = 1 + leads_to_setter(p, GPOINTER_TO_UINT(function));
		g_hash_table_insert(p->thread_locals->sets, function, GUINT_TO_POINTER(known));
	}
	return known == 1;
}

bool thread_locals_is(struct program *p, uint32_t function, uint32_t node, int64_t *initial)
{
	if (!p->thread_locals || function_node(program_function(p, function), node)->kind != NODE_GLOBAL)
		return false;
	uint32_t slot = pointers_slot_of(p, function, node);
	const struct thread_local_id *id = g_hash_table_lookup(p->thread_locals->ids, GUINT_TO_POINTER(slot));
	if (id)
		*initial = id->initial;
	return id != NULL;
}
