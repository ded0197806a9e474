/*
 * severity: how much one call hurts the loop.
 *
 *      what the call takes                                   severity
 *      no bound                                              high; a disk's: medium
 *      50 ms and more                                        high
 *      5 ms and more (a frame, a round trip)                 medium
 *      less                                                  low
 *      made again in each turn of a loop on the path         one level more, unless an `if` in that loop guards it,
 *                                                            or the loop walks a table of functions
 *      ... of a loop that turns N times                      what it takes times N, instead
 *      before the loop runs                                  low
 *      runs a loop of its own                                high
 *      only in a client program, which holds up its own user one level less
 *
 * What a call takes is what its arguments say (usleep(100)), or else the bound of the pack, if it is a disk that answers. docs/architecture.md has
 * the same table.
 */
#include "check/internal.h"
#include "program/contexts.h"

#include <string.h>

enum { LONG_US = 5000, VERY_LONG_US = 50000, SHORT_US = 1000 /* `cost: bounded` without a number */ };

/* How often a loop over a counter turns: `for (i = 0; i < 5; i++)`; 0: not known. */
static int64_t turns_of(struct program *p, uint32_t index)
{
	const struct loop *loop = program_item(p, loops, struct loop, index);
	const struct program_function *f = program_function(p, loop->function);
	struct instance anyone = { .function = loop->function };
	const struct node *n = function_node(f, loop->node), *init = function_node(f, n->first);
	const struct node *condition = function_node(f, init->next), *step = function_node(f, condition->next);
	int64_t from, to;

	if (loop_turns_once(p, index))
		return 1;
	if (init->kind != NODE_ASSIGN || step->kind != NODE_UNARY || step->op != OP_INCREMENT ||
	    condition->kind != NODE_BINARY || (condition->op != OP_LT && condition->op != OP_LE))
		return 0;
	struct program_value first = value_of(p, &anyone, function_node(f, init->first)->next);
	struct program_value last = value_of(p, &anyone, function_node(f, condition->first)->next);
	if (!value_is_constant(&first, &from) || !value_is_constant(&last, &to) || to < from)
		return 0;
	return to - from + (condition->op == OP_LE);
}

/* Whether a place under `guard` is reached only in some turns of the loop: an `if` stands around it in there. What the
 * loop asks before each turn is none, nor is a part of that. */
static bool guarded_in(const struct program *p, const struct program_function *f, uint32_t guard, uint32_t loop)
{
	uint32_t node = program_item(p, loops, struct loop, loop)->node;
	const struct node *n = function_node(f, node);
	uint32_t condition = function_node(f, n->first)->next, step = function_node(f, condition)->next;

	for (; guard; guard = program_item(p, guards, struct guard, guard)->outer) {
		const struct guard *g = program_item(p, guards, struct guard, guard);

		if (g->node <= node)
			return false;
		if ((g->node < condition || g->node >= step) && !g->exited)
			return true;
	}
	return false;
}

struct repetition {
	bool open; /* in a loop that turns nobody knows how often */
	int64_t turns;
};

/* Loops around `call`, out to `scope` (0: the whole function); false once an `if` stands on the way. */
static bool count_loops(struct program *p, const struct call *call, uint32_t scope, struct repetition *out)
{
	const struct program_function *f = program_function(p, call->caller);
	bool free = true;

	for (uint32_t l = call->leaves ? 0 : call->loop; l && l != scope;
	     l = program_item(p, loops, struct loop, l)->outer) {
		free = !guarded_in(p, f, call->guard, l);
		if (!free)
			break;
		int64_t turns = turns_of(p, l);
		if (turns && out->turns < VERY_LONG_US)
			out->turns *= turns;
		out->open |= !turns;
	}
	for (uint32_t g = call->guard; free && g; g = program_item(p, guards, struct guard, g)->outer)
		free = program_item(p, guards, struct guard, g)->exited;
	return free;
}

static void count_target(uint32_t function, uint32_t target, void *data)
{
	(void)function;
	(void)target;
	++*(unsigned *)data;
}

/* A loop around a call that reaches many functions walks a table: each gets its turn once. */
static bool walks_table(struct program *p, const struct call *call)
{
	unsigned targets = 0;

	if (!call->callee)
		pointers_each(p, call->caller, call_node(p, call)->first, count_target, &targets);
	return targets > 1;
}

static struct repetition repetition_of(struct program *p, const struct loop_effect *effect)
{
	struct repetition r = { .turns = 1 };
	const struct instance *in = program_instance(p, effect->instance);
	bool free = count_loops(p, program_call(p, effect->call), in->loop, &r);

	while (free && in->parent) {
		const struct call *call = program_call(p, in->call);

		in = program_instance(p, in->parent);
		free = !walks_table(p, call) && count_loops(p, call, in->loop, &r);
	}
	return r;
}

/* Microseconds that one call takes; -1: there is no bound. */
static int64_t time_of(const struct loop_effect *effect)
{
	if (effect->time_us >= 0)
		return effect->time_us;
	if (effect->effect->category == CATEGORY_DISK && effect->opens && strcmp(effect->opens, "file") != 0)
		return -1; /* the bound of the pack is a disk's; the other end takes its time */
	if (effect->effect->cost != COST_BOUNDED)
		return -1;
	return effect->effect->bound_us ? effect->effect->bound_us : SHORT_US;
}

enum level severity_of(struct program *p, const struct loop_effect *effect)
{
	if (effect->startup)
		return LEVEL_LOW;
	bool for_client = programs_only_client(p, program_instance(p, effect->instance)->programs);
	if (!effect->effect || effect->effect->kind == EFFECT_RUNS_LOOP)
		return for_client ? LEVEL_MEDIUM : LEVEL_HIGH;
	struct repetition r = { .turns = 1 };
	if (effect->category != CATEGORY_WAIT) /* not a short lock */
		r = repetition_of(p, effect);
	int64_t us = time_of(effect);
	enum level level = us < 0 ? effect->category == CATEGORY_DISK ? LEVEL_MEDIUM : LEVEL_HIGH
			   : us * r.turns >= VERY_LONG_US ? LEVEL_HIGH
			   : us * r.turns >= LONG_US      ? LEVEL_MEDIUM
							  : LEVEL_LOW;
	level += r.open && level < LEVEL_HIGH;
	return for_client && level > LEVEL_LOW ? level - 1 : level;
}
