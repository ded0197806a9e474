/*
 * memory: paths to what is in memory and on no disk: /proc, /sys, /run, /dev/shm.
 *
 * A text is known by how it begins. It is a literal, or is made by a call that a pack describes (`makes_text`): from a
 * format, from its first part, or by the library alone. From there it goes where all values go (value.c): through
 * variables, fields, parameters and results. An array of characters holds what was last written into it on the way.
 */
#include "program/value.h"

#include <string.h>

enum {
	MAX_WRITERS = 3,     /* functions inside functions that write a text where their caller says */
	MAX_FORMAT_DEPTH = 4 /* where what is printed at the beginning of a text is looked at */
};

/* proc(5), sysfs(5), file-hierarchy(7), shm_overview(7), random(4), null(4). */
static const char *const kept_in_memory[] = { "/proc",        "/sys",        "/run",      "/var/run", "/dev/shm",
					      "/dev/urandom", "/dev/random", "/dev/null", "/dev/zero" };

bool memory_holds(const char *path)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kept_in_memory); i++)
		if (g_str_has_prefix(path, kept_in_memory[i])) {
			char next = path[strlen(kept_in_memory[i])];

			return next == '\0' || next == '/' || next == '%'; /* "/sys%s/uevent" */
		}
	return false;
}

static struct program_value memory_path(bool in_memory)
{
	return (struct program_value){ .in_memory = in_memory };
}

/* The argument that a text made from argument `n` begins with: for "%s/uevent" the one behind the format. */
static unsigned first_part(const struct program_function *f, const struct program *p, const struct call *call,
			   unsigned n)
{
	uint32_t node = call_argument(p, call, n);
	const char *format = "";

	if (node && function_node(f, node)->kind == NODE_STRING)
		format = facts_string(f->facts, function_node(f, node)->text);
	return g_str_has_prefix(format, "%s") ? n + 1 : g_str_has_prefix(format, "%.*s") ? n + 2 : n;
}

/* Whether what is made by `e` from the arguments of a call begins with such a path. */
static bool made_in_memory(struct program *p, const struct instance *in, const struct call *call,
			   const struct effect *e, unsigned depth)
{
	const struct program_function *f = program_function(p, in->function);
	uint32_t node;

	if (e->begins)
		return memory_holds(e->begins);
	node = call_argument(p, call, first_part(f, p, call, (unsigned)e->from_argument));
	if (!node)
		return false;
	struct program_value value = value_eval(p, in, node, depth + 1);
	const struct node *n = function_node(f, node);
	if (!value.in_memory && n->kind == NODE_PARAM && !in->root) /* whoever calls: what all of them pass */
		value = stored_parameter(p, in->function, (uint32_t)n->value);
	return value.in_memory;
}

bool memory_of_format(struct program *p, const struct instance *in, const struct call *call, unsigned n)
{
	unsigned part = first_part(program_function(p, in->function), p, call, n);
	uint32_t node = part > n ? call_argument(p, call, part) : 0;

	return node && value_eval(p, in, node, MAX_FORMAT_DEPTH).in_memory;
}

struct program_value memory_of_call(struct program *p, const struct instance *in, uint32_t node, uint32_t callee,
				    unsigned depth)
{
	const struct model *model = program_function(p, callee)->model;
	struct call call = { .caller = in->function, .node = node, .callee = callee };

	for (size_t i = 0; model && i < model->effect_count; i++)
		if (model->effects[i]->kind == EFFECT_MAKES_TEXT && !model->effects[i]->to_argument)
			return memory_path(made_in_memory(p, in, &call, model->effects[i], depth));
	return value_unknown;
}

/* --- texts that are written where an argument points --- */

enum written { WRITTEN_NOT, WRITTEN_ELSEWHERE, WRITTEN_IN_MEMORY };

static enum written of_library(struct program *p, const struct instance *in, const struct call *call, unsigned argument,
			       unsigned depth)
{
	const struct model *model = program_function(p, call->callee)->model;

	for (size_t i = 0; model && i < model->effect_count; i++) {
		const struct effect *e = model->effects[i];

		if (e->kind != EFFECT_MAKES_TEXT || e->to_argument != (int)argument)
			continue;
		if (made_in_memory(p, in, call, e, depth))
			return WRITTEN_IN_MEMORY;
		return e->from_argument == e->to_argument ? WRITTEN_NOT
							  : WRITTEN_ELSEWHERE; /* strcat: begins as before */
	}
	return WRITTEN_NOT;
}

/* What a call leaves where its argument (from 1) points. */
static enum written written_by(struct program *p, const struct instance *in, const struct call *call, unsigned argument,
			       unsigned depth)
{
	const struct program_function *callee = program_function(p, call->callee);
	struct instance as = { .function = call->callee };

	if (!callee->fact)
		return of_library(p, in, call, argument, depth);
	if (p->nested >= MAX_WRITERS || argument > callee->fact->params)
		return WRITTEN_NOT;
	p->nested++;
	value_bind(p, in, call, callee->paths, &as);
	bool in_memory = memory_written(p, &as, argument - 1, UINT32_MAX, depth + 4);
	p->nested--;
	return in_memory ? WRITTEN_IN_MEMORY : WRITTEN_NOT;
}

static const struct node *without_brackets(const struct program_function *f, uint32_t node)
{
	const struct node *n = function_node(f, node);

	while (n->first && (n->kind == NODE_ADDRESS || n->kind == NODE_INDEX))
		n = function_node(f, n->first);
	return n;
}

/* What a local that is set once stands for: `buf` after `char *to = buf`, as macros write it. */
static const struct node *behind_alias(const struct program *p, const struct program_function *f, const struct node *n)
{
	uint32_t count = 0;
	const struct definition *d = n->kind == NODE_LOCAL ? definitions_of(p, f, (uint32_t)n->value, &count) : NULL;

	return count == 1 && d->value && !d->field ? without_brackets(f, d->value) : n;
}

/* The argument of a call, from 1, that is this variable, its address or that of an element; 0: none. */
static unsigned argument_of(const struct program *p, const struct program_function *f, const struct call *call,
			    uint32_t variable)
{
	unsigned count = call_arguments(p, call);

	for (unsigned i = 1; i <= count; i++) {
		const struct node *n = without_brackets(f, call_argument(p, call, i));

		if (n->kind == NODE_LOCAL && n->value != variable)
			n = behind_alias(p, f, n);
		if ((n->kind == NODE_LOCAL || n->kind == NODE_PARAM) && n->value == variable)
			return i;
	}
	return 0;
}

/* Whether `at` stands inside of the arguments of a call. */
static bool is_inside(const struct program_function *f, uint32_t call, uint32_t at)
{
	uint32_t last = call;

	for (uint32_t child = function_node(f, last)->first; child; child = function_node(f, last)->first)
		for (last = child; function_node(f, last)->next;)
			last = function_node(f, last)->next;
	return at >= call && at <= last;
}

bool memory_written(struct program *p, const struct instance *in, uint32_t variable, uint32_t at, unsigned depth)
{
	const struct program_function *f = program_function(p, in->function);
	uint32_t guard = at == UINT32_MAX ? 0 : body_region(p, f, at).guard;
	enum written state = WRITTEN_NOT;

	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
		const struct call call = *program_call(p, i);
		bool before = call.callee && !call.cleanup && call.node < at && !is_inside(f, call.node, at);
		unsigned argument = before ? argument_of(p, f, &call, variable) : 0;
		enum written one = argument ? written_by(p, in, &call, argument, depth) : WRITTEN_NOT;

		if (one == WRITTEN_NOT)
			continue;
		enum truth made = value_guard(p, in, call.guard, guard, depth + 5);
		if (made == TRUTH_TRUE || (made == TRUTH_UNKNOWN && state != WRITTEN_ELSEWHERE))
			state = one;
	}
	return state == WRITTEN_IN_MEMORY;
}

struct program_value memory_after(struct program *p, const struct instance *in, uint32_t node, unsigned argument,
				  unsigned depth)
{
	const struct program_function *f = program_function(p, in->function);
	const struct node *n = function_node(f, node);
	struct call call = { .caller = in->function, .node = node };

	call.callee = n->symbol ? link_symbol(p, f->unit - 1, n->symbol) : 0;
	return memory_path(call.callee && written_by(p, in, &call, argument, depth) == WRITTEN_IN_MEMORY);
}

bool names_memory_file(struct program *p, const struct instance *in, const struct node *call)
{
	const struct program_function *f = program_function(p, in->function);

	for_each_child(argument, f->facts, call) {
		struct program_value value = value_of(p, in, argument);

		if (value.in_memory || value.mode == MODE_NEVER)
			return true;
	}
	return false;
}
