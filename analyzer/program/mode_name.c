/*
 * mode_name: under which names one function knows a descriptor.
 *
 *      peer->fd = fd;                          a field, a variable,
 *      channel = g_io_channel_unix_new(fd);    or a handle that a pack says it is in
 */
#include "program/value.h"

enum { MAX_NAMES = 4 };

/* The argument whose mode the result of a call shares: 1 of `dup(fd)`; 0: of none. */
static unsigned shared_argument(const struct program *p, uint32_t callee)
{
	const struct model *model = program_function(p, callee)->model;

	for (size_t i = 0; model && i < model->effect_count; i++)
		if (model->effects[i]->kind == EFFECT_TAKES_MODE && !model->effects[i]->to_argument)
			return (unsigned)model->effects[i]->descriptor;
	return 0;
}

/* The argument that the result of a call is another name for: `dup(fd)`, `channel = unix_new(fd)`; 0: none. */
static uint32_t shared_by(struct program *p, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(p, function);
	const struct node *n = function_node(f, node);

	if (n->kind != NODE_CALL || !n->symbol)
		return 0;
	struct call call = { .caller = function, .node = node, .callee = link_symbol(p, f->unit - 1, n->symbol) };
	unsigned shared = call.callee ? shared_argument(p, call.callee) : 0;
	return shared ? call_argument(p, &call, shared) : 0;
}

/* The node whose descriptor a variable, set once, or the result of a call is another name for; 0: none. */
static uint32_t named_by(struct program *p, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(p, function);
	const struct node *n = function_node(f, node);
	uint32_t count = 0;

	if (n->kind != NODE_LOCAL)
		return shared_by(p, function, node);
	const struct definition *d = definitions_of(p, f, (uint32_t)n->value, &count);
	return count == 1 && !d->field ? d->value : 0;
}

uint32_t mode_slot(struct program *p, uint32_t function, uint32_t node)
{
	for (unsigned depth = 0; node && depth < MAX_NAMES; depth++) {
		struct keeping kept = mode_keeping(p, function, node);

		if (kept.kind == KEPT_IN_SLOT)
			return kept.id;
		node = named_by(p, function, node);
	}
	return 0;
}

int64_t mode_parameter(struct program *p, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(p, function);
	uint32_t count;

	for (unsigned depth = 0; node && depth < MAX_NAMES; depth++) {
		const struct node *n = function_node(f, node);

		if (n->kind == NODE_PARAM)
			return definitions_of(p, f, (uint32_t)n->value, &count) ? -1 : n->value;
		node = named_by(p, function, node);
	}
	return -1;
}

/* A place of its own: an element of an array is kept with the others, of which each is another descriptor. */
static bool is_place(const struct node *n)
{
	return n->kind == NODE_LOCAL || n->kind == NODE_PARAM || n->kind == NODE_FIELD || n->kind == NODE_GLOBAL;
}

/* `peer->fd = fd`, `channel = unix_new(fd)`: whether one of the two was set to the other. */
static bool joins(struct program *p, uint32_t function, const struct node *assignment, struct keeping a,
		  struct keeping b)
{
	const struct program_function *f = program_function(p, function);
	uint32_t value = assignment->first ? function_node(f, assignment->first)->next : 0;

	if (value && function_node(f, value)->kind == NODE_CALL)
		value = shared_by(p, function, value);
	if (!value || !is_place(function_node(f, value)))
		return false;
	struct keeping to = mode_keeping(p, function, assignment->first), from = mode_keeping(p, function, value);
	return (keeping_same(to, a) && keeping_same(from, b)) || (keeping_same(to, b) && keeping_same(from, a));
}

bool mode_is_other_name(struct program *p, uint32_t function, struct keeping a, struct keeping b)
{
	const struct program_function *f = program_function(p, function);

	if (!a.kind || !b.kind)
		return false;
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i);

		if (n->kind == NODE_ASSIGN && !n->op && joins(p, function, n, a, b))
			return true;
	}
	return false;
}
