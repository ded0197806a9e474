/*
 * pointers: which functions a function pointer may hold.
 *
 * Inclusion-based (Andersen, 1994), flow- and context-insensitive, field-sensitive by struct and field rather than by
 * object: every `conn->handler` is one slot. Only functions flow, so a slot that never holds one costs nothing. What
 * moves them: assignments (initialisers are assignments), arguments into parameters, returned values. An element of an
 * array and what a pointer points at count as the array and the pointer.
 *
 * Each target remembers the target it was copied from, back to the place that names the function: that chain is what
 * a witness shows as "handed over here".
 *
 * A parameter holds what all callers pass. That is right for what is stored (`self->cb = cb`) and wrong for what is
 * called at once (`qsort(..., compare)`): such calls are resolved per call site, in context.c.
 */
#include "program/slots.h"
#include "program/value.h"

#include <string.h>

struct solver {
	struct program *p;
	GArray *queue; /* targets to push on */
};

static void add_target(struct solver *s, uint32_t slot, struct target target)
{
	struct program *p = s->p;
	gpointer key = GSIZE_TO_POINTER((gsize)slot << 32 | target.function);

	if (!program_slot(p, slot)->holds || g_hash_table_contains(p->target_index, key))
		return;
	target.slot = slot;
	target.next = program_slot(p, slot)->first_target;
	target.same_function = program_function(p, target.function)->first_target;
	g_array_append_val(p->targets, target);
	uint32_t index = p->targets->len - 1;
	program_function(p, target.function)->first_target = index;
	program_slot(p, slot)->first_target = index;
	g_hash_table_insert(p->target_index, key, GUINT_TO_POINTER(index));
	g_array_append_val(s->queue, index);
}

static void push_target(struct solver *s, const struct target *target, uint32_t from, const struct copy *copy)
{
	add_target(s, copy->to,
		   (struct target){
			   .function = target->function, .from = from, .holder = copy->holder, .node = copy->node });
}

static void add_copy(struct solver *s, uint32_t from, uint32_t to, uint32_t holder, uint32_t node)
{
	struct program *p = s->p;
	struct copy copy = { .next = program_slot(p, from)->first_copy, .to = to, .holder = holder, .node = node };

	if (from == to || !program_slot(p, from)->holds || !program_slot(p, to)->holds)
		return;
	g_array_append_val(p->copies, copy);
	program_slot(p, from)->first_copy = p->copies->len - 1;
	for (uint32_t t = program_slot(p, from)->first_target; t; t = program_target(p, t)->next) {
		struct target target = *program_target(p, t);

		push_target(s, &target, t, &copy);
	}
}

struct move {
	struct solver *s;
	uint32_t function, to, node;
};

static void move_leaf(void *data, uint32_t leaf)
{
	struct move *m = data;
	struct program *p = m->s->p;
	const struct program_function *f = program_function(p, m->function);
	const struct node *n = function_node(f, leaf);

	if (n->kind == NODE_FUNCTION) {
		uint32_t function = link_symbol(p, f->unit - 1, n->symbol);

		if (function)
			add_target(m->s, m->to,
				   (struct target){ .function = function, .holder = m->function, .node = m->node });
		return;
	}
	uint32_t from = pointers_slot_of(p, m->function, leaf);
	if (from)
		add_copy(m->s, from, m->to, m->function, m->node);
}

/* The value of `value` flows into slot `to`; `node` is the assignment, call or return that does it. */
static void flow(struct solver *s, uint32_t function, uint32_t value, uint32_t to, uint32_t node)
{
	struct move move = { .s = s, .function = function, .to = to, .node = node };

	if (value && to && program_slot(s->p, to)->holds)
		each_leaf(program_function(s->p, function), value, move_leaf, &move, 0);
}

/* The first argument of a call: behind the callee expression if it has one. */
static uint32_t first_argument(const struct program_function *f, uint32_t node)
{
	const struct node *call = function_node(f, node);

	return call->symbol || !call->first ? call->first : function_node(f, call->first)->next;
}

/* The arguments of a call into `count` slots that stand together. */
static void flow_arguments(struct solver *s, uint32_t caller, uint32_t node, uint32_t first_slot, uint32_t count)
{
	const struct program_function *f = program_function(s->p, caller);
	uint32_t argument = first_argument(f, node);

	for (uint32_t i = 0; argument && i < count; i++, argument = function_node(f, argument)->next)
		flow(s, caller, argument, first_slot + i, node);
}

/* What stands in the place of `...` may be whatever va_arg takes out of a list of the function. */
static void flow_rest(struct solver *s, const struct call *call, const struct program_function *f)
{
	const struct program_function *caller = program_function(s->p, call->caller);

	for (uint32_t v = 0; v < f->fact->variables; v++) {
		const struct variable *variable = facts_variable(f->facts, f->fact->first_variable + v);
		uint32_t argument = first_argument(caller, call->node);

		if (!strstr(facts_string(f->facts, variable->type), "__va_list_tag"))
			continue;
		for (uint32_t i = 0; argument; i++, argument = function_node(caller, argument)->next)
			if (i >= f->fact->params)
				flow(s, call->caller, argument, f->first_slot + v, call->node);
	}
}

bool pointers_fit(const struct program *p, uint32_t function, unsigned arguments)
{
	const struct program_function *f = program_function(p, function);

	return !f->fact || f->fact->params <= arguments;
}

/* A function that is called through a port: it gets what the port's calls pass, and its result goes to them. */
static void bind_port(struct solver *s, uint32_t index, uint32_t function)
{
	const struct port port = *program_item(s->p, ports, struct port, index);
	const struct program_function *f = program_function(s->p, function);

	if (!f->fact || !pointers_fit(s->p, function, port.arguments))
		return;
	uint32_t first = f->first_slot, result = slot_returned(f), node = f->fact->body, params = f->fact->params;
	for (uint32_t i = 0; i < params; i++)
		add_copy(s, port.first_argument + i, first + i, function, node);
	add_copy(s, result, port.first_argument + port.arguments, function, node);
}

uint32_t pointers_port(const struct program *p, uint32_t slot, uint32_t arguments)
{
	for (uint32_t i = program_slot(p, slot)->first_port; i; i = program_item(p, ports, struct port, i)->next)
		if (program_item(p, ports, struct port, i)->arguments == arguments)
			return i;
	return 0;
}

static uint32_t new_port(struct program *p, uint32_t slot, uint32_t arguments)
{
	struct slot joint = { .kind = SLOT_ARGUMENT, .holds = true, .name = pointers_slot_name(p, slot) };
	struct port port = { .next = program_slot(p, slot)->first_port,
			     .slot = slot,
			     .arguments = arguments,
			     .first_argument = p->slots->len };

	for (uint32_t i = 0; i <= arguments; i++)
		slot_new(p, joint);
	g_array_append_val(p->ports, port);
	return program_slot(p, slot)->first_port = p->ports->len - 1;
}

static void flow_body(struct solver *s, uint32_t function)
{
	const struct program_function f = *program_function(s->p, function);

	for (uint32_t i = f.fact->body; i && i < f.end_node; i++) {
		const struct node *n = function_node(&f, i);

		if (n->kind == NODE_ASSIGN && !n->op)
			flow(s, function, function_node(&f, n->first)->next, pointers_slot_of(s->p, function, n->first),
			     i);
		else if (n->kind == NODE_RETURN && n->first)
			flow(s, function, n->first, slot_returned(&f), i);
	}
}

struct listen {
	struct solver *s;
	uint32_t function, call;
};

/* `(cond ? f : g)(x)`: a function that is named where it is called. */
static void call_named(struct solver *s, const struct call *call, uint32_t function)
{
	const struct program_function f = *program_function(s->p, function);

	if (!f.fact || !pointers_fit(s->p, function, call_arguments(s->p, call)))
		return;
	flow_arguments(s, call->caller, call->node, f.first_slot, f.fact->params);
	if (f.flags & SYMBOL_VARIADIC)
		flow_rest(s, call, &f);
	add_copy(s, slot_returned(&f), slot_result(s->p, call->caller, call->node), call->caller, call->node);
}

static void listen_leaf(void *data, uint32_t leaf)
{
	struct listen *l = data;
	struct program *p = l->s->p;
	const struct program_function *f = program_function(p, l->function);
	const struct node *n = function_node(f, leaf);
	struct call call = *program_call(p, l->call);

	if (n->kind == NODE_FUNCTION) {
		call_named(l->s, &call, link_symbol(p, f->unit - 1, n->symbol));
		return;
	}
	uint32_t slot = pointers_slot_of(p, l->function, leaf);
	if (!slot)
		return;
	uint32_t index = pointers_port(p, slot, call_arguments(p, &call));
	if (!index)
		index = new_port(p, slot, call_arguments(p, &call));
	struct port *port = program_item(p, ports, struct port, index);
	struct port_call through = { .next = port->first_call, .call = l->call };
	uint32_t first = port->first_argument, arguments = port->arguments;

	g_array_append_val(p->port_calls, through);
	port->first_call = p->port_calls->len - 1;
	flow_arguments(l->s, call.caller, call.node, first, arguments);
	add_copy(l->s, first + arguments, slot_result(p, call.caller, call.node), call.caller, call.node);
}

struct finding_place {
	struct solver *s;
	uint32_t slot;
};

static void flow_found(uint32_t function, const struct call *named, void *data)
{
	const struct finding_place *place = data;

	add_target(place->s, place->slot,
		   (struct target){ .function = function, .holder = named->caller, .node = named->node });
}

/* What a name leads to flows to where the call puts it. */
static void flow_lookup(struct solver *s, uint32_t index)
{
	const struct call call = *program_call(s->p, index);
	uint32_t to = found_node(s->p, &call);
	struct finding_place place = { s, to ? pointers_slot_of(s->p, call.caller, to) : 0 };

	if (place.slot)
		found_each(s->p, index, flow_found, &place);
}

static void flow_call(struct solver *s, uint32_t index)
{
	struct call call = *program_call(s->p, index);

	if (call.cleanup)
		return;
	if (call.callee) {
		const struct program_function callee = *program_function(s->p, call.callee);

		if (!callee.fact) {
			flow_lookup(s, index);
			return;
		}
		flow_arguments(s, call.caller, call.node, callee.first_slot, callee.fact->params);
		if (callee.flags & SYMBOL_VARIADIC)
			flow_rest(s, &call, &callee);
		return;
	}
	const struct program_function *f = program_function(s->p, call.caller);
	struct listen listen = { .s = s, .function = call.caller, .call = index };
	uint32_t callee = function_node(f, call.node)->first;
	if (callee)
		each_leaf(f, callee, listen_leaf, &listen, 0);
}

static void drain(struct solver *s)
{
	struct program *p = s->p;

	for (guint i = 0; i < s->queue->len; i++) {
		uint32_t index = g_array_index(s->queue, uint32_t, i);
		struct target target = *program_target(p, index);

		for (uint32_t c = program_slot(p, target.slot)->first_copy; c;) {
			struct copy copy = *program_item(p, copies, struct copy, c);

			push_target(s, &target, index, &copy);
			c = copy.next;
		}
		for (uint32_t k = program_slot(p, target.slot)->first_port; k;
		     k = program_item(p, ports, struct port, k)->next)
			bind_port(s, k, target.function);
	}
}

void pointers_solve(struct program *p)
{
	struct solver solver = { .p = p, .queue = g_array_new(FALSE, FALSE, sizeof(uint32_t)) };

	p->result_index = g_hash_table_new(program_hash64, NULL);
	p->slot_by_key = g_hash_table_new(g_str_hash, g_str_equal);
	p->target_index = g_hash_table_new(program_hash64, NULL);
	for (size_t u = 0; u < p->unit_count; u++)
		p->symbol_slot[u] = arena_new_array(p->arena, uint32_t, p->units[u]->symbols.count);
	for (uint32_t i = 1; i < p->functions->len; i++)
		if (program_function(p, i)->fact)
			slots_add_own(p, i);
	for (uint32_t i = 1; i < p->functions->len; i++)
		if (program_function(p, i)->fact)
			flow_body(&solver, i);
	for (uint32_t i = 1; i < p->calls->len; i++)
		flow_call(&solver, i);
	drain(&solver);
	g_array_free(solver.queue, TRUE);
}
