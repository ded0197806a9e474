/*
 * loops: event loops written by hand.
 *
 * A loop statement around something that waits for events (epoll_wait, poll, select, one turn of a library's loop) is
 * the root of everything else in its body, in the function that waits or in a caller of it:
 *
 *      while (!server.stop)                   <- the root: found from the wait, outwards
 *              process_events(server);        <- carries the wait
 *                      poll_backend(...)      <- carries the wait
 *                              epoll_wait()   <- the wait
 *                      event->handler()       <- dispatched: runs on the loop
 *
 * A goto back, or a function that calls itself behind its wait, is a loop like any other. Where the wait lies behind a
 * pointer (a backend for epoll, one for poll), the waits of all that it may be are the loop's own. A loop that returns
 * a pointer to what it waited for only fetches it (loops_fetch.c), where a loop around that calls through pointers:
 *
 *      while ((job = fetch(master)))          <- the root
 *              job->run(job);                    fetch: do { epoll_wait(); if (ready) return ready; } while (true);
 *
 * Not a root: a wait for a single descriptor ("wait until readable"; loops_one.c), a loop that dispatches nothing (a retry on EINTR;
 * loops_retry.c), one with a number of turns, a thread that serves its own two descriptors (a device, and a pipe that says
 * stop), and a loop that is itself reached from the loop; there the wait is a blocking call like any other.
 */
#include "program/loops.h"
#include "program/contexts.h"

#include <string.h>

/* Adds a call to the list of a function. */
static void note_call(GHashTable *lists, uint32_t function, uint32_t call)
{
	GArray *calls = g_hash_table_lookup(lists, GUINT_TO_POINTER(function));

	if (!calls) {
		calls = g_array_new(FALSE, FALSE, sizeof(uint32_t));
		g_hash_table_insert(lists, GUINT_TO_POINTER(function), calls);
	}
	g_array_append_val(calls, call);
}

static const struct effect *wait_effect(const struct program_function *f)
{
	for (size_t i = 0; f->model && i < f->model->effect_count; i++)
		if (f->model->effects[i]->kind == EFFECT_WAITS || f->model->effects[i]->kind == EFFECT_RUNS_LOOP)
			return f->model->effects[i];
	return NULL;
}

/* One turn of a library's loop has a mode or flag that says so; the call that runs it to the end has none. */
static bool single_turn(struct program *p, const struct call *call)
{
	uint32_t last = call_argument(p, call, call_arguments(p, call));

	return last && function_node(program_function(p, call->caller), last)->kind == NODE_CONST &&
	       function_node(program_function(p, call->caller), last)->value != 0;
}

static bool is_wait(struct program *p, const struct call *call)
{
	const struct program_function *f = call->callee ? program_function(p, call->callee) : NULL;
	struct instance anyone = { .function = call->caller };
	const struct effect *e = f && !(f->fact && !(f->flags & SYMBOL_SYSTEM)) ? wait_effect(f) : NULL;

	if (!e || call->cleanup)
		return false;
	if (e->kind == EFFECT_RUNS_LOOP)
		return single_turn(p, call);
	return value_effect(p, &anyone, call, e) != TRUTH_FALSE && !loop_waits_for_one(p, call, e);
}

bool loop_holds(const struct program *p, const struct call *call, uint32_t loop)
{
	for (uint32_t l = call->loop; l; l = program_item(p, loops, struct loop, l)->outer)
		if (l == loop)
			return true;
	return false;
}

static bool takes_descriptors(const struct program_function *f)
{
	for (size_t i = 0; f->model && i < f->model->effect_count; i++)
		if (f->model->effects[i]->descriptor && f->model->effects[i]->kind != EFFECT_WAITS)
			return true;
	return false;
}

enum way { BY_POINTER = 1, BY_DESCRIPTOR = 2 };

/* How a call hands control to code that serves a descriptor: through a pointer, by way of a library, or by reading. */
static unsigned dispatches(struct program *p, const struct call *call, unsigned depth)
{
	unsigned ways = 0;

	if (!call->callee)
		return BY_POINTER;
	const struct program_function *f = program_function(p, call->callee);
	if (!f->fact)
		return within_of(p, call->callee) ? BY_POINTER : takes_descriptors(f) ? BY_DESCRIPTOR : 0;
	if (depth >= MAX_LOOK)
		return 0;
	for (uint32_t i = 0; i < f->calls && !(ways & BY_POINTER); i++) {
		struct call inner = *program_call(p, f->first_call + i);

		ways |= dispatches(p, &inner, depth + 1);
	}
	return ways;
}

/* The calls of a loop; of the whole function, if there is no loop. */
static unsigned body_dispatches(struct loop_search *s, const struct loop_candidate *candidate)
{
	const struct program_function f = *program_function(s->p, candidate->function);
	unsigned ways = 0;

	for (uint32_t i = f.first_call; i < f.first_call + f.calls && !(ways & BY_POINTER); i++) {
		struct call call = *program_call(s->p, i);

		if (i != candidate->wait && i != candidate->again &&
		    (!candidate->loop || loop_holds(s->p, &call, candidate->loop)) && !call.leaves && !call.dying)
			ways |= dispatches(s->p, &call, 0);
	}
	return ways;
}

uint32_t loop_wait_of(const struct loop_search *s, uint32_t call)
{
	for (unsigned steps = 0; steps < MAX_CHAIN; steps++) {
		uint32_t next = GPOINTER_TO_UINT(g_hash_table_lookup(s->chain, GUINT_TO_POINTER(call)));

		if (!next)
			break;
		call = next;
	}
	return call;
}

/* A thread's own device; with nobody to call back, also one beside it, which tells the thread to stop. */
static bool serves_itself(struct loop_search *s, const struct loop_candidate *candidate, unsigned ways)
{
	struct call wait = *program_call(s->p, loop_wait_of(s, candidate->wait));
	const struct effect *e = wait_effect(program_function(s->p, wait.callee));
	uint32_t count = e->count_argument ? call_argument(s->p, &wait, (unsigned)e->count_argument) : 0;

	if (!count || !s->p->on_thread[candidate->function])
		return false;
	const struct node *n = function_node(program_function(s->p, wait.caller), count);
	return (n->kind == NODE_CONST && n->value <= 2 && !(ways & BY_POINTER)) ||
	       loop_waits_for_global(s->p, &wait, count);
}

/* A turn of a wait for signals does what they ask for. With threads, this is the one that takes them, and no more. */
static bool serves_signals(struct loop_search *s, const struct loop_candidate *candidate)
{
	const struct program_function f = *program_function(s->p, candidate->function);

	for (uint32_t i = f.first_call; i < f.first_call + f.calls; i++) {
		const struct call *call = program_call(s->p, i);

		if (i != candidate->wait && candidate->loop && loop_holds(s->p, call, candidate->loop) &&
		    !call->dying && (!call->callee || program_function(s->p, call->callee)->fact))
			return !s->has_workers;
	}
	return false;
}

/* Whether what carries the wait only fetches what is ready, for others to serve. */
static bool is_fetched(const struct loop_search *s, uint32_t call)
{
	for (unsigned steps = 0; call && steps <= MAX_CHAIN; steps++) {
		if (program_call(s->p, call)->callee && s->fetches[program_call(s->p, call)->callee])
			return true;
		call = GPOINTER_TO_UINT(g_hash_table_lookup(s->chain, GUINT_TO_POINTER(call)));
	}
	return false;
}

static bool is_event_loop(struct loop_search *s, const struct loop_candidate *candidate)
{
	struct call carrier = *program_call(s->p, candidate->wait);
	struct call wait = *program_call(s->p, loop_wait_of(s, candidate->wait));
	unsigned ways = body_dispatches(s, candidate);

	if (is_fetched(s, candidate->wait))
		return ways & BY_POINTER;
	if (g_hash_table_contains(s->chain, GUINT_TO_POINTER(candidate->wait)))
		ways |= dispatches(s->p, &carrier, 0); /* waits and dispatches in one: `while (!stop) serve();` */
	if (wait_effect(program_function(s->p, wait.callee))->signals)
		return serves_signals(s, candidate);
	if (wait_effect(program_function(s->p, wait.callee))->kind == EFFECT_RUNS_LOOP)
		return true; /* one turn of a library's loop */
	return ways && !serves_itself(s, candidate, ways);
}

static bool is_step(const struct node *n)
{
	return n->kind == NODE_UNARY && (n->op == OP_INCREMENT || n->op == OP_DECREMENT);
}

/* `for (i = 0; i < 10; i++)`, `while (tries--)`: so many turns and no more. */
static bool is_counted(const struct program *p, const struct loop *loop)
{
	const struct program_function *f = program_function(p, loop->function);
	const struct node *n = function_node(f, loop->node);

	if (n->kind != NODE_LOOP)
		return false;
	const struct node *condition = function_node(f, function_node(f, n->first)->next);
	const struct node *step = function_node(f, condition->next);
	if (is_step(condition))
		return true;
	if (condition->kind != NODE_BINARY || condition->op < OP_EQ || condition->op > OP_GE)
		return false;
	const struct node *left = function_node(f, condition->first), *counter = left;
	if (is_step(left))
		return true;
	if (!is_step(step))
		return false;
	step = function_node(f, step->first);
	return step->kind == counter->kind && step->value == counter->value && step->kind == NODE_LOCAL;
}

unsigned loop_chain_length(const struct loop_search *s, uint32_t call)
{
	unsigned steps = 0;

	while ((call = GPOINTER_TO_UINT(g_hash_table_lookup(s->chain, GUINT_TO_POINTER(call)))) && steps < MAX_CHAIN)
		steps++;
	return steps;
}

static bool has_pointer(const struct loop_search *s, uint32_t call)
{
	for (unsigned steps = 0; call && steps <= MAX_CHAIN; steps++) {
		if (!program_call(s->p, call)->callee)
			return true;
		call = GPOINTER_TO_UINT(g_hash_table_lookup(s->chain, GUINT_TO_POINTER(call)));
	}
	return false;
}

/* A backend is one pointer away, and near. Farther off, somebody waits for something of their own. */
static void carry_to(struct loop_search *s, uint32_t call, uint32_t wait)
{
	bool behind = has_pointer(s, wait);

	if (g_hash_table_contains(s->chain, GUINT_TO_POINTER(call)) || (behind && !program_call(s->p, call)->callee) ||
	    (behind && loop_chain_length(s, wait) >= MAX_POINTER_CHAIN))
		return;
	g_hash_table_insert(s->chain, GUINT_TO_POINTER(call), GUINT_TO_POINTER(wait));
	g_array_append_val(s->queue, call);
}

static void carry_to_callers(struct loop_search *s, uint32_t wait, unsigned steps)
{
	struct program *p = s->p;
	uint32_t function = program_call(p, wait)->caller;
	const GArray *calls = g_hash_table_lookup(s->callers, GUINT_TO_POINTER(function));

	if (steps >= MAX_CHAIN)
		return;
	for (guint i = 0; calls && i < calls->len; i++)
		carry_to(s, g_array_index(calls, uint32_t, i), wait);
	for (uint32_t t = program_function(p, function)->first_target; t; t = program_target(p, t)->same_function) {
		uint32_t slot = program_target(p, t)->slot;

		if (s->slots[slot] & SLOT_CARRIED)
			continue; /* its calls are in the chain */
		s->slots[slot] |= SLOT_CARRIED;
		for (uint32_t k = program_slot(p, slot)->first_port; k;
		     k = program_item(p, ports, struct port, k)->next)
			for (uint32_t c = program_item(p, ports, struct port, k)->first_call; c;
			     c = program_item(p, port_calls, struct port_call, c)->next)
				carry_to(s, program_item(p, port_calls, struct port_call, c)->call, wait);
	}
}

/* The call by which a function that waits begins again; 0 if it does not. */
static uint32_t calls_itself(const struct program *p, uint32_t wait)
{
	const struct call *first = program_call(p, wait);
	const struct program_function *f = program_function(p, first->caller);

	for (uint32_t i = wait + 1; i < f->first_call + f->calls; i++)
		if (program_call(p, i)->callee == first->caller && !program_call(p, i)->loop)
			return i;
	return 0;
}

/* A wait of a library's loop returns what it likes: whether there was something is known of the plain ones only. */
static bool only_retries(struct loop_search *s, const struct loop_candidate *candidate)
{
	const struct call *call = program_call(s->p, candidate->wait);

	return candidate->steps == 0 && call->callee &&
	       wait_effect(program_function(s->p, call->callee))->kind == EFFECT_WAITS &&
	       loop_is_retry(s->p, candidate->loop, candidate->wait);
}

static bool add_candidate(struct loop_search *s, struct loop_candidate candidate)
{
	if (!is_event_loop(s, &candidate))
		return false;
	g_array_append_val(s->found, candidate);
	return true;
}

/* The wait is the callers', too. */
static void carry_on(struct loop_search *s, uint32_t wait)
{
	note_call(s->carried, program_call(s->p, wait)->caller, wait);
	carry_to_callers(s, wait, loop_chain_length(s, wait));
}

static void look_outwards(struct loop_search *s, uint32_t wait)
{
	struct program *p = s->p;
	uint32_t function = program_call(p, wait)->caller;
	struct loop_candidate candidate = { .function = function,
					    .wait = wait,
					    .distance = s->distance[function],
					    .steps = loop_chain_length(s, wait) };

	for (uint32_t l = program_call(p, wait)->loop; l; l = program_item(p, loops, struct loop, l)->outer) {
		candidate.loop = l;
		if (is_counted(p, program_item(p, loops, struct loop, l)) || only_retries(s, &candidate) ||
		    !add_candidate(s, candidate))
			continue;
		if (!is_fetched(s, wait) && loop_fetches(p, function, l)) {
			s->fetches[function] = 1;
			carry_on(s, wait);
		}
		return;
	}
	candidate.loop = 0;
	candidate.again = calls_itself(p, wait);
	if (candidate.again && add_candidate(s, candidate))
		return;
	carry_on(s, wait);
}

static void free_array(gpointer array)
{
	g_array_free(array, TRUE);
}

void loops_find(struct program *p)
{
	struct loop_search s = {
		.p = p,
		.callers = g_hash_table_new_full(NULL, NULL, NULL, free_array),
		.chain = g_hash_table_new(NULL, NULL),
		.carried = g_hash_table_new_full(NULL, NULL, NULL, free_array),
		.queue = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
		.found = g_array_new(FALSE, FALSE, sizeof(struct loop_candidate)),
		.distance = g_new(uint32_t, p->functions->len),
		.fetches = g_new0(uint8_t, p->functions->len),
		.on_loop = g_new0(uint8_t, p->functions->len),
		.slots = g_new0(uint8_t, p->slots->len),
	};

	p->on_thread = arena_new_array(p->arena, uint8_t, p->functions->len);
	loops_measure(&s);
	for (uint32_t i = 1; i < p->calls->len; i++) {
		struct call call = *program_call(p, i);

		if (is_wait(p, &call))
			g_array_append_val(s.queue, i);
		else if (call.callee)
			note_call(s.callers, call.callee, i);
	}
	for (guint i = 0; i < s.queue->len; i++)
		look_outwards(&s, g_array_index(s.queue, uint32_t, i));
	loops_accept(&s);
	g_hash_table_destroy(s.callers);
	g_hash_table_destroy(s.chain);
	g_hash_table_destroy(s.carried);
	g_array_free(s.queue, TRUE);
	g_array_free(s.found, TRUE);
	g_free(s.distance);
	g_free(s.fetches);
	g_free(s.on_loop);
	g_free(s.slots);
}
