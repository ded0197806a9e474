/*
 * main_context: GLib's main contexts that are not the default one, and which thread runs them.
 *
 *      context = g_main_context_new();                         one function makes it, runs it and drops it: it waits
 *      loop = g_main_loop_new(context, FALSE);                 for something of its own. What is attached there is
 *      g_source_set_callback(source, on_answer, ..);           called where that function runs
 *      g_source_attach(source, context);
 *      g_main_loop_run(loop);
 *
 *      self->context = g_main_context_new();                   nothing but work is handed to it, no events: a queue.
 *      g_main_context_invoke(self->context, clean_up, self);   The thread that runs it is a worker
 *
 * Every other context is a loop, of whatever thread: one that `main` runs, one whose sources are time-outs or
 * descriptors, one that is handed on and so may get some elsewhere.
 */
#include "program/contexts.h"

#include <string.h>

struct main_contexts {
	GHashTable *own;     /* calls that hand a callback to a context that their function makes and runs */
	GHashTable *queued;  /* ... to a queue of work */
	GHashTable *waiting; /* functions that make a context and run it */
};

struct search {
	struct program *p;
	GHashTable *slots;  /* that hold a context made here -> struct uses */
	uint8_t *from_main; /* per function; NULL: not asked yet */
};

/* What is done with a slot that holds a context. */
struct uses {
	unsigned mentioned, known; /* nodes, and those among them that hand the context to nobody who keeps it */
	bool events;               /* a source that is no work is attached */
	bool run_by_main;
};

/* Calls that take a context: in which argument, and which one is the callback or the source; 0: none. */
static const struct {
	const char *function;
	uint8_t context, callback, source;
} taking[] = {
	{ "g_main_context_invoke", 1, 2, 0 },
	{ "g_main_context_invoke_full", 1, 3, 0 },
	{ "g_source_attach", 2, 0, 1 },
	{ "g_main_loop_new", 1, 0, 0 },
	{ "g_main_context_unref", 1, 0, 0 },
	{ "g_main_context_push_thread_default", 1, 0, 0 },
	{ "g_main_context_pop_thread_default", 1, 0, 0 },
	{ "g_main_context_wakeup", 1, 0, 0 },
	{ "g_main_context_iteration", 1, 0, 0 },
	{ "g_main_context_pending", 1, 0, 0 },
};

static const char *callee_name(const struct program *p, const struct call *call)
{
	return call->callee && !call->cleanup ? program_function(p, call->callee)->name : "";
}

static bool same(struct keeping a, struct keeping b)
{
	return a.kind && a.kind == b.kind && a.id == b.id;
}

static struct keeping kept(struct program *p, const struct call *call, unsigned argument)
{
	uint32_t node = argument ? call_argument(p, call, argument) : 0;

	return node ? mode_keeping(p, call->caller, node) : (struct keeping){ 0 };
}

/* The n-th call of a function's body, by a name; 0 behind the last. `from` is the index to begin at. */
static uint32_t next_call(const struct program *p, uint32_t function, const char *name, uint32_t from)
{
	const struct program_function *f = program_function(p, function);

	for (uint32_t i = from; i < f->first_call + f->calls; i++)
		if (strcmp(callee_name(p, program_call(p, i)), name) == 0)
			return i;
	return 0;
}

#define for_each_call_of(i, p, function, name)                                                                         \
	for (uint32_t i = next_call(p, function, name, program_function(p, function)->first_call); i;                  \
	     i = next_call(p, function, name, i + 1))

/* Where the value of `node` is put. */
static struct keeping put_into(struct program *p, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(p, function);

	for (uint32_t i = f->fact->body; i < node; i++) {
		const struct node *n = function_node(f, i);

		if (n->kind == NODE_ASSIGN && !n->op && function_node(f, n->first)->next == node)
			return mode_keeping(p, function, n->first);
	}
	return (struct keeping){ 0 };
}

/* Whether a source is one that runs at once: work, and no event. */
static bool is_work(struct program *p, uint32_t function, struct keeping source)
{
	for_each_call_of(i, p, function, "g_idle_source_new") if (same(put_into(p, function, program_call(p, i)->node),
								       source)) return true;
	return false;
}

/* The calls that hand over what runs on a source, or the call itself that hands it to the context. */
static void mark_callbacks(struct program *p, uint32_t index, size_t row, GHashTable *marked)
{
	const struct call call = *program_call(p, index);

	if (taking[row].callback)
		g_hash_table_add(marked, GUINT_TO_POINTER(index));
	if (!taking[row].source)
		return;
	struct keeping source = kept(p, &call, taking[row].source);
	for_each_call_of(i, p, call.caller, "g_source_set_callback")
	{
		const struct call set = *program_call(p, i);

		if (same(kept(p, &set, 1), source))
			g_hash_table_add(marked, GUINT_TO_POINTER(i));
	}
}

/* Whether the function runs a loop of the context that it keeps there. */
static bool runs(struct program *p, uint32_t function, struct keeping context)
{
	bool loop = false;

	for_each_call_of(i, p, function, "g_main_context_iteration")
	{
		const struct call call = *program_call(p, i);

		if (same(kept(p, &call, 1), context))
			return true;
	}
	for_each_call_of(i, p, function, "g_main_loop_new")
	{
		const struct call call = *program_call(p, i);

		loop |= same(kept(p, &call, 1), context);
	}
	return loop && next_call(p, function, "g_main_loop_run", program_function(p, function)->first_call);
}

static void mark_own(struct program *p, uint32_t function, struct keeping context)
{
	const struct program_function f = *program_function(p, function);

	g_hash_table_add(p->main_contexts->waiting, GUINT_TO_POINTER(function));
	for (uint32_t i = f.first_call; i < f.first_call + f.calls; i++)
		for (size_t row = 0; row < G_N_ELEMENTS(taking); row++) {
			const struct call call = *program_call(p, i);

			if (strcmp(callee_name(p, &call), taking[row].function) == 0 &&
			    same(kept(p, &call, taking[row].context), context))
				mark_callbacks(p, i, row, p->main_contexts->own);
		}
}

static void find_made(struct search *s)
{
	struct program *p = s->p;

	for (uint32_t i = 1; i < p->calls->len; i++) {
		const struct call call = *program_call(p, i);

		if (strcmp(callee_name(p, &call), "g_main_context_new") != 0)
			continue;
		struct keeping context = put_into(p, call.caller, call.node);
		if (context.kind && runs(p, call.caller, context))
			mark_own(p, call.caller, context);
		else if (context.kind == KEPT_IN_SLOT && context.id)
			g_hash_table_insert(s->slots, GUINT_TO_POINTER(context.id), g_new0(struct uses, 1));
	}
}

/* --- queues of work --- */

static struct uses *uses_of(const struct search *s, uint32_t slot)
{
	return slot ? g_hash_table_lookup(s->slots, GUINT_TO_POINTER(slot)) : NULL;
}

static bool holds_context(const struct facts *facts, const struct node *n)
{
	return (n->kind == NODE_FIELD || n->kind == NODE_GLOBAL) && n->symbol &&
	       strcmp(facts_string(facts, facts_symbol(facts, n->symbol)->type), "struct _GMainContext *") == 0;
}

static bool run_by_main(struct search *s, uint32_t function)
{
	const struct program_function *f = program_function(s->p, function);

	if (!next_call(s->p, function, "g_main_loop_run", f->first_call) &&
	    !next_call(s->p, function, "g_main_context_iteration", f->first_call))
		return false;
	if (!s->from_main)
		s->from_main = spread_from_main(s->p);
	return s->from_main[function];
}

static void count_mentions(struct search *s, uint32_t function)
{
	struct program *p = s->p;
	const struct program_function *f = program_function(p, function);

	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i);
		bool stored = n->kind == NODE_ASSIGN && !n->op && n->first;
		uint32_t place = stored ? n->first : i;
		struct uses *uses = holds_context(f->facts, function_node(f, place))
					    ? uses_of(s, pointers_slot_of(p, function, place))
					    : NULL;

		if (!uses)
			continue;
		uses->mentioned += !stored; /* the place of a store is met a second time, by itself */
		uses->known += stored;
		uses->run_by_main |= run_by_main(s, function);
	}
}

static void note_taken(struct search *s, uint32_t index, GHashTable *queued)
{
	struct program *p = s->p;
	const struct call call = *program_call(p, index);

	for (size_t row = 0; row < G_N_ELEMENTS(taking); row++) {
		if (strcmp(callee_name(p, &call), taking[row].function) != 0)
			continue;
		struct keeping context = kept(p, &call, taking[row].context);
		struct uses *uses = context.kind == KEPT_IN_SLOT ? uses_of(s, context.id) : NULL;

		if (!uses)
			continue;
		uses->known++;
		uses->events |= taking[row].source && !is_work(p, call.caller, kept(p, &call, taking[row].source));
		if (taking[row].callback || taking[row].source)
			g_hash_table_insert(queued, GUINT_TO_POINTER(index), GSIZE_TO_POINTER(row + 1));
	}
}

static bool is_queue(const struct search *s, const struct call *call, size_t row)
{
	const struct uses *uses = uses_of(s, kept(s->p, call, taking[row].context).id);

	return uses && !uses->events && !uses->run_by_main && uses->mentioned == uses->known;
}

static void find_queues(struct search *s)
{
	struct program *p = s->p;
	GHashTable *handing = g_hash_table_new(NULL, NULL); /* call -> row of `taking`, from 1 */
	GHashTableIter iter;
	gpointer index, row;

	for (uint32_t i = 1; i < p->functions->len; i++)
		if (program_function(p, i)->fact)
			count_mentions(s, i);
	for (uint32_t i = 1; i < p->calls->len; i++)
		note_taken(s, i, handing);
	g_hash_table_iter_init(&iter, handing);
	while (g_hash_table_iter_next(&iter, &index, &row)) {
		const struct call call = *program_call(p, GPOINTER_TO_UINT(index));

		if (is_queue(s, &call, GPOINTER_TO_SIZE(row) - 1))
			mark_callbacks(p, GPOINTER_TO_UINT(index), GPOINTER_TO_SIZE(row) - 1, p->main_contexts->queued);
	}
	g_hash_table_destroy(handing);
}

void main_context_find(struct program *p)
{
	struct search s = { .p = p, .slots = g_hash_table_new_full(NULL, NULL, NULL, g_free) };

	p->main_contexts = g_new0(struct main_contexts, 1);
	p->main_contexts->own = g_hash_table_new(NULL, NULL);
	p->main_contexts->queued = g_hash_table_new(NULL, NULL);
	p->main_contexts->waiting = g_hash_table_new(NULL, NULL);
	find_made(&s);
	if (g_hash_table_size(s.slots))
		find_queues(&s);
	g_hash_table_destroy(s.slots);
	g_free(s.from_main);
}

void main_context_free(struct program *p)
{
	if (!p->main_contexts)
		return;
	g_hash_table_destroy(p->main_contexts->own);
	g_hash_table_destroy(p->main_contexts->queued);
	g_hash_table_destroy(p->main_contexts->waiting);
	g_free(p->main_contexts);
	p->main_contexts = NULL;
}

bool main_context_own(const struct program *p, uint32_t call)
{
	return p->main_contexts && g_hash_table_contains(p->main_contexts->own, GUINT_TO_POINTER(call));
}

bool main_context_queued(const struct program *p, uint32_t call)
{
	return p->main_contexts && g_hash_table_contains(p->main_contexts->queued, GUINT_TO_POINTER(call));
}

bool main_context_waits(const struct program *p, uint32_t function)
{
	return p->main_contexts && g_hash_table_contains(p->main_contexts->waiting, GUINT_TO_POINTER(function));
}
