/*
 * descriptor: whether the descriptor that a call reads or writes can block it.
 *
 * Looked for in the function itself: where the descriptor was opened, with which flags, and whether something made it
 * non-blocking since: a call that a pack names, or a function of the program that hands its parameter on to one.
 * One that is kept in a field is looked for in every assignment to that field of the program: it blocks only if each of
 * them stores one that does, and nothing makes the field's descriptor non-blocking. A parameter is unknown.
 */
#include "program/internal.h"

#include <string.h>

enum { MAX_WRAPPERS = 4 };

/* The variable that an expression is, or is an element of; -1 if none. */
static int64_t base_variable(const struct program_function *f, uint32_t node)
{
	while (node) {
		const struct node *n = function_node(f, node);

		if (n->kind == NODE_LOCAL || n->kind == NODE_PARAM)
			return n->value;
		if (n->kind != NODE_INDEX && n->kind != NODE_ADDRESS && n->kind != NODE_DEREF)
			return -1;
		node = n->first;
	}
	return -1;
}

static const struct effect *effect_of(const struct program_function *f, enum effect_kind kind)
{
	for (size_t i = 0; f->model && i < f->model->effect_count; i++)
		if (f->model->effects[i]->kind == kind)
			return f->model->effects[i];
	return NULL;
}

enum mode { MODE_UNCHANGED, MODE_NONBLOCKING, MODE_BLOCKING };

static enum mode last_mode(struct program *p, uint32_t function, uint32_t variable, uint32_t before, unsigned depth);

static bool speaks_of(const struct program *p, const struct call *call, unsigned argument, uint32_t variable)
{
	uint32_t node = call_argument(p, call, argument);

	return node && base_variable(program_function(p, call->caller), node) == variable;
}

/* The mode that `call` brings the descriptor in `variable` of its caller into. */
static enum mode mode_after(struct program *p, const struct call *call, uint32_t variable, unsigned depth)
{
	const struct program_function *callee = program_function(p, call->callee);
	struct instance anyone = { .function = call->caller };
	enum mode mode = MODE_UNCHANGED;

	for (size_t i = 0; callee->model && i < callee->model->effect_count; i++) {
		const struct effect *e = callee->model->effects[i];
		bool sets = e->kind == EFFECT_SETS_NONBLOCKING, clears = e->kind == EFFECT_SETS_BLOCKING;

		if (!(sets || clears) || !speaks_of(p, call, (unsigned)e->descriptor, variable))
			continue;
		enum truth holds = value_effect(p, &anyone, call, e);
		if (sets && holds != TRUTH_FALSE)
			return MODE_NONBLOCKING; /* `flags | O_NONBLOCK` whatever flags is; and in doubt */
		if (clears && holds == TRUTH_TRUE)
			mode = MODE_BLOCKING;
	}
	for (unsigned i = 0; mode == MODE_UNCHANGED && callee->fact && depth < MAX_WRAPPERS && i < callee->fact->params;
	     i++)
		if (speaks_of(p, call, i + 1, variable))
			mode = last_mode(p, call->callee, i, UINT32_MAX, depth + 1);
	return mode;
}

/* What the calls before node `before` leave the descriptor in; the last one that says something counts. */
static enum mode last_mode(struct program *p, uint32_t function, uint32_t variable, uint32_t before, unsigned depth)
{
	const struct program_function *f = program_function(p, function);
	enum mode mode = MODE_UNCHANGED;

	for (uint32_t i = 0; i < f->calls; i++) {
		struct call call = *program_call(p, f->first_call + i);
		bool speaks = call.callee && !call.cleanup && call.node < before;
		enum mode after = speaks ? mode_after(p, &call, variable, depth) : MODE_UNCHANGED;

		if (after != MODE_UNCHANGED)
			mode = after;
	}
	return mode;
}

/* A literal path into /proc or /sys: the kernel answers from memory (man 5 proc, man 5 sysfs). */
static bool opens_kernel_file(const struct program_function *f, const struct node *call)
{
	for_each_child(argument, f->facts, call) {
		const struct node *n = function_node(f, argument);
		const char *path = n->kind == NODE_STRING ? facts_string(f->facts, n->text) : "";

		if (strncmp(path, "/proc/", 6) == 0 || strncmp(path, "/sys/", 5) == 0)
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
	if (opens_kernel_file(f, n)) {
		out->blocks = TRUTH_FALSE;
		return true;
	}
	out->blocks = nonblocking == TRUTH_TRUE ? TRUTH_FALSE : nonblocking == TRUTH_FALSE ? TRUTH_TRUE : TRUTH_UNKNOWN;
	return true;
}

/* Of a variable where node `before` stands. */
static struct descriptor variable_state(struct program *p, const struct instance *in, uint32_t variable,
					uint32_t before)
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
	enum mode mode = last_mode(p, in->function, variable, before, 0);
	if (mode != MODE_UNCHANGED)
		state.blocks = mode == MODE_NONBLOCKING ? TRUTH_FALSE : TRUTH_TRUE;
	return state;
}

/* What is stored in a field or global, anywhere in the program. */
struct stored {
	uint32_t function, value;
};

static void note_stored(struct program *p, uint32_t slot, uint32_t function, uint32_t value)
{
	GArray *list = g_hash_table_lookup(p->stored, GUINT_TO_POINTER(slot));
	struct stored stored = { .function = function, .value = value };

	if (!list) {
		list = g_array_new(FALSE, FALSE, sizeof stored);
		g_hash_table_insert(p->stored, GUINT_TO_POINTER(slot), list);
	}
	g_array_append_val(list, stored);
}

static void free_list(gpointer list)
{
	g_array_free(list, TRUE);
}

static void index_stored(struct program *p)
{
	p->stored = g_hash_table_new_full(NULL, NULL, NULL, free_list);
	for (uint32_t i = 1; i < p->functions->len; i++) {
		const struct program_function f = *program_function(p, i);

		for (uint32_t k = f.fact ? f.fact->body : 0; k && k < f.end_node; k++) {
			const struct node *n = function_node(&f, k);

			if (n->kind != NODE_ASSIGN || n->op)
				continue;
			uint8_t place = function_node(&f, n->first)->kind;
			uint32_t slot =
				place == NODE_FIELD || place == NODE_GLOBAL ? pointers_slot_of(p, i, n->first) : 0;
			if (slot)
				note_stored(p, slot, i, function_node(&f, n->first)->next);
		}
	}
}

/* Whether any call of the program brings the descriptor in `slot` into non-blocking mode. */
static bool made_nonblocking(struct program *p, uint32_t slot)
{
	for (uint32_t i = 1; i < p->calls->len; i++) {
		struct call call = *program_call(p, i);
		const struct model *model =
			call.callee && !call.cleanup ? program_function(p, call.callee)->model : NULL;

		for (size_t k = 0; model && k < model->effect_count; k++) {
			uint32_t argument = model->effects[k]->kind == EFFECT_SETS_NONBLOCKING
						    ? call_argument(p, &call, (unsigned)model->effects[k]->descriptor)
						    : 0;

			if (argument && pointers_slot_of(p, call.caller, argument) == slot)
				return true;
		}
	}
	return false;
}

static struct descriptor stored_state(struct program *p, const struct stored *stored)
{
	const struct program_function *f = program_function(p, stored->function);
	struct instance anyone = { .function = stored->function };
	struct descriptor state = { .blocks = TRUTH_UNKNOWN };
	const struct node *n = function_node(f, stored->value);

	if (n->kind == NODE_CALL)
		opened_by(p, &anyone, stored->value, &state);
	else if (n->kind == NODE_LOCAL)
		state = variable_state(p, &anyone, (uint32_t)n->value, UINT32_MAX);
	else if (n->kind == NODE_CONST || (n->kind == NODE_UNARY && n->op == OP_NEG))
		state.blocks = TRUTH_TRUE; /* -1: no descriptor */
	return state;
}

static struct descriptor field_state(struct program *p, uint32_t slot)
{
	struct descriptor state = { .blocks = TRUTH_UNKNOWN };

	if (!p->stored)
		index_stored(p);
	const GArray *list = g_hash_table_lookup(p->stored, GUINT_TO_POINTER(slot));
	for (guint i = 0; list && i < list->len; i++) {
		struct descriptor one = stored_state(p, &g_array_index(list, struct stored, i));

		if (one.blocks != TRUTH_TRUE)
			return (struct descriptor){ .blocks = TRUTH_UNKNOWN };
		if (one.opens)
			state.opens = one.opens;
	}
	if (!state.opens || made_nonblocking(p, slot))
		return (struct descriptor){ .blocks = TRUTH_UNKNOWN };
	state.blocks = TRUTH_TRUE;
	return state;
}

struct descriptor descriptor_state(struct program *p, const struct instance *in, const struct call *call,
				   unsigned argument)
{
	const struct program_function *f = program_function(p, in->function);
	uint32_t node = call_argument(p, call, argument);
	struct descriptor state = { .blocks = TRUTH_UNKNOWN };

	if (!node)
		return state;
	const struct node *n = function_node(f, node);
	if (n->kind == NODE_CONST && n->value == 0)
		return (struct descriptor){ .blocks = TRUTH_TRUE, .opens = "terminal" };
	if (n->kind == NODE_CALL)
		opened_by(p, in, node, &state);
	else if (base_variable(f, node) >= 0)
		return variable_state(p, in, (uint32_t)base_variable(f, node), call->node);
	else if (n->kind == NODE_FIELD || n->kind == NODE_GLOBAL)
		return field_state(p, pointers_slot_of(p, in->function, node));
	return state;
}
