/*
 * loops_accept: which of the candidates are the program's event loops; see loops.h.
 *
 * The nearer to main, or to the entry of a thread, the farther out: that one is taken first, and what it reaches is a
 * handler's, where a wait is a blocking call like any other.
 */
#include "program/loops.h"

#include <string.h>

/* A slot that was looked at leads nowhere new, however many call through it. */
struct callee_visit {
	struct loop_search *s;
	pointer_visit *visit;
	void *data;
	uint8_t mark;
};

static void visit_place(uint32_t slot, uint32_t function, void *data)
{
	const struct callee_visit *v = data;
	struct program *p = v->s->p;

	if (function)
		v->visit(function, 0, v->data);
	if (!slot || v->s->slots[slot] & v->mark)
		return;
	v->s->slots[slot] |= v->mark;
	for (uint32_t t = program_slot(p, slot)->first_target; t; t = program_target(p, t)->next)
		v->visit(program_target(p, t)->function, t, v->data);
}

static void each_callee(struct loop_search *s, const struct call *call, uint8_t mark, pointer_visit *visit, void *data)
{
	struct callee_visit v = { .s = s, .visit = visit, .data = data, .mark = mark };

	if (call->callee)
		visit(call->callee, 0, data);
	else
		pointers_places(s->p, call->caller, call_node(s->p, call)->first, visit_place, &v);
}

/* Breadth-first distances along all calls, from main and from what is registered to run on another thread. */
struct spread {
	struct loop_search *s;
	GArray *queue;
	uint32_t from;
	uint8_t *reached;
};

static void spread_distance(uint32_t function, uint32_t target, void *data)
{
	struct spread *w = data;

	(void)target;
	if (w->s->distance[function] != UINT32_MAX)
		return;
	w->s->distance[function] = w->from == 0 ? 0 : w->s->distance[w->from] + 1;
	g_array_append_val(w->queue, function);
}

static void spread_all(struct spread *w)
{
	struct program *p = w->s->p;

	for (guint i = 0; i < w->queue->len; i++) {
		w->from = g_array_index(w->queue, uint32_t, i);
		const struct program_function *f = program_function(p, w->from);
		for (uint32_t c = 0; c < f->calls; c++) {
			struct call call = *program_call(p, f->first_call + c);

			each_callee(w->s, &call, SLOT_MEASURED, spread_distance, w);
		}
	}
	g_array_set_size(w->queue, 0);
	w->from = 0;
}

void loops_measure(struct loop_search *s)
{
	struct program *p = s->p;
	struct spread w = { .s = s, .queue = g_array_new(FALSE, FALSE, sizeof(uint32_t)) };

	memset(s->distance, 0xff, p->functions->len * sizeof *s->distance);
	for (uint32_t i = 1; i < p->functions->len; i++)
		if (program_function(p, i)->fact && strcmp(program_function(p, i)->name, "main") == 0)
			spread_distance(i, 0, &w);
	spread_all(&w);
	for (uint32_t i = 1; i < p->functions->len; i++)
		s->p->on_thread[i] = s->distance[i] == UINT32_MAX;
	for (uint32_t i = 1; i < p->roots->len; i++)
		if (program_item(p, roots, struct root, i)->context == CONTEXT_WORKER) {
			s->has_workers = true;
			spread_distance(program_item(p, roots, struct root, i)->function, 0, &w);
		}
	spread_all(&w);
	for (uint32_t i = 1; i < p->functions->len; i++)
		s->p->on_thread[i] &= s->distance[i] != UINT32_MAX;
	g_array_free(w.queue, TRUE);
}

static void reach(uint32_t function, uint32_t target, void *data)
{
	struct spread *w = data;

	(void)target;
	if (w->s->on_loop[function])
		return;
	w->s->on_loop[function] = 1;
	g_array_append_val(w->queue, function);
}

static void reach_all(struct spread *w)
{
	struct program *p = w->s->p;

	for (guint i = 0; i < w->queue->len; i++) {
		const struct program_function f = *program_function(p, g_array_index(w->queue, uint32_t, i));

		for (uint32_t c = 0; c < f.calls; c++) {
			struct call call = *program_call(p, f.first_call + c);

			each_callee(w->s, &call, SLOT_REACHED, reach, w);
		}
	}
	g_array_set_size(w->queue, 0);
}

static void reach_from_loop(struct spread *w, const struct loop_candidate *candidate)
{
	struct program *p = w->s->p;
	const struct program_function f = *program_function(p, candidate->function);

	for (uint32_t c = 0; c < f.calls; c++) {
		struct call call = *program_call(p, f.first_call + c);

		if (candidate->loop ? loop_holds(p, &call, candidate->loop) : f.first_call + c != candidate->again)
			each_callee(w->s, &call, SLOT_REACHED, reach, w);
	}
	reach_all(w);
}

static void own_wait(struct loop_search *s, uint32_t call);

/* Of several calls of a function that lead to a wait, the nearest is the loop's; the others are handlers that wait. */
static void own_callee(uint32_t function, uint32_t target, void *data)
{
	struct loop_search *s = data;
	const GArray *waits = g_hash_table_lookup(s->carried, GUINT_TO_POINTER(function));
	unsigned least = MAX_CHAIN;

	(void)target;
	if (!waits || program_function(s->p, function)->waits)
		return;
	program_function(s->p, function)->waits = true;
	for (guint i = 0; i < waits->len; i++)
		least = MIN(least, loop_chain_length(s, g_array_index(waits, uint32_t, i)));
	for (guint i = 0; i < waits->len; i++)
		if (loop_chain_length(s, g_array_index(waits, uint32_t, i)) == least)
			own_wait(s, g_array_index(waits, uint32_t, i));
}

/* The call is the wait of an accepted loop, and so are the waits in all that it may call. */
static void own_wait(struct loop_search *s, uint32_t index)
{
	struct call call = *program_call(s->p, index);

	if (call.waits)
		return;
	program_call(s->p, index)->waits = true;
	g_array_append_val(s->p->waiting_calls, index);
	if (call.callee && !g_hash_table_contains(s->carried, GUINT_TO_POINTER(call.callee)))
		program_function(s->p, call.callee)->waits = true;
	each_callee(s, &call, 0, own_callee, s);
}

static void accept(struct loop_search *s, const struct loop_candidate *candidate)
{
	struct program *p = s->p;
	struct root root = {
		.kind = ROOT_LOOP,
		.function = candidate->function,
		.context = CONTEXT_LOOP,
		.confidence = LEVEL_HIGH,
		.loop = candidate->loop,
		.call = candidate->again,
		.wait = program_call(p, candidate->wait)->callee ? candidate->wait : loop_wait_of(s, candidate->wait),
	};

	g_array_append_val(p->roots, root);
	program_function(p, root.function)->waits = true;
	own_wait(s, candidate->wait);
}

static gint by_distance(gconstpointer a, gconstpointer b)
{
	const struct loop_candidate *x = a, *y = b;

	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	if (x->loop != y->loop)
		return x->loop < y->loop ? -1 : 1;
	if (x->steps != y->steps)
		return x->steps < y->steps ? -1 : 1;
	return x->wait < y->wait ? -1 : x->wait > y->wait;
}

/* Whether two guards cannot both hold: the two arms of an if, two cases of a switch. */
static bool exclude(const struct guard *a, const struct guard *b)
{
	return a->node == b->node && (a->is_case ? a->first_case != b->first_case : a->holds != b->holds);
}

/* Whether a turn makes only one of the two calls. */
static bool are_exclusive(const struct program *p, const struct call *a, const struct call *b)
{
	for (uint32_t i = a->guard; i; i = program_item(p, guards, struct guard, i)->outer)
		for (uint32_t k = b->guard; k; k = program_item(p, guards, struct guard, k)->outer)
			if (exclude(program_item(p, guards, struct guard, i), program_item(p, guards, struct guard, k)))
				return true;
	return false;
}

/*
 * A loop has one wait in a turn. What else leads to one from its body is a handler that waits for something, and no
 * wait of the loop's; unless it stands in the body itself, or in the other arm of an if.
 */
static bool is_second_wait(const struct program *p, const struct loop_candidate *first,
			   const struct loop_candidate *other)
{
	return first->function == other->function && first->loop == other->loop && other->steps > 0 &&
	       !are_exclusive(p, program_call(p, first->wait), program_call(p, other->wait));
}

void loops_accept(struct loop_search *s)
{
	struct program *p = s->p;
	struct spread w = { .s = s, .queue = g_array_new(FALSE, FALSE, sizeof(uint32_t)) };

	for (uint32_t i = 1; i < p->roots->len; i++)
		if (program_item(p, roots, struct root, i)->context == CONTEXT_LOOP)
			reach(program_item(p, roots, struct root, i)->function, 0, &w);
	reach_all(&w);
	g_array_sort(s->found, by_distance);
	struct loop_candidate first = { 0 }; /* of the loop that was accepted last */
	for (guint i = 0; i < s->found->len; i++) {
		struct loop_candidate candidate = g_array_index(s->found, struct loop_candidate, i);
		bool same = candidate.function == first.function && candidate.loop == first.loop;

		if ((s->on_loop[candidate.function] && !same) || is_second_wait(p, &first, &candidate))
			continue;
		if (!same)
			first = candidate;
		accept(s, &candidate);
		reach_from_loop(&w, &candidate);
	}
	g_array_free(w.queue, TRUE);
}
