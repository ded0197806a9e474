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

#include <string.h>

struct thread_local_id {
	bool begins; /* `initial` is known */
	bool other;  /* it is used in another way, or set by others */
	int64_t initial;
};

struct thread_locals {
	GHashTable *ids; /* key of the variable -> struct thread_local_id * */
	GHashTable *
		setters; /* function that sets one -> its struct thread_local_id *, the last that is none of the others */
	GHashTable *sets; /* function of a root -> 1 + whether it leads to a setter */
};

static bool is_thread_local(const struct program_function *f, const struct node *n)
{
	return n->kind == NODE_GLOBAL && (facts_symbol(f->facts, n->symbol)->flags & SYMBOL_THREAD);
}

static struct thread_local_id *id_of(struct program *p, const struct program_function *f, const struct node *variable)
{
	const char *key = facts_string(f->facts, facts_symbol(f->facts, variable->symbol)->key);
	struct thread_local_id *id = g_hash_table_lookup(p->thread_locals->ids, key);

	if (!id) {
		id = arena_new(p->arena, struct thread_local_id);
		g_hash_table_insert(p->thread_locals->ids, (gpointer)key, id);
	}
	return id;
}

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
static void note_callers(struct program *p, struct thread_local_id *id, uint32_t setter)
{
	for (uint32_t i = 1; i < p->calls->len; i++) {
		const struct call *call = program_call(p, i);

		if (call->callee == setter)
			id->other |= !runs_loop(p, call->caller);
	}
}

/* Of a function that sets several, one by which threads may know themselves counts. */
static void note_setter(struct program *p, uint32_t function, struct thread_local_id *id)
{
	struct thread_local_id *noted = g_hash_table_lookup(p->thread_locals->setters, GUINT_TO_POINTER(function));

	if (!noted || noted->other)
		g_hash_table_insert(p->thread_locals->setters, GUINT_TO_POINTER(function), id);
}

static void note_store(struct program *p, uint32_t function, const struct node *assignment)
{
	const struct program_function *f = program_function(p, function);
	struct thread_local_id *id = id_of(p, f, function_node(f, assignment->first));
	const struct node *value = function_node(f, function_node(f, assignment->first)->next);

	if (facts_symbol(f->facts, f->fact->symbol)->kind == SYMBOL_GLOBAL) {
		id->begins = value->kind == NODE_CONST || value->kind == NODE_NULL;
		id->initial = value->kind == NODE_CONST ? value->value : 0;
		return;
	}
	note_setter(p, function, id);
	if (assignment->op)
		id->other = true;
	else if (value->kind == NODE_PARAM)
		note_callers(p, id, function);
	else
		id->other |= !runs_loop(p, function);
}

static void note_node(struct program *p, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(p, function);
	const struct node *n = function_node(f, node);
	const struct node *first = n->first ? function_node(f, n->first) : NULL;

	if (!first || !is_thread_local(f, first))
		return;
	if (n->kind == NODE_ASSIGN)
		note_store(p, function, n);
	else if (n->kind == NODE_ADDRESS || n->op == OP_INCREMENT || n->op == OP_DECREMENT)
		id_of(p, f, first)->other = true;
}

static bool has_any(const struct program *p)
{
	for (size_t unit = 0; unit < p->unit_count; unit++)
		for (uint32_t i = 1; i < p->units[unit]->symbols.count; i++)
			if (facts_symbol(p->units[unit], i)->flags & SYMBOL_THREAD)
				return true;
	return false;
}

void thread_locals_find(struct program *p)
{
	if (!has_any(p))
		return;
	p->thread_locals = arena_new(p->arena, struct thread_locals);
	p->thread_locals->ids = g_hash_table_new(g_str_hash, g_str_equal);
	p->thread_locals->setters = g_hash_table_new(NULL, NULL);
	p->thread_locals->sets = g_hash_table_new(NULL, NULL);
	for (uint32_t function = 1; function < p->functions->len; function++) {
		const struct program_function *f = program_function(p, function);

		for (uint32_t i = f->fact ? f->fact->body : 0; i && i < f->end_node; i++)
			note_node(p, function, i);
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

		const struct thread_local_id *id =
			g_hash_table_lookup(p->thread_locals->setters, GUINT_TO_POINTER(next));
		found = id && !id->other;
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
	const struct program_function *f = program_function(p, function);
	const struct node *n = function_node(f, node);

	if (!p->thread_locals || !is_thread_local(f, n))
		return false;
	const struct thread_local_id *id = id_of(p, f, n);
	*initial = id->initial;
	return id->begins && !id->other;
}
