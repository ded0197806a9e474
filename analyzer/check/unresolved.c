/*
 * unresolved: indirect calls whose target is not known, as rules see them and as findings.
 */
#include "check/internal.h"

#include <stdarg.h>

static const struct unresolved_call *call_at(const struct program *p, uint32_t index)
{
	return program_item(p, unresolved, struct unresolved_call, index);
}

/* The expression that is called. */
static const struct node *callee_of(const struct program *p, const struct unresolved_call *unresolved)
{
	const struct call *call = program_call(p, unresolved->call);

	return function_node(program_function(p, call->caller), call_node(p, call)->first);
}

/* The function whose result is called; "" if it has no name. */
static const char *called_for_it(const struct program *p, const struct unresolved_call *unresolved)
{
	const struct slot *slot = program_slot(p, unresolved->slot);
	uint32_t caller = program_call(p, unresolved->call)->caller;
	const struct program_function *f = program_function(p, unresolved->slot ? slot->function : caller);

	if (unresolved->slot && slot->kind == SLOT_RETURN)
		return f->name;
	const struct node *n = unresolved->slot ? function_node(f, slot->variable) : callee_of(p, unresolved);
	return n->symbol ? facts_string(f->facts, facts_symbol(f->facts, n->symbol)->name) : "";
}

static enum unresolved why(const struct program *p, const struct unresolved_call *unresolved)
{
	if (!unresolved->slot)
		return callee_of(p, unresolved)->kind == NODE_CALL ? UNRESOLVED_RETURNED : UNRESOLVED_OTHER;
	switch (program_slot(p, unresolved->slot)->kind) {
	case SLOT_FIELD:
	case SLOT_GLOBAL:
	case SLOT_LOCAL:
		return UNRESOLVED_STORED;
	case SLOT_PARAM:
		return UNRESOLVED_PARAMETER;
	case SLOT_RETURN:
	case SLOT_RESULT:
		return UNRESOLVED_RETURNED;
	default:
		return UNRESOLVED_OTHER;
	}
}

bool next_unresolved(const struct program *p, struct unresolved_view *view)
{
	uint32_t index = view->index + 1;

	if (index >= p->unresolved->len)
		return false;
	const struct unresolved_call *unresolved = call_at(p, index);
	*view = (struct unresolved_view){ .index = index, .why = why(p, unresolved), .through = "", .function = "" };
	if (unresolved->slot)
		view->through = pointers_slot_name(p, unresolved->slot);
	if (view->why == UNRESOLVED_RETURNED)
		view->function = called_for_it(p, unresolved);
	return true;
}

void unresolved_add(struct check *out, const struct unresolved_view *view, const char *format, ...)
{
	const struct program *p = out->program;
	const struct call *call = program_call(p, call_at(p, view->index)->call);
	struct finding finding = check_finding(out, check_place(p, call->caller, call->node), view->through);
	va_list arguments;

	finding.severity = LEVEL_LOW;
	finding.confidence = LEVEL_HIGH;
	finding.context = CONTEXT_NOWHERE;
	va_start(arguments, format);
	check_keep(out, &finding, call->ordinal, "", format, arguments);
	va_end(arguments);
}
