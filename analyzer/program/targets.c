/* targets: what the solved slots say: the functions that an expression may be, and the calls of which nobody knows. */
#include "program/gobject.h"
#include "program/slots.h"
#include "program/contexts.h"

struct visitor {
	struct program *p;
	uint32_t function;
	pointer_place *visit;
	void *data;
};

static void visit_leaf(void *data, uint32_t leaf)
{
	struct visitor *v = data;
	const struct program_function *f = program_function(v->p, v->function);
	const struct node *n = function_node(f, leaf);
	uint32_t function = n->kind == NODE_FUNCTION ? link_symbol(v->p, f->unit - 1, n->symbol) : 0;
	uint32_t slot = n->kind == NODE_FUNCTION ? 0 : pointers_slot_of(v->p, v->function, leaf);

	if (function || slot)
		v->visit(slot, function, v->data);
}

void pointers_places(struct program *p, uint32_t function, uint32_t node, pointer_place *visit, void *data)
{
	struct visitor visitor = { .p = p, .function = function, .visit = visit, .data = data };

	if (node && !gobject_chains_up(p, function, node, visit, data))
		each_leaf(program_function(p, function), node, visit_leaf, &visitor, 0);
}

struct target_visitor {
	struct program *p;
	pointer_visit *visit;
	void *data;
};

static void visit_targets(uint32_t slot, uint32_t function, void *data)
{
	const struct target_visitor *v = data;

	if (function)
		v->visit(function, 0, v->data);
	for (uint32_t t = slot ? program_slot(v->p, slot)->first_target : 0; t; t = program_target(v->p, t)->next)
		v->visit(program_target(v->p, t)->function, t, v->data);
}

void pointers_each(struct program *p, uint32_t function, uint32_t node, pointer_visit *visit, void *data)
{
	struct target_visitor visitor = { .p = p, .visit = visit, .data = data };

	pointers_places(p, function, node, visit_targets, &visitor);
}

struct any {
	const struct program *p;
	const uint8_t *outside;
	bool found, foreign;
	uint32_t slot; /* the first that it may come from; 0: none is known */
};

static void any_target(uint32_t slot, uint32_t function, void *data)
{
	struct any *any = data;

	any->found |= function || program_slot(any->p, slot)->first_target;
	any->slot = any->slot ? any->slot : slot;
	any->foreign |= slot && (any->outside[slot] || program_slot(any->p, slot)->outside);
}

void pointers_count(struct program *p)
{
	uint8_t *outside = outside_find(p);

	for (uint32_t i = 1; i < p->calls->len; i++) {
		struct call call = *program_call(p, i);
		struct any any = { .p = p, .outside = outside };

		if (call.callee || call.cleanup)
			continue;
		p->indirect_calls++;
		pointers_places(p, call.caller, call_node(p, &call)->first, any_target, &any);
		if (any.found || gobject_chains_up(p, call.caller, call_node(p, &call)->first, NULL, NULL))
			continue;
		struct unresolved_call unresolved = { i, any.slot };
		if (any.foreign)
			p->outside_calls++;
		else
			g_array_append_val(p->unresolved, unresolved);
	}
	p->unresolved_calls = p->unresolved->len - 1;
	g_free(outside);
}
