/*
 * once: what is done once, and was done before the loop ran.
 *
 *      static bool loaded;
 *
 *      if (!loaded) {                  nobody on the loop sets it back
 *              load();                 main has been here, or a thread that main has started
 *              loaded = true;
 *      }
 *
 * The loop may come here again and again, by a path that is quite real; it finds the work done. So what stands under such
 * a guard is of low confidence on the loop. The guard asks whether something that the whole program has one of (a global,
 * a static variable, a field of a global) is still zero or NULL; under it, here or few calls down, that is set; and only
 * what main does at its end, or what the process ends behind, sets it back. A field of an object is no such thing: there
 * may be new objects. Nor is what only the loop comes to, which has to do it then.
 */
#include "program/contexts.h"

#include <string.h>

enum { MAX_DOWN = 3 /* calls down to where it is set */, MAX_DEPTH = 8 };

enum answer { UNASKED, NO, YES };

struct once {
	struct program *p;
	uint8_t *begun;         /* per function: main comes to it before its loop, or a thread that it starts does */
	uint8_t *ended;         /* per function: enum answer, whether it only runs as the program ends */
	uint8_t *done_before;   /* per guard: enum answer */
	uint8_t *under;         /* per function: called under the guard at hand */
	GArray *queue;          /* of `begun`, then of `under` */
	GHashTable *loops;      /* loop statements that are the program's loop */
	uint32_t caller, guard; /* the guard at hand, and its function */
	bool pointer;           /* it asks for a pointer */
	bool set, reset;
};

/* --- what runs before the loop --- */

static bool is_main(const struct program_function *f)
{
	return f->fact && strcmp(f->name, "main") == 0;
}

static bool in_program_loop(const struct once *o, uint32_t loop)
{
	for (uint32_t l = loop; l; l = program_item(o->p, loops, struct loop, l)->outer)
		if (g_hash_table_contains(o->loops, GUINT_TO_POINTER(l)))
			return true;
	return false;
}

/* Tests and clients start what the server starts later, or not at all. */
static bool serves(const struct once *o, uint32_t main)
{
	uint64_t programs = programs_of(o->p, main);

	return !programs_only_test(programs) && !programs_only_client(o->p, programs);
}

static void begin(uint32_t function, uint32_t target, void *data)
{
	struct once *o = data;

	(void)target;
	if (function && !program_function(o->p, function)->waits)
		spread_add(o->queue, o->begun, function);
}

static void begin_call(struct once *o, const struct call *call)
{
	struct program *p = o->p;
	const struct model *model = call->callee ? program_function(p, call->callee)->model : NULL;

	if (!call->callee) {
		pointers_each(p, call->caller, call_node(p, call)->first, begin, o);
		return;
	}
	begin(call->callee, 0, o);
	for (size_t i = 0; model && !call->cleanup && i < model->register_count; i++) {
		const struct registration *r = model->registers[i];

		if (r->context == CONTEXT_CALLER || r->context == CONTEXT_WORKER)
			pointers_each(p, call->caller, call_argument(p, call, (unsigned)r->callback), begin, o);
	}
}

static void find_begun(struct once *o)
{
	struct program *p = o->p;

	for (uint32_t i = 1; i < p->functions->len; i++)
		if (is_main(program_function(p, i)) && serves(o, i))
			spread_add(o->queue, o->begun, i); /* also one that waits, which is its loop */
	for (guint i = 0; i < o->queue->len; i++) {
		const struct program_function f = *program_function(p, g_array_index(o->queue, uint32_t, i));

		for (uint32_t c = f.first_call; c < f.first_call + f.calls; c++) {
			struct call call = *program_call(p, c);

			if (!call.waits && !in_program_loop(o, call.loop))
				begin_call(o, &call);
		}
	}
}

/* --- what runs as the program ends --- */

static bool only_ends(struct once *o, uint32_t function, unsigned depth);

static bool call_only_ends(struct once *o, const struct call *call, unsigned depth)
{
	if (programs_only_test(programs_of(o->p, call->caller)) || call->dying)
		return true;
	if (in_program_loop(o, call->loop))
		return false;
	return is_main(program_function(o->p, call->caller)) || only_ends(o, call->caller, depth + 1);
}

/* Whether all that calls a function is main, outside of its loop, or what the process ends behind. */
static bool only_ends(struct once *o, uint32_t function, unsigned depth)
{
	struct program *p = o->p;

	if (o->ended[function])
		return o->ended[function] == YES;
	if (depth > MAX_DEPTH || !p->calls_of[function] || stored_is_taken(p, function))
		return false;
	o->ended[function] = YES; /* where it calls itself */
	for (uint32_t c = p->calls_of[function]; c && o->ended[function] == YES; c = p->next_call_of[c])
		if (!call_only_ends(o, program_call(p, c), depth))
			o->ended[function] = NO;
	return o->ended[function] == YES;
}

/* --- what is stored where the guard looks --- */

static bool stands_under(const struct program *p, uint32_t inner, uint32_t guard)
{
	while (inner && inner != guard)
		inner = program_item(p, guards, struct guard, inner)->outer;
	return inner != 0;
}

static bool is_zero(const struct node *n)
{
	return n->kind == NODE_NULL || (n->kind == NODE_CONST && n->value == 0);
}

static bool is_set(const struct node *n)
{
	return (n->kind == NODE_CONST && n->value != 0) || n->kind == NODE_STRING || n->kind == NODE_ADDRESS ||
	       n->kind == NODE_FUNCTION;
}

/* Whether a place is come to whenever `guard` (0: the function) is, but for what has left it before. */
static bool is_always_under(const struct program *p, uint32_t inner, uint32_t guard)
{
	while (inner && inner != guard && program_item(p, guards, struct guard, inner)->exited)
		inner = program_item(p, guards, struct guard, inner)->outer;
	return inner == guard;
}

/* Whether what is stored there is stored as the program ends, or by tests. */
static bool counts_not(struct once *o, uint32_t function, uint32_t at)
{
	const struct program_function *f = program_function(o->p, function);

	if (is_main(f))
		return !in_program_loop(o, body_region(o->p, f, at).loop);
	return programs_only_test(programs_of(o->p, function)) || only_ends(o, function, 0);
}

static void note_store(uint32_t function, uint32_t at, uint32_t value, bool initialiser, void *data)
{
	struct once *o = data;
	const struct program_function *f = program_function(o->p, function);
	const struct node *n = value ? function_node(f, value) : NULL;
	bool zero = n && is_zero(n);
	uint32_t guard = body_region(o->p, f, at).guard, outer = function == o->caller ? o->guard : 0;
	bool under = function == o->caller ? stands_under(o->p, guard, outer) : o->under[function];

	if (initialiser && zero)
		return;
	if (under)
		o->set |= !zero && (o->pointer || (n && is_set(n))) && is_always_under(o->p, guard, outer);
	else if (!(n && is_set(n)) && !counts_not(o, function, at))
		o->reset = true;
}

static void note_definitions(struct once *o, uint32_t variable)
{
	const struct program_function *f = program_function(o->p, o->caller);
	uint32_t count;
	const struct definition *all = definitions_of(o->p, f, variable, &count);

	for (uint32_t i = 0; i < count; i++)
		note_store(o->caller, all[i].at, all[i].value, function_node(f, all[i].at)->flags & NODE_INIT, o);
}

static void go_under(uint32_t function, uint32_t target, void *data)
{
	struct once *o = data;

	(void)target;
	if (function && program_function(o->p, function)->fact)
		spread_add(o->queue, o->under, function);
}

static void go_under_call(struct once *o, const struct call *call)
{
	if (call->callee)
		go_under(call->callee, 0, o);
	else
		pointers_each(o->p, call->caller, call_node(o->p, call)->first, go_under, o);
}

/* Marks what is called under the guard at hand. */
static void find_under(struct once *o)
{
	struct program *p = o->p;
	const struct program_function f = *program_function(p, o->caller);

	for (uint32_t c = f.first_call; c < f.first_call + f.calls; c++) {
		struct call call = *program_call(p, c);

		if (stands_under(p, call.guard, o->guard))
			go_under_call(o, &call);
	}
	guint next = 0;
	for (unsigned down = 1; down < MAX_DOWN; down++)
		for (guint end = o->queue->len; next < end; next++) {
			const struct program_function g = *program_function(p, g_array_index(o->queue, uint32_t, next));

			for (uint32_t c = g.first_call; c < g.first_call + g.calls; c++) {
				struct call call = *program_call(p, c);

				go_under_call(o, &call);
			}
		}
}

static void forget_under(struct once *o)
{
	for (guint i = 0; i < o->queue->len; i++)
		o->under[g_array_index(o->queue, uint32_t, i)] = 0;
	g_array_set_size(o->queue, 0);
}

/* --- guards --- */

/* Whether there is one such place in the program: a global, or a part of one. */
static bool is_of_global(const struct program_function *f, uint32_t node)
{
	const struct node *n = function_node(f, node);

	while ((n->kind == NODE_FIELD || n->kind == NODE_INDEX || n->kind == NODE_DEREF) && n->first)
		n = function_node(f, n->first);
	return n->kind == NODE_GLOBAL;
}

static bool is_static(const struct program_function *f, const struct node *n)
{
	return n->kind == NODE_LOCAL && (uint32_t)n->value < f->fact->variables &&
	       facts_variable(f->facts, f->fact->first_variable + (uint32_t)n->value)->kind == VARIABLE_STATIC;
}

static const char *type_of(const struct once *o, const struct program_function *f, uint32_t node, uint32_t slot)
{
	const struct node *n = function_node(f, node);

	return slot ? program_slot(o->p, slot)->type
		    : facts_string(f->facts,
				   facts_variable(f->facts, f->fact->first_variable + (uint32_t)n->value)->type);
}

/* Whether that place is zero until what stands under the guard at hand is done, and not zero any more. */
static bool tells_once(struct once *o, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(o->p, function);
	bool local = function == o->caller && is_static(f, function_node(f, node));
	uint32_t slot = local || !is_of_global(f, node) ? 0 : pointers_slot_of(o->p, function, node);

	if (!local && !slot)
		return false;
	const char *type = type_of(o, f, node, slot);
	o->pointer = type && strchr(type, '*');
	o->set = o->reset = false;
	find_under(o);
	if (local)
		note_definitions(o, (uint32_t)function_node(f, node)->value);
	else if (!stored_each(o->p, slot, note_store, o))
		o->reset = true;
	forget_under(o);
	return o->set && !o->reset;
}

/* What a function returns that does nothing else; 0. */
static uint32_t returned_by(const struct program_function *f)
{
	const struct node *body = f->fact ? function_node(f, f->fact->body) : NULL;
	const struct node *only = body && body->first ? function_node(f, body->first) : NULL;

	return only && only->kind == NODE_RETURN && !only->next ? only->first : 0;
}

/* Whether a condition that is `holds` says of such a place that it is zero. */
static bool says_undone(struct once *o, uint32_t function, uint32_t node, bool holds, unsigned depth)
{
	const struct program_function *f = program_function(o->p, function);
	const struct node *n = function_node(f, node);
	uint32_t other = n->first ? function_node(f, n->first)->next : 0;

	if (depth > MAX_DEPTH)
		return false;
	if (n->kind == NODE_UNARY && n->op == OP_NOT)
		return says_undone(o, function, n->first, !holds, depth + 1);
	if (n->kind == NODE_BINARY && n->op == (holds ? OP_AND : OP_OR))
		return says_undone(o, function, n->first, holds, depth + 1) ||
		       says_undone(o, function, other, holds, depth + 1);
	if (n->kind == NODE_BINARY && (n->op == OP_EQ || n->op == OP_NE) && is_zero(function_node(f, other)))
		return says_undone(o, function, n->first, holds == (n->op == OP_NE), depth + 1);
	if (n->kind == NODE_CALL && n->symbol) {
		uint32_t callee = link_symbol(o->p, f->unit - 1, n->symbol);
		uint32_t returned = callee ? returned_by(program_function(o->p, callee)) : 0;

		return returned && says_undone(o, callee, returned, holds, depth + 1);
	}
	return !holds && tells_once(o, function, node);
}

static bool is_done_before(struct once *o, uint32_t guard)
{
	const struct guard *g = program_item(o->p, guards, struct guard, guard);

	if (!o->done_before[guard]) {
		o->guard = guard;
		o->done_before[guard] =
			!g->is_case && !g->asserted && says_undone(o, o->caller, g->node, g->holds, 0) ? YES : NO;
	}
	return o->done_before[guard] == YES;
}

static void mark_calls(struct once *o, uint32_t function)
{
	const struct program_function f = *program_function(o->p, function);

	o->caller = function;
	for (uint32_t c = f.first_call; c < f.first_call + f.calls; c++)
		for (uint32_t g = in_program_loop(o, program_call(o->p, c)->loop) ? 0 : program_call(o->p, c)->guard;
		     g && !program_call(o->p, c)->once; g = program_item(o->p, guards, struct guard, g)->outer)
			program_call(o->p, c)->once = is_done_before(o, g);
}

void once_find(struct program *p)
{
	struct once o = { .p = p,
			  .begun = g_new0(uint8_t, p->functions->len),
			  .ended = g_new0(uint8_t, p->functions->len),
			  .under = g_new0(uint8_t, p->functions->len),
			  .done_before = g_new0(uint8_t, p->guards->len),
			  .queue = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
			  .loops = g_hash_table_new(NULL, NULL) };

	callers_index(p);
	for (uint32_t i = 1; i < p->roots->len; i++)
		if (program_item(p, roots, struct root, i)->loop)
			g_hash_table_add(o.loops, GUINT_TO_POINTER(program_item(p, roots, struct root, i)->loop));
	find_begun(&o);
	g_array_set_size(o.queue, 0);
	for (uint32_t i = 1; i < p->functions->len; i++)
		if (o.begun[i] && program_function(p, i)->fact)
			mark_calls(&o, i);
	g_free(o.begun);
	g_free(o.ended);
	g_free(o.under);
	g_free(o.done_before);
	g_array_free(o.queue, TRUE);
	g_hash_table_destroy(o.loops);
}
