/*
 * descriptor: whether the descriptor that a call reads or writes can block it.
 *
 * Looked for in the function itself: where the descriptor was opened, with which flags, and whether something made it
 * non-blocking since: a call that a pack names, or a function of the program that hands its parameter on to one.
 * A descriptor that comes from elsewhere (a parameter, a field) is unknown.
 */
#include "program/internal.h"

#include <string.h>

enum { MAX_WRAPPERS = 4 };

static bool same_variable(const struct program_function *f, uint32_t node, uint32_t variable)
{
	const struct node *n = function_node(f, node);

	return (n->kind == NODE_LOCAL || n->kind == NODE_PARAM) && n->value == variable;
}

static const struct effect *effect_of(const struct program_function *f, enum effect_kind kind)
{
	for (size_t i = 0; f->model && i < f->model->effect_count; i++)
		if (f->model->effects[i]->kind == kind)
			return f->model->effects[i];
	return NULL;
}

static bool changes_mode(struct program *p, uint32_t function, uint32_t variable, enum effect_kind kind, unsigned depth);

/* Whether `call` brings the descriptor in `variable` of its caller into the mode of `kind`. */
static bool call_changes_mode(struct program *p, const struct call *call, uint32_t variable, enum effect_kind kind,
			      unsigned depth)
{
	const struct program_function *caller = program_function(p, call->caller);
	const struct program_function *callee = program_function(p, call->callee);
	struct instance anyone = { .function = call->caller };

	for (size_t i = 0; callee->model && i < callee->model->effect_count; i++) {
		const struct effect *e = callee->model->effects[i];
		uint32_t argument = e->kind == kind ? call_argument(p, call, (unsigned)e->descriptor) : 0;

		if (argument && same_variable(caller, argument, variable) &&
		    value_effect(p, &anyone, call, e) != TRUTH_FALSE)
			return true;
	}
	if (!callee->fact || depth >= MAX_WRAPPERS)
		return false;
	for (unsigned i = 0; i < callee->fact->params; i++) {
		uint32_t argument = call_argument(p, call, i + 1);

		if (argument && same_variable(caller, argument, variable) && changes_mode(p, call->callee, i, kind, depth + 1))
			return true;
	}
	return false;
}

static bool changes_mode(struct program *p, uint32_t function, uint32_t variable, enum effect_kind kind, unsigned depth)
{
	const struct program_function *f = program_function(p, function);

	for (uint32_t i = 0; i < f->calls; i++) {
		struct call call = *program_call(p, f->first_call + i);

		if (call.callee && !call.cleanup && call_changes_mode(p, &call, variable, kind, depth))
			return true;
	}
	return false;
}

/* What opened the descriptor that `value` is: a call with an `opens` effect. */
static bool opened_by(struct program *p, const struct instance *in, uint32_t value, struct descriptor *out)
{
	const struct program_function *f = program_function(p, in->function);
	const struct node *n = function_node(f, value);

	if (n->kind != NODE_CALL || !n->symbol)
		return false;
	uint32_t callee = link_symbol(p, f->unit - 1, n->symbol);
	const struct effect *e = callee ? effect_of(program_function(p, callee), EFFECT_OPENS) : NULL;
	if (!e)
		return false;
	struct call call = { .caller = in->function, .node = value, .callee = callee };
	enum truth nonblocking = e->nonblocking.count ? value_conditions(p, in, &call, &e->nonblocking) : TRUTH_FALSE;
	out->opens = e->opens;
	out->blocks = nonblocking == TRUTH_TRUE ? TRUTH_FALSE : nonblocking == TRUTH_FALSE ? TRUTH_TRUE : TRUTH_UNKNOWN;
	return true;
}

static struct descriptor variable_state(struct program *p, const struct instance *in, uint32_t variable)
{
	const struct program_function *f = program_function(p, in->function);
	struct descriptor state = { .blocks = TRUTH_UNKNOWN };
	bool opened = false;

	for (uint32_t i = 0; i < f->definitions; i++) {
		struct definition d = *program_item(p, definitions, struct definition, f->first_definition + i);
		struct descriptor one;

		if (d.variable != variable || !d.value)
			continue;
		if (!opened_by(p, in, d.value, &one))
			continue;
		if (opened && one.blocks != state.blocks)
			return (struct descriptor){ .blocks = TRUTH_UNKNOWN };
		state = one;
		opened = true;
	}
	if (changes_mode(p, in->function, variable, EFFECT_SETS_NONBLOCKING, 0))
		state.blocks = changes_mode(p, in->function, variable, EFFECT_SETS_BLOCKING, 0) ? TRUTH_UNKNOWN : TRUTH_FALSE;
	return state;
}

struct descriptor descriptor_state(struct program *p, const struct instance *in, const struct call *call, unsigned argument)
{
	const struct program_function *f = program_function(p, in->function);
	uint32_t node = call_argument(p, call, argument);
	struct descriptor state = { .blocks = TRUTH_UNKNOWN };

	if (!node)
		return state;
	const struct node *n = function_node(f, node);
	if (n->kind == NODE_CONST && n->value == 0)
		return (struct descriptor){ .blocks = TRUTH_TRUE, .opens = "terminal" };
	if (n->kind == NODE_LOCAL || n->kind == NODE_PARAM)
		return variable_state(p, in, (uint32_t)n->value);
	if (n->kind == NODE_CALL)
		opened_by(p, in, node, &state);
	return state;
}
