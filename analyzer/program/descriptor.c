/*
 * descriptor: whether the descriptor that a call reads or writes can block it.
 *
 * A descriptor is a value like others (value.c): what opened it, and whether it blocks. It comes from a call that a pack
 * names, through variables, fields (stored.c), parameters and what functions return; what was done to its mode since is
 * mode.c's. A handle (FILE *, SSL *) counts as the descriptor in it. Here it is put together for one place.
 */
#include "program/value.h"

#include <string.h>

/* The last place before `node` that puts another descriptor there: older changes of the mode are not of this one. */
static uint32_t opened_at(struct program *p, const struct instance *in, struct keeping kept, uint32_t node)
{
	const char *field = function_node(program_function(p, in->function), node)->kind == NODE_DEREF ? POINTEE : NULL;
	uint32_t value;

	return kept.kind == KEPT_IN_VARIABLE ? variable_since(p, in, kept.id, field, node)
					     : stored_before(p, in, kept.id, node, &value);
}

/* The mode that the path brought a slot into before this function was entered. */
static enum mode mode_on_entry(struct program *p, const struct instance *in, struct keeping kept)
{
	const struct program_value *value =
		kept.kind == KEPT_IN_SLOT ? instance_knows(p, in, ENVIRONMENT_SLOT | kept.id) : NULL;

	return value ? value->mode : MODE_UNKNOWN;
}

struct program_value descriptor_changed(struct program *p, const struct instance *in, uint32_t node,
					struct program_value value)
{
	struct keeping kept = mode_keeping(p, in->function, node);

	if (!kept.kind || (kept.kind == KEPT_IN_SLOT && !kept.id))
		return value;
	if (kept.kind == KEPT_IN_VARIABLE && !program_function(p, in->function)->changes_modes)
		return value;
	uint32_t since = opened_at(p, in, kept, node);
	enum mode mode = mode_at(p, in, kept, since, node);
	if (mode == MODE_UNKNOWN && !since)
		mode = mode_on_entry(p, in, kept);
	if (mode != MODE_UNKNOWN)
		value.mode = mode;
	return value;
}

/* The variable or slot behind `fds[1]`, `&fd`, `*fd`. */
static uint32_t without_brackets(const struct program_function *f, uint32_t node)
{
	for (const struct node *n = function_node(f, node);
	     n->first && (n->kind == NODE_INDEX || n->kind == NODE_ADDRESS || n->kind == NODE_DEREF);
	     n = function_node(f, node))
		node = n->first;
	return node;
}

/* `*fd`, of a parameter that tells it to the caller: what the function itself put there. */
static struct program_value pointee(struct program *p, const struct instance *in, uint32_t node)
{
	const struct program_function *f = program_function(p, in->function);
	const struct node *n = function_node(f, node);
	const struct node *pointer = n->kind == NODE_DEREF && n->first ? function_node(f, n->first) : NULL;

	if (!pointer || (pointer->kind != NODE_PARAM && pointer->kind != NODE_LOCAL))
		return value_unknown;
	struct program_value value = variable_value(p, in, (uint32_t)pointer->value, POINTEE, node, 0);
	return value.opens ? descriptor_changed(p, in, node, value) : value_unknown;
}

struct program_value descriptor_value(struct program *p, const struct instance *in, uint32_t node)
{
	const struct program_function *f = program_function(p, in->function);
	int64_t number;

	if (!node)
		return value_unknown;
	p->nested++;
	struct program_value value = pointee(p, in, node);
	p->nested--;
	if (value.opens)
		return value;
	node = without_brackets(f, node);
	p->nested++;
	value = value_eval(p, in, node, 0);
	p->nested--;
	if (value_is_constant(&value, &number) && number == 0 && function_node(f, node)->kind == NODE_CONST)
		return (struct program_value){ .mode = MODE_BLOCKING, .opens = "terminal" };
	return value.opens ? value : descriptor_changed(p, in, node, value); /* else value_eval has done so */
}

struct descriptor descriptor_state(struct program *p, const struct instance *in, const struct call *call,
				   const struct effect *effect)
{
	uint32_t node = call_argument(p, call, (unsigned)effect->descriptor);

	value_begin(p);
	struct program_value value = descriptor_value(p, in, node);
	struct descriptor state = { .opens = value.opens, .blocks = TRUTH_UNKNOWN };
	if (value.mode == MODE_BLOCKING || (effect->assume_blocking && value.mode == MODE_UNKNOWN))
		state.blocks = TRUTH_TRUE;
	else if (value.mode == MODE_NONBLOCKING || value.mode == MODE_NEVER)
		state.blocks = TRUTH_FALSE;
	return state;
}

/* --- what opens one --- */

/* What is accepted from where nobody has to be waited for is no more to be waited for. */
static bool comes_from_memory(struct program *p, const struct instance *in, const struct call *call)
{
	const struct effect *waits = function_effect(p, call->callee, EFFECT_BLOCKS);
	uint32_t from = waits && waits->descriptor ? call_argument(p, call, (unsigned)waits->descriptor) : 0;

	return from && descriptor_value(p, in, from).mode == MODE_NEVER;
}

static struct program_value opened_by(struct program *p, const struct instance *in, const struct call *call,
				      const struct effect *e)
{
	struct program_value value = { .mode = MODE_BLOCKING, .opens = e->opens };
	enum truth nonblocking = e->nonblocking.count ? value_conditions(p, in, call, &e->nonblocking) : TRUTH_FALSE;

	if (strcmp(e->opens, "memory") == 0 || names_memory_file(p, in, call_node(p, call)) ||
	    comes_from_memory(p, in, call))
		value.mode = MODE_NEVER;
	else if (nonblocking == TRUTH_TRUE)
		value.mode = MODE_NONBLOCKING;
	else if (nonblocking == TRUTH_UNKNOWN)
		value.mode = MODE_UNSURE;
	return value;
}

struct program_value descriptor_of_call(struct program *p, const struct instance *in, uint32_t node, uint32_t callee)
{
	const struct program_function *f = program_function(p, callee);
	struct call call = { .caller = in->function, .node = node, .callee = callee };

	const struct effect *perhaps = NULL;

	for (size_t i = 0; f->model && i < f->model->effect_count; i++) {
		const struct effect *e = f->model->effects[i];

		if (e->kind == EFFECT_TAKES_MODE && !e->to_argument)
			return descriptor_value(p, in, call_argument(p, &call, (unsigned)e->descriptor));
		if (e->kind != EFFECT_OPENS)
			continue;
		enum truth holds = value_effect(p, in, &call, e);
		if (holds == TRUTH_TRUE)
			return opened_by(p, in, &call, e);
		if (holds == TRUTH_UNKNOWN && !perhaps)
			perhaps = e;
	}
	return perhaps ? opened_by(p, in, &call, perhaps) : value_unknown;
}
