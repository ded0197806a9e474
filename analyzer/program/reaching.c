/* reaching: what a call leads to: what is bound to the parameters there, pointers, ports; see following.h. */
#include "program/external.h"
#include "program/following.h"
#include "program/gobject.h"
#include "program/kin.h"
#include "program/contexts.h"

#include <string.h>

static void remember(struct environment *environment, uint32_t parameter, struct program_value value)
{
	if (environment->count == MAX_ENVIRONMENT || !value_known(&value))
		return;
	environment->items[environment->count].parameter = parameter;
	environment->items[environment->count++].value = value;
}

static void remember_kin(struct environment *environment, uint32_t folder)
{
	if (folder)
		remember(environment, ENVIRONMENT_KIN, value_constant(folder));
}

static bool mentions(const struct environment *environment, uint32_t parameter)
{
	for (unsigned i = 0; i < environment->count; i++)
		if (environment->items[i].parameter == parameter)
			return true;
	return false;
}

enum level level_lower(enum level a, enum level b)
{
	return a < b ? a : b;
}

void following_reach(const struct following *w, struct instance child)
{
	child.confidence = level_lower(child.confidence, w->confidence);
	search_push(w->s, child);
}

struct instance following_child(const struct following *w, uint32_t function)
{
	bool carries = program_function(w->s->p, function)->waits;
	uint64_t of_child = programs_of(w->s->p, function);
	bool test = programs_only_test(of_child);

	return (struct instance){
		.function = function,
		.context = w->parent.context,
		.confidence = test ? LEVEL_LOW : w->parent.confidence,
		.parent = w->parent_index,
		.call = w->call_index,
		.root = w->parent.root,
		.programs = test ? of_child : programs_narrowed(w->parent.programs, of_child),
		.depth = (uint16_t)(w->parent.depth + 1),
		.from_callback = w->parent.from_callback || !carries,
		.alternative = w->parent.alternative,
		.in_loop = w->parent.in_loop || (w->parent.loop == 0 && w->call.loop != 0),
	};
}

void following_count_target(uint32_t function, uint32_t target, void *data)
{
	struct counting *c = data;

	(void)target;
	if (function && c->targets++ == 0)
		c->function = function;
}

static void push_with_target(uint32_t function, uint32_t target, void *data)
{
	struct following *w = data;
	struct environment environment = w->environment;
	struct instance child = w->child;

	(void)target;
	remember(&environment, w->parameter, (struct program_value){ .nonzero = true, .function = function });
	child.known = knowledge_of(w->s->p, &environment);
	following_reach(w, child);
}

static void add_descriptor(struct program *p, const struct instance *in, uint32_t argument, struct program_value *value)
{
	value_begin(p);
	struct program_value descriptor = descriptor_value(p, in, argument);

	value->mode = descriptor.mode;
	value->opens = descriptor.opens;
}

/* Of an argument that matters as a path, or for the function in it: whether it leads to memory, and that function. */
static struct program_value only_path(const struct program_value *value, bool is_path)
{
	struct program_value path = { .held = value->held, .held_in = value->held_in };

	if (!is_path)
		return path;
	path.in_memory = value->in_memory;
	if (value->mode == MODE_NEVER) {
		path.mode = value->mode;
		path.opens = value->opens;
	}
	return path;
}

/* A function that a struct on the stack has in it, whose address an argument is: `{ .callback = f }`. */
static void add_held(struct program *p, const struct instance *in, uint32_t argument, struct program_value *value)
{
	const struct program_function *f = program_function(p, in->function);
	const struct node *n = function_node(f, argument);
	uint32_t count = 0;

	if (n->kind != NODE_ADDRESS || !n->first || function_node(f, n->first)->kind != NODE_LOCAL)
		return;
	uint32_t variable = (uint32_t)function_node(f, n->first)->value;
	const struct definition *d = definitions_of(p, f, variable, &count);
	for (uint32_t i = 0; i < count && !value->held; i++) {
		uint32_t slot = d[i].field ? pointers_callback_field(p, f->unit - 1, d[i].field) : 0;
		const char *name = slot ? strrchr(program_slot(p, slot)->name, '.') : NULL;

		if (!name)
			continue;
		value_begin(p);
		value->held = variable_value(p, in, variable, name + 1, argument, 0).function;
		value->held_in = value->held ? slot : 0;
	}
}

void following_remember(struct following *w, uint32_t argument, uint32_t function, uint32_t parameter,
			struct environment *environment)
{
	struct program *p = w->s->p;
	const struct program_function *f = program_function(p, function);
	struct program_value value = value_of(p, &w->parent, argument);

	if (parameter < 32 && f->descriptors & 1u << parameter)
		add_descriptor(p, &w->parent, argument, &value);
	if (environment->count < MAX_ENVIRONMENT && value_known(&value))
		remember(environment, parameter, value);
}

const struct knowledge *following_held(struct following *w, uint32_t argument, uint32_t parameter)
{
	struct program_value value = value_of(w->s->p, &w->parent, argument);
	struct environment environment = { .count = 0 };

	add_held(w->s->p, &w->parent, argument, &value);
	remember(&environment, parameter, (struct program_value){ .held = value.held, .held_in = value.held_in });
	return knowledge_of(w->s->p, &environment);
}

/* Descriptors in slots whose mode the path has changed, here before the call or further up. */
static void bind_slots(struct following *w, struct environment *environment)
{
	struct program *p = w->s->p;
	const struct instance *in = &w->parent;
	const GArray *slots = g_hash_table_lookup(p->function_slots, GUINT_TO_POINTER(in->function));

	for (guint i = 0; slots && i < slots->len; i++) {
		uint32_t slot = g_array_index(slots, uint32_t, i);
		enum mode mode = mode_at(p, in, (struct keeping){ KEPT_IN_SLOT, slot }, 0, w->call.node);

		remember(environment, ENVIRONMENT_SLOT | slot, (struct program_value){ .mode = mode });
	}
	knowledge_asked(p, in, ASKED_SLOTS);
	for (unsigned i = 0; in->known && i < in->known->count; i++)
		if (in->known->items[i].parameter & ENVIRONMENT_SLOT &&
		    in->known->items[i].parameter != ENVIRONMENT_KIN &&
		    !mentions(environment, in->known->items[i].parameter))
			remember(environment, in->known->items[i].parameter, in->known->items[i].value);
}

/*
 * Fills what is known of the callee's interesting parameters. A callback parameter that may be one of several functions
 * makes one instance each: *several is that argument, left for the caller.
 */
static void bind_arguments(struct following *w, uint32_t function, struct environment *environment, uint32_t *several,
			   uint32_t *several_parameter)
{
	struct program *p = w->s->p;
	const struct program_function *f = program_function(p, function), *caller = program_function(p, w->call.caller);
	uint32_t asked = f->interesting | f->called | f->descriptors | f->paths | f->carries;

	*several = 0;
	uint32_t argument = asked ? call_argument(p, &w->call, 1) : 0, next;
	for (uint32_t i = 0; argument && i < f->fact->params && asked >> i; i++, argument = next) {
		next = i < 31 ? function_node(caller, argument)->next : 0;
		if (!(asked & 1u << i))
			continue;
		struct program_value value = value_of(p, &w->parent, argument);
		if (!((f->interesting | f->called | f->descriptors) & 1u << i))
			value = only_path(&value, f->paths & 1u << i);
		if (f->carries & 1u << i)
			add_held(p, &w->parent, argument, &value);
		if (f->descriptors & 1u << i)
			add_descriptor(p, &w->parent, argument, &value);
		if (!value.function && (f->called & 1u << i) && value_truth(&value) != TRUTH_FALSE) {
			struct counting counting = { 0 };

			pointers_each(p, w->call.caller, argument, following_count_target, &counting);
			if (counting.targets == 1) {
				value.function = counting.function;
				value.nonzero = true;
			} else if (counting.targets > 1 && counting.targets <= MAX_TARGETS_PER_ARGUMENT && !*several) {
				*several = argument;
				*several_parameter = i;
				continue;
			}
		}
		remember(environment, i, value);
	}
	bind_slots(w, environment);
	remember_kin(environment, kin_handed_on(p, &w->parent, function));
}

/* The descriptor that a callback was handed over with, if the loop does not say more. */
static void bind_watched(struct following *w, const struct instance *child, struct environment *environment)
{
	struct program_value value = watched_descriptor(w->s->p, child);
	int parameter = value.mode ? watched_parameter(w->s->p, child->function) : -1;

	if (parameter < 0)
		return;
	for (unsigned i = 0; i < environment->count; i++)
		if (environment->items[i].parameter == (uint32_t)parameter) {
			struct program_value *known = &environment->items[i].value;

			if (known->mode == MODE_UNKNOWN || known->mode == MODE_UNSURE) {
				known->mode = value.mode;
				known->opens = value.opens;
			}
			return;
		}
	remember(environment, (uint32_t)parameter, value);
}

const struct knowledge *following_root(struct program *p, const struct instance *root)
{
	struct program_value value = watched_descriptor(p, root);
	struct environment environment = { .count = 0 };

	if (value.mode)
		remember(&environment, (uint32_t)watched_parameter(p, root->function), value);
	return value.mode ? knowledge_of(p, &environment) : NULL;
}

void following_into(struct following *w, struct instance child)
{
	struct program *p = w->s->p;
	uint32_t several, several_parameter;

	if (!program_function(p, child.function)->fact)
		return;
	if (w->call.cleanup) {
		following_reach(w, child);
		return;
	}
	w->environment.count = 0;
	bind_arguments(w, child.function, &w->environment, &several, &several_parameter);
	bind_watched(w, &child, &w->environment);
	if (!several) {
		child.known = knowledge_of(p, &w->environment);
		following_reach(w, child);
		return;
	}
	w->child = child;
	w->parameter = several_parameter;
	pointers_each(p, w->call.caller, several, push_with_target, w);
}

enum { FEW = 8, MANY = 30 };

static bool by_initialiser(const struct program *p, uint32_t target)
{
	const struct target *t = program_target(p, target);

	return !t->from && function_node(program_function(p, t->holder), t->node)->flags & NODE_INIT;
}

/*
 * How far a slot is believed to hold just this function here. Tables are what their initialiser says, and the loop's own
 * dispatch calls all that was registered; but what a callback calls through a slot that tens of functions are put into
 * at different times is, this time, most likely another one.
 */
static enum level fan_out(const struct following *w, uint32_t target)
{
	const struct program *p = w->s->p;
	unsigned count = 0;

	if (!target || !w->parent.from_callback || by_initialiser(p, target))
		return LEVEL_HIGH;
	const struct slot *slot = program_slot(p, program_target(p, target)->slot);
	for (uint32_t t = slot->first_target; t && count <= MANY; t = program_target(p, t)->next)
		count += !by_initialiser(p, t);
	if (count > MANY && slot->generic)
		return LEVEL_LOW;
	return count > FEW ? LEVEL_MEDIUM : LEVEL_HIGH;
}

static void follow_pointer(uint32_t function, uint32_t target, void *data)
{
	struct following *w = data;
	struct program *p = w->s->p;

	if (!function || (w->s->probe && function != w->s->probe->function) ||
	    !pointers_fit(p, function, call_arguments(p, &w->call)) ||
	    !(w->parent.programs & programs_bound(p, function, target)))
		return;
	if (!program_function(p, function)->fact) {
		following_library(w, function, level_lower(w->pointer_confidence, fan_out(w, target)));
		return;
	}
	struct instance child = following_child(w, function);
	child.through_pointer = true;
	child.from_callback = true;
	child.target = target;
	child.programs = programs_narrowed(child.programs, programs_bound(p, function, target));
	child.confidence = level_lower(child.confidence, level_lower(w->pointer_confidence, fan_out(w, target)));
	if (programs_only_test(child.programs) || kin_is_other(p, &w->parent, target))
		child.confidence = LEVEL_LOW;
	following_into(w, child);
}

/* What any function that a port leads to wants to know of its arguments. */
void following_ask_port(struct program *p, struct port *port)
{
	for (uint32_t t = program_slot(p, port->slot)->first_target; t; t = program_target(p, t)->next) {
		const struct program_function *f = program_function(p, program_target(p, t)->function);

		port->interesting |= f->interesting | f->descriptors | f->carries;
		port->called |= f->called;
		port->library |= !f->fact && f->model;
	}
}

enum lead { LEADS_NOWHERE, LEADS_ON, LEADS_ON_ONCE };

/*
 * Whether this call through a port leads somewhere that an earlier one did not: what it leads to is decided by the
 * instance that calls and by what is known of the arguments. Without this, a field that a thousand functions call and a
 * thousand are stored in would be looked at a million times.
 */
static enum lead leads_on(struct following *w, uint32_t port_index)
{
	struct program *p = w->s->p;
	const struct port *port = program_item(p, ports, struct port, port_index);
	struct instance probe = following_child(w, 0);
	struct environment environment;
	uint32_t asked = port->interesting | port->called;

	environment.count = 0;
	probe.function = p->functions->len + port_index; /* no function has this number */
	probe.confidence = w->confidence;
	for (uint32_t i = 0; i < port->arguments && asked >> i; i++) {
		if (!(asked & 1u << i))
			continue;
		struct program_value value = value_of(p, &w->parent, call_argument(p, &w->call, i + 1));

		if (environment.count == MAX_ENVIRONMENT)
			return LEADS_ON;
		if (port->called & 1u << i && !value.function && value_truth(&value) != TRUTH_FALSE)
			return LEADS_ON; /* it depends on what may be in the argument */
		remember(&environment, i, value);
	}
	remember_kin(&environment, kin_asked(p, &w->parent, port->slot));
	probe.known = knowledge_of(p, &environment);
	return search_visit_port(w->s, &probe) ? LEADS_ON_ONCE : LEADS_NOWHERE;
}

/* What library functions do, they do to each call. */
static void follow_libraries(struct following *w, uint32_t port_index)
{
	struct program *p = w->s->p;
	const struct port *port = program_item(p, ports, struct port, port_index);

	for (uint32_t t = port->library ? program_slot(p, port->slot)->first_target : 0; t;
	     t = program_target(p, t)->next)
		if (!program_function(p, program_target(p, t)->function)->fact)
			follow_pointer(program_target(p, t)->function, t, w);
}

static void follow_place(uint32_t slot, uint32_t function, void *data)
{
	struct following *w = data;
	struct program *p = w->s->p;
	uint32_t port = slot ? pointers_port(p, slot, call_arguments(p, &w->call)) : 0;

	if (function)
		follow_pointer(function, 0, w);
	enum lead lead = port && !w->s->probe ? leads_on(w, port) : LEADS_ON;
	if (lead == LEADS_NOWHERE) {
		follow_libraries(w, port);
		return;
	}
	w->s->once = lead == LEADS_ON_ONCE;
	for (uint32_t t = slot ? program_slot(p, slot)->first_target : 0; t; t = program_target(p, t)->next)
		follow_pointer(program_target(p, t)->function, t, w);
	w->s->once = false;
}

/* The function that the path has put into the struct whose field is called; 0: not known. */
static uint32_t held_here(struct following *w, uint32_t expression, uint32_t slot)
{
	const struct program_function *f = program_function(w->s->p, w->parent.function);
	const struct node *n = function_node(f, expression);

	while (n->kind == NODE_DEREF && n->first)
		n = function_node(f, n->first);
	if (!slot || n->kind != NODE_FIELD || !n->first)
		return 0;
	uint8_t kind = function_node(f, n->first)->kind;
	if (kind != NODE_LOCAL && kind != NODE_PARAM)
		return 0;
	struct program_value value = value_of(w->s->p, &w->parent, n->first);
	return value.held_in == slot ? value.held : 0;
}

/* A call of a parameter goes to what this path passes; only if that is not known, to what anyone passes. */
void following_indirect(struct following *w, uint32_t expression)
{
	struct program *p = w->s->p;
	struct program_value value = value_of(p, &w->parent, expression);
	uint32_t slot = pointers_slot_of(p, w->parent.function, expression);

	w->pointer_confidence = LEVEL_HIGH;
	if (!value.function)
		value.function = held_here(w, expression, slot);
	if (value.function) {
		follow_pointer(value.function, 0, w);
		return;
	}
	if (value_truth(&value) == TRUTH_FALSE ||
	    gobject_chains_up(p, w->parent.function, expression, follow_pointer, w))
		return;
	if (slot && (program_slot(p, slot)->kind == SLOT_PARAM || program_slot(p, slot)->kind == SLOT_RESULT))
		w->pointer_confidence = LEVEL_MEDIUM;
	pointers_places(p, w->parent.function, expression, follow_place, w);
}
