/*
 * shield: calls that a cancellation is held back from.
 *
 *      offload_shield(true);
 *      offload_await(&undo);       waits as if nobody had cancelled
 *      offload_shield(false);
 *
 * What is held back for some callers of a function only is not held back.
 */
#include "program/completion.h"
#include "program/value.h"

enum { MAX_DEPTH = 3, MAX_CALLERS = 40 };

/* Whether who comes to the second node has been at the first: that is under no condition that the second is not. */
static bool stands_before(const struct program *p, const struct program_function *f, uint32_t first, uint32_t second)
{
	uint32_t wanted = body_region(p, f, first).guard;

	for (uint32_t guard = body_region(p, f, second).guard; guard != wanted;
	     guard = program_item(p, guards, struct guard, guard)->outer)
		if (!guard)
			return false;
	return true;
}

/* The last call before a node that holds cancellations back, or lets them through again; NULL: there is none. */
static const struct call *last_before(const struct program *p, const struct program_function *f, uint32_t node)
{
	const struct call *last = NULL;

	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
		const struct call *call = program_call(p, i);

		if (!call->cleanup && call->node < node && cancel_role(p, call->callee) & CANCEL_SHIELDS &&
		    (!last || call->node > last->node))
			last = call;
	}
	return last;
}

static bool turns_on(const struct program *p, const struct program_function *f, const struct call *call)
{
	uint32_t argument = call_argument(p, call, 1);
	const struct node *n = argument ? function_node(f, argument) : NULL;

	return n && n->kind == NODE_CONST && n->value != 0;
}

static bool covers(struct program *p, const struct program_function *f, uint32_t node, unsigned depth)
{
	uint32_t function = (uint32_t)(f - program_function(p, 0)), callers = 0;
	const struct call *last = last_before(p, f, node);

	if (last)
		return turns_on(p, f, last) && stands_before(p, f, last->node, node);
	callers_index(p);
	for (uint32_t i = depth < MAX_DEPTH ? p->calls_of[function] : 0; i; i = p->next_call_of[i]) {
		const struct call *call = program_call(p, i);

		if (callers++ == MAX_CALLERS || !covers(p, program_function(p, call->caller), call->node, depth + 1))
			return false;
	}
	return callers > 0;
}

bool shield_covers(struct program *p, const struct program_function *f, uint32_t call)
{
	return p->shields && covers(p, f, call, 0);
}
