/*
 * loops_one: a wait for one descriptor, which is a call that blocks and no event loop.
 *
 *      select(fd + 1, &readable, NULL, NULL, NULL);            `fd` of this function, put into the set here
 *      select(self->sock + 1, &readable, NULL, NULL, NULL);    a field, put into the set here, and no time-out: with
 *                                                              one, it may be a loop with timers
 *      poll(&one, 1, -1);
 *
 * What a helper returns that fills the sets, or what is set again and again, is a maximum of several.
 */
#include "program/loops.h"

enum { SELECT_COUNT = 1, SELECT_TIMEOUT = 5 };

/* `FD_SET(fd, &set)`: its bit is `1 << fd % 64`. */
static bool is_put_in_set(struct program *p, uint32_t function, uint32_t descriptor)
{
	const struct program_function *f = program_function(p, function);
	const struct node *wanted = function_node(f, descriptor);
	uint32_t slot = wanted->kind == NODE_FIELD ? pointers_slot_of(p, function, descriptor) : 0;

	for (uint32_t node = f->fact->body; node < f->end_node; node++) {
		const struct node *n = function_node(f, node);

		if (n->kind != NODE_BINARY || n->op != OP_SHIFT_LEFT)
			continue;
		n = function_node(f, function_node(f, n->first)->next);
		if (n->kind != NODE_BINARY || n->op != OP_MODULO)
			continue;
		uint32_t put = n->first;
		n = function_node(f, put);
		if (n->kind != wanted->kind)
			continue;
		if (slot ? pointers_slot_of(p, function, put) == slot
			 : n->kind == NODE_LOCAL && n->value == wanted->value)
			return true;
	}
	return false;
}

/* A variable that is opened once, here; what a helper returns that fills the sets is a maximum. */
static bool is_opened_here(struct program *p, const struct program_function *f, const struct node *local)
{
	unsigned opened = 0;
	uint32_t all;
	const struct definition *d = definitions_of(p, f, (uint32_t)local->value, &all);

	for (uint32_t i = 0; i < all; i++) {
		enum node_kind kind = d[i].value ? function_node(f, d[i].value)->kind : NODE_EMPTY;

		if (kind != NODE_CALL && kind != NODE_CONST)
			return false;
		opened += kind == NODE_CALL;
	}
	return opened == 1;
}

/* `select(.., NULL)` waits for nothing else. */
static bool waits_for_ever(struct program *p, const struct call *call)
{
	const struct program_function *f = program_function(p, call->caller);
	uint32_t timeout = call_argument(p, call, SELECT_TIMEOUT);
	struct instance anyone = { .function = call->caller };
	int64_t number;

	if (!timeout || function_node(f, timeout)->kind == NODE_LOCAL)
		return false;
	struct program_value value = value_of(p, &anyone, timeout);
	return value_is_constant(&value, &number) && number == 0;
}

bool loop_waits_for_one(struct program *p, const struct call *call, const struct effect *e)
{
	const struct program_function *f = program_function(p, call->caller);
	uint32_t count = e->count_argument ? call_argument(p, call, (unsigned)e->count_argument) : 0;

	if (!count)
		return false;
	const struct node *n = function_node(f, count);
	if (n->kind == NODE_CONST)
		return n->value == 1;
	if (e->count_argument != SELECT_COUNT || n->kind != NODE_BINARY || n->op != OP_ADD)
		return false; /* poll() of `count + 1` waits for several */
	const struct node *left = function_node(f, n->first);
	if (left->kind == NODE_PARAM)
		return true;
	if (left->kind == NODE_FIELD)
		return waits_for_ever(p, call) && is_put_in_set(p, call->caller, n->first);
	return left->kind == NODE_LOCAL && is_opened_here(p, f, left) && is_put_in_set(p, call->caller, n->first);
}

struct opening {
	const struct program *p;
	bool only;
};

static void look_at_store(uint32_t function, uint32_t at, uint32_t value, bool initialiser, void *data)
{
	struct opening *o = data;
	const struct program_function *f = program_function(o->p, function);

	(void)at;
	(void)initialiser;
	o->only &= value && (function_node(f, value)->kind == NODE_CALL || function_node(f, value)->kind == NODE_CONST);
}

bool loop_waits_for_global(struct program *p, const struct call *wait, uint32_t count)
{
	const struct program_function *f = program_function(p, wait->caller);
	const struct node *n = function_node(f, count);
	uint32_t left = n->kind == NODE_BINARY && n->op == OP_ADD ? n->first : 0;
	struct opening opening = { p, left && function_node(f, left)->kind == NODE_GLOBAL };

	return opening.only && stored_each(p, pointers_slot_of(p, wait->caller, left), look_at_store, &opening) &&
	       opening.only;
}
