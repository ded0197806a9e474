/*
 * ready: a call that reads once where the program has just been told that there is something to read.
 *
 *      if (revents & POLLIN)                   told by the bits that a loop hands over,
 *              recv(fd, ...);
 *      if (poll(&watched, 1, 100) > 0)         by a wait that has ended before its time,
 *              read(fd, ...);
 *      if (FD_ISSET(fd, &readable))            by a set of descriptors,
 *              accept(fd, ...);
 *      event_new(base, s->fd, EV_READ, cb, s)  or by being called back for that, by a library or the program's own
 *                                              dispatch.
 *
 * One read then returns what is there. A second one, or one in a loop of its own, may wait, as does one of a descriptor
 * that somebody else was told of: so the question must be asked in the function that reads, or in one that hands the
 * descriptor down to it.
 */
#include "program/value.h"

#include <string.h>

enum { MAX_CALLERS = 4, MAX_DEPTH = 10 };

/* FD_ISSET() looks into a set of descriptors, and is a call in some C libraries. */
static bool looks_into_set(const struct program_function *f, const struct node *n)
{
	const char *name = n->symbol ? node_name(f, n) : "";

	return (n->kind == NODE_FIELD && g_str_has_prefix(name, "fd_set.")) ||
	       strcmp(facts_string(f->facts, n->macro), "FD_ISSET") == 0;
}

static bool waits(struct program *p, const struct program_function *f, const struct node *n)
{
	return function_effect(p, n->symbol ? link_symbol(p, f->unit - 1, n->symbol) : 0, EFFECT_WAITS);
}

/* Whether a condition asks if there is something to read. */
static bool asks(struct program *p, const struct program_function *f, uint32_t node, unsigned depth)
{
	const struct node *n = function_node(f, node);
	uint32_t count;

	if (watched_names(facts_string(f->facts, n->text), true) ||
	    watched_names(facts_string(f->facts, n->macro), true) || looks_into_set(f, n) ||
	    (n->kind == NODE_CALL && waits(p, f, n)))
		return true;
	if (depth > MAX_DEPTH)
		return false;
	if (n->kind == NODE_LOCAL) {
		const struct definition *d = definitions_of(p, f, (uint32_t)n->value, &count);

		return count == 1 && d->value && asks(p, f, d->value, depth + 4);
	}
	for_each_child(child, f->facts, n)
		if (asks(p, f, child, depth + 1))
			return true;
	return false;
}

static bool spells_constant(const struct program_function *f, uint32_t node, const char *name, unsigned depth)
{
	const struct node *n = function_node(f, node);

	if (n->kind == NODE_CONST && strcmp(facts_string(f->facts, n->text), name) == 0)
		return true;
	if (depth <= MAX_DEPTH)
		for_each_child(child, f->facts, n)
			if (spells_constant(f, child, name, depth + 1))
				return true;
	return false;
}

bool ready_asked(const struct program *p, const struct call *call, const char *constant)
{
	const struct program_function *f = program_function(p, call->caller);

	for (uint32_t i = constant ? call->guard : 0; i; i = program_item(p, guards, struct guard, i)->outer)
		if (spells_constant(f, program_item(p, guards, struct guard, i)->node, constant, 0))
			return true;
	return false;
}

/* Whether a guard of the call asks so, in the same turn of the innermost loop. */
static bool asked_for(struct program *p, const struct call *call)
{
	const struct program_function *f = program_function(p, call->caller);

	for (uint32_t i = call->guard; i; i = program_item(p, guards, struct guard, i)->outer) {
		uint32_t node = program_item(p, guards, struct guard, i)->node;

		if (body_region(p, f, node).loop == call->loop && asks(p, f, node, 0))
			return true;
	}
	return false;
}

static bool reads(const struct program *p, uint32_t callee)
{
	const struct model *model = callee ? program_function(p, callee)->model : NULL;

	for (size_t i = 0; model && i < model->effect_count; i++)
		if (model->effects[i]->input)
			return true;
	return false;
}

/* Whether something was read before, under the same guard or on the way to it. */
static bool is_second(struct program *p, const struct instance *in, const struct call *call)
{
	const struct program_function *f = program_function(p, call->caller);

	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
		const struct call other = *program_call(p, i);

		if (other.node < call->node && reads(p, other.callee) && !other.leaves &&
		    value_guard(p, in, other.guard, call->guard, 8) == TRUTH_TRUE)
			return true;
	}
	return false;
}

/* The parameter (from 0) that a call reads from; -1: it is none. */
static int64_t handed_descriptor(struct program *p, const struct call *call, unsigned argument)
{
	uint32_t node = argument ? call_argument(p, call, argument) : 0;

	return node ? mode_parameter(p, call->caller, node) : -1;
}

/* The field or global that a call reads from; 0: another thing. */
static uint32_t read_slot(struct program *p, const struct call *call, unsigned argument)
{
	uint32_t node = argument && !call->loop ? call_argument(p, call, argument) : 0;

	return node ? mode_slot(p, call->caller, node) : 0;
}

/* Whether a call that registers is handed what is in the slot. *readable: and a bit for something to read. */
static bool is_handed(struct program *p, uint32_t function, uint32_t call, uint32_t slot, bool *readable)
{
	const struct program_function *f = program_function(p, function);
	bool same = false;

	*readable = false;
	for_each_child(argument, f->facts, function_node(f, call)) {
		*readable |= asks(p, f, argument, MAX_DEPTH - 3);
		same |= mode_slot(p, function, argument) == slot;
	}
	return same;
}

/* A loop of the program's own is asked for reading unless its words speak of writing. */
static bool hands_over_to_read(struct program *p, const struct instance *in, const struct call *handing)
{
	const struct program_function *f = program_function(p, handing->caller);
	g_autofree char *name = g_ascii_strdown(handing->callee ? program_function(p, handing->callee)->name : "", -1);

	for (unsigned i = 1; i <= call_arguments(p, handing); i++)
		if (asks(p, f, call_argument(p, handing, i), MAX_DEPTH - 3))
			return true;
	return in->parent && !strstr(name, "write") && !strstr(name, "output");
}

/* Whether a callback reads from the descriptor that it was handed over with, to be called back for: a dispatch asks epoll. */
static bool called_for(struct program *p, const struct instance *in, const struct call *call, unsigned argument)
{
	int64_t parameter = call->loop ? -1 : handed_descriptor(p, call, argument);
	uint32_t slot = read_slot(p, call, argument);
	struct call handing;
	bool readable;

	if ((parameter < 0 && !slot) || !watched_by(p, in, &handing) || !hands_over_to_read(p, in, &handing))
		return false;
	if (parameter >= 0)
		return parameter == watched_parameter(p, in->function);
	return is_handed(p, handing.caller, handing.node, slot, &readable);
}

bool ready_told(struct program *p, const struct instance *in, const struct call *call, const struct effect *effect)
{
	struct call at = *call;
	const struct instance *path = in;
	unsigned argument = (unsigned)effect->descriptor;

	if (!effect->input || is_second(p, in, call))
		return false;
	for (unsigned i = 0; i < MAX_CALLERS; i++) {
		if (asked_for(p, &at) || called_for(p, path, &at, argument))
			return true;
		int64_t parameter = at.loop ? -1 : handed_descriptor(p, &at, argument);
		if (parameter < 0 || !path->parent || !path->call)
			return false;
		at = *program_call(p, path->call);
		path = program_instance(p, path->parent);
		argument = (unsigned)parameter + 1;
		if (is_second(p, path, &at))
			return false;
	}
	return false;
}
