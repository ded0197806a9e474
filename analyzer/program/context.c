/*
 * context: who runs where.
 *
 * Roots are callbacks that a registration hands over and the bodies of loops written by hand. From each, calls are
 * followed breadth-first. What is visited is an instance: a function, a context, and what is known of those parameters
 * that decide something inside it (a guard, a flag, a callback it calls at once). So a verdict belongs to a path:
 * `wait_child(pid, WNOHANG)` and `wait_child(pid, 0)` are two instances, `for_each(list, cheap)` never leads to what
 * others pass to `for_each`. Surer edges are followed first, so an instance has its most convincing shortest path.
 */
#include "program/external.h"
#include "program/gobject.h"
#include "program/cancel.h"
#include "program/internal.h"
#include "program/outcome.h"

#include <string.h>

enum { MAX_INSTANCES = 48, MAX_TARGETS_PER_ARGUMENT = 16 };

struct search {
	struct program *p;
	GArray *queues[LEVELS];    /* instances still to follow, by confidence */
	GHashTable *effect_index;  /* (call, effect) -> index of loop_effects */
	struct outcomes *outcomes; /* what calls came to; NULL: nothing is kept */
	bool once;                 /* what is followed was not, had another path with the same call come first */
	struct arena *arena;       /* of what ports saw; NULL: the program's */
	bool startup;
};

/* In which programs an indirect call was followed, and in which of them with more than low confidence. */
struct port_visit {
	uint64_t seen, sure;
};

/* Whether a port, in `probe` as if it were a function, was not yet called like that in all the programs of `probe`. */
static bool visit_port(struct search *s, const struct instance *probe)
{
	gpointer key = GSIZE_TO_POINTER(instance_key(probe));
	struct port_visit *visit = g_hash_table_lookup(s->p->port_visits, key);
	bool sure = probe->confidence > LEVEL_LOW;

	if (!visit) {
		visit = arena_new(s->arena ? s->arena : s->p->arena, struct port_visit);
		*visit = (struct port_visit){ 0 };
		g_hash_table_insert(s->p->port_visits, key, visit);
	}
	bool more = probe->programs & ~(sure ? visit->sure : visit->seen);
	visit->seen |= probe->programs;
	visit->sure |= sure ? probe->programs : 0;
	return more;
}

static bool is_plain(const struct program *p, uint32_t index, const struct instance *in)
{
	const struct instance *plain = program_instance(p, index);

	return index && plain->context == in->context && plain->loop == in->loop;
}

/* The first instance that is equal to `in` but for its programs; 0: none yet. */
static uint32_t known_instance(const struct program *p, const struct instance *in)
{
	const struct program_function *f = program_function(p, in->function);

	if (!in->known && is_plain(p, f->plain, in))
		return f->plain;
	return GPOINTER_TO_UINT(g_hash_table_lookup(p->instance_index, GSIZE_TO_POINTER(instance_key(in))));
}

static void add_worker_edge(struct program *p, uint32_t from, uint32_t call, uint32_t to)
{
	struct instance *known = program_instance(p, to);
	struct worker_edge edge = { from, call, to, known->first_edge };

	g_array_append_val(p->worker_edges, edge);
	known->first_edge = p->worker_edges->len - 1;
}

/* Whatever leads to an instance on a worker. */
static void note_edge(struct search *s, const struct instance *in, uint32_t first)
{
	if (in->context != CONTEXT_WORKER || !in->parent)
		return;
	add_worker_edge(s->p, in->parent, in->call, first);
	if (s->outcomes && !s->once)
		outcome_note_edge(s->outcomes, first);
}

static void push(struct search *s, struct instance in)
{
	struct program *p = s->p;
	struct program_function *f = program_function(p, in.function);

	if (!f->fact)
		return;
	uint32_t first = known_instance(p, &in), index = p->instances->len;
	if (!first && f->instances >= MAX_INSTANCES) {
		in.known = NULL; /* enough variants: one more that stands for all the rest */
		first = known_instance(p, &in);
	}
	bool sure = in.confidence > LEVEL_LOW;
	uint64_t seen = !first ? 0 : sure ? program_instance(p, first)->sure : program_instance(p, first)->seen;
	if (!first) {
		first = index;
		f->instances++;
		g_hash_table_insert(p->instance_index, GSIZE_TO_POINTER(instance_key(&in)), GUINT_TO_POINTER(first));
	}
	if (!in.known)
		f->plain = first;
	in.index = first;
	in.programs &= ~seen;
	if (in.programs)
		g_array_append_val(p->instances, in);
	note_edge(s, &in, first);
	if (!in.programs)
		return; /* was here, in every program it is in */
	program_instance(p, first)->seen |= in.programs;
	program_instance(p, first)->sure |= sure ? in.programs : 0;
	g_array_append_val(s->queues[in.confidence], index);
}

static void remember(struct environment *environment, uint32_t parameter, struct program_value value)
{
	if (environment->count == MAX_ENVIRONMENT || !value_known(&value))
		return;
	environment->items[environment->count].parameter = parameter;
	environment->items[environment->count++].value = value;
}

static bool mentions(const struct environment *environment, uint32_t parameter)
{
	for (unsigned i = 0; i < environment->count; i++)
		if (environment->items[i].parameter == parameter)
			return true;
	return false;
}

struct following {
	struct search *s;
	struct instance parent;
	enum level confidence; /* of the parent, which counts as sure while its calls are followed */
	uint32_t parent_index;
	struct call call;
	uint32_t call_index;
	struct instance child;
	struct environment environment; /* of the child, but for `parameter` */
	uint32_t parameter;
	enum level pointer_confidence;
};

static enum level lower(enum level a, enum level b)
{
	return a < b ? a : b;
}

static void reach(const struct following *w, struct instance child)
{
	child.confidence = lower(child.confidence, w->confidence);
	push(w->s, child);
}

static struct instance child_of(const struct following *w, uint32_t function)
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

struct counting {
	unsigned targets;
	uint32_t function; /* the first */
};

static void count_target(uint32_t function, uint32_t target, void *data)
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
	reach(w, child);
}

static void add_descriptor(struct program *p, const struct instance *in, uint32_t argument, struct program_value *value)
{
	value_begin(p);
	struct program_value descriptor = descriptor_value(p, in, argument);

	value->mode = descriptor.mode;
	value->opens = descriptor.opens;
}

/* Of an argument that matters as a path only: whether it leads to memory. */
static struct program_value only_path(const struct program_value *value)
{
	struct program_value path = { .in_memory = value->in_memory };

	if (value->mode == MODE_NEVER) {
		path.mode = value->mode;
		path.opens = value->opens;
	}
	return path;
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
	uint32_t asked = f->interesting | f->called | f->descriptors | f->paths;

	*several = 0;
	uint32_t argument = asked ? call_argument(p, &w->call, 1) : 0, next;
	for (uint32_t i = 0; argument && i < f->fact->params && asked >> i; i++, argument = next) {
		next = i < 31 ? function_node(caller, argument)->next : 0;
		if (!(asked & 1u << i))
			continue;
		struct program_value value = value_of(p, &w->parent, argument);
		if (!((f->interesting | f->called | f->descriptors) & 1u << i))
			value = only_path(&value);
		if (f->descriptors & 1u << i)
			add_descriptor(p, &w->parent, argument, &value);
		if (!value.function && (f->called & 1u << i) && value_truth(&value) != TRUTH_FALSE) {
			struct counting counting = { 0 };

			pointers_each(p, w->call.caller, argument, count_target, &counting);
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
}

static void follow_into(struct following *w, struct instance child)
{
	struct program *p = w->s->p;
	uint32_t several, several_parameter;

	if (!program_function(p, child.function)->fact)
		return;
	if (w->call.cleanup) {
		reach(w, child);
		return;
	}
	w->environment.count = 0;
	bind_arguments(w, child.function, &w->environment, &several, &several_parameter);
	if (!several) {
		child.known = knowledge_of(p, &w->environment);
		reach(w, child);
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

static void follow_library(struct following *w, uint32_t function, enum level confidence);

static void follow_pointer(uint32_t function, uint32_t target, void *data)
{
	struct following *w = data;
	struct program *p = w->s->p;

	if (!function || !pointers_fit(p, function, call_arguments(p, &w->call)) ||
	    !(w->parent.programs & programs_bound(p, function, target)))
		return;
	if (!program_function(p, function)->fact) {
		follow_library(w, function, lower(w->pointer_confidence, fan_out(w, target)));
		return;
	}
	struct instance child = child_of(w, function);
	child.through_pointer = true;
	child.from_callback = true;
	child.target = target;
	child.programs = programs_narrowed(child.programs, programs_bound(p, function, target));
	child.confidence = lower(child.confidence, lower(w->pointer_confidence, fan_out(w, target)));
	if (programs_only_test(child.programs))
		child.confidence = LEVEL_LOW;
	follow_into(w, child);
}

/* What any function that a port leads to wants to know of its arguments. */
static void ask_port(struct program *p, struct port *port)
{
	for (uint32_t t = program_slot(p, port->slot)->first_target; t; t = program_target(p, t)->next) {
		const struct program_function *f = program_function(p, program_target(p, t)->function);

		port->interesting |= f->interesting | f->descriptors;
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
	struct instance probe = child_of(w, 0);
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
	probe.known = knowledge_of(p, &environment);
	return visit_port(w->s, &probe) ? LEADS_ON_ONCE : LEADS_NOWHERE;
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
	enum lead lead = port ? leads_on(w, port) : LEADS_ON;
	if (lead == LEADS_NOWHERE) {
		follow_libraries(w, port);
		return;
	}
	w->s->once = lead == LEADS_ON_ONCE;
	for (uint32_t t = slot ? program_slot(p, slot)->first_target : 0; t; t = program_target(p, t)->next)
		follow_pointer(program_target(p, t)->function, t, w);
	w->s->once = false;
}

/* A call of a parameter goes to what this path passes; only if that is not known, to what anyone passes. */
static void follow_indirect(struct following *w, uint32_t expression)
{
	struct program *p = w->s->p;
	struct program_value value = value_of(p, &w->parent, expression);
	uint32_t slot = pointers_slot_of(p, w->parent.function, expression);

	w->pointer_confidence = LEVEL_HIGH;
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

static void push_root(struct search *s, uint32_t index);

/* A handler that only workers were seen to register runs where they do, unless the loop comes here too. */
static void follow_emitted(uint32_t function, uint32_t target, void *data)
{
	struct following *w = data;
	uint32_t root = emitted_deferred(w->s->p, function);

	if (!root)
		return;
	if (w->parent.context == CONTEXT_LOOP) {
		emitted_accept(w->s->p, root, w->call_index, target);
		push_root(w->s, root);
	} else if (w->parent.context == CONTEXT_WORKER) {
		struct instance child = child_of(w, function);

		child.through_pointer = child.from_callback = true;
		child.target = target;
		child.confidence = lower(child.confidence, LEVEL_MEDIUM);
		reach(w, child);
	}
}

/* A library function that calls back at once, in the caller's context. */
static void follow_called_back(struct following *w, const struct model *model)
{
	struct program *p = w->s->p;

	for (size_t i = 0; i < model->register_count; i++) {
		const struct registration *r = model->registers[i];
		bool emitted = p->deferred && emitted_here(p, r, w->call_index);
		bool at_once = (r->context == CONTEXT_CALLER && !r->within) || emitted;
		uint32_t argument = at_once ? call_argument(p, &w->call, (unsigned)r->callback) : 0;
		struct program_value value;

		if (!argument || value_conditions(p, &w->parent, &w->call, &r->when) == TRUTH_FALSE)
			continue;
		if (emitted) {
			pointers_each(p, w->call.caller, argument, follow_emitted, w);
			continue;
		}
		value = value_of(p, &w->parent, argument);
		if (value.function) {
			struct instance child = child_of(w, value.function);

			child.through_pointer = child.from_callback = true;
			reach(w, child);
			continue;
		}
		struct counting counting = { 0 };
		pointers_each(p, w->call.caller, argument, count_target, &counting);
		if (counting.targets == 1) {
			struct instance child = child_of(w, 0);

			child.function = counting.function;
			child.through_pointer = child.from_callback = true;
			reach(w, child);
		}
	}
}

/* A library function that calls what was handed over before. */
static void follow_within(struct following *w)
{
	struct program *p = w->s->p;
	const GArray *callbacks = within_of(p, w->call.callee);

	for (guint i = 0; callbacks && i < callbacks->len; i++) {
		const struct handed_over *h = &g_array_index(callbacks, struct handed_over, i);

		if (!(w->parent.programs & programs_bound(p, h->function, h->target)))
			continue;
		struct instance child = child_of(w, h->function);
		child.through_pointer = child.from_callback = true;
		child.target = h->target;
		child.registered = h->call;
		reach(w, child);
	}
}

static void follow_constructed(uint32_t function, uint32_t target, void *data)
{
	struct following *w = data;
	struct instance child = child_of(w, function);

	child.through_pointer = child.from_callback = true;
	child.target = target;
	reach(w, child);
}

/* --- effects --- */

/* The surer one; but what a program that serves others is likely to do, it is asked for before any client. */
static bool counts_more(const struct program *p, const struct loop_effect *a, const struct loop_effect *b)
{
	bool a_serves = !programs_only_client(p, program_instance(p, a->instance)->programs);
	bool b_serves = !programs_only_client(p, program_instance(p, b->instance)->programs);

	if (a_serves == b_serves || (a_serves ? a->confidence : b->confidence) == LEVEL_LOW)
		return a->confidence > b->confidence;
	return a_serves;
}

static void keep_effect(struct search *s, struct loop_effect effect)
{
	struct program *p = s->p;
	bool worker = program_instance(p, effect.instance)->context == CONTEXT_WORKER;
	GArray *effects = worker ? p->thread_effects : p->loop_effects;
	gpointer key = GSIZE_TO_POINTER(((gsize)effect.call << 36) | ((gsize)effect.callee << 8) |
					(gsize)(effect.effect ? effect.effect->kind : 31) << 2 | (worker ? 2 : 0) |
					(effect.startup ? 1 : 0));
	uint32_t known_index = GPOINTER_TO_UINT(g_hash_table_lookup(s->effect_index, key));

	if (!known_index) {
		g_array_append_val(effects, effect);
		g_hash_table_insert(s->effect_index, key, GUINT_TO_POINTER(effects->len - 1));
	} else if (counts_more(p, &effect, &g_array_index(effects, struct loop_effect, known_index))) {
		g_array_index(effects, struct loop_effect, known_index) = effect;
	}
}

static void add_effect(struct following *w, struct loop_effect effect)
{
	if (w->s->outcomes)
		outcome_note_effect(w->s->outcomes, &effect);
	effect.confidence = lower(effect.confidence, w->confidence);
	keep_effect(w->s, effect);
}

static enum level certainty(enum truth truth)
{
	return truth == TRUTH_TRUE ? LEVEL_HIGH : LEVEL_LOW;
}

/* Whether a number says how long a call waits, and nobody knows which. */
static bool unknown_time(struct program *p, const struct following *w, const struct effect *e)
{
	uint32_t argument = e->timeout_argument ? call_argument(p, &w->call, (unsigned)e->timeout_argument) : 0;

	if (!argument)
		return false;
	struct program_value value = value_of(p, &w->parent, argument);
	return value_truth(&value) == TRUTH_UNKNOWN;
}

static enum level most_believed(const struct following *w, const struct effect *e)
{
	static const enum level levels[] = { [SURE] = LEVEL_HIGH, [LIKELY] = LEVEL_MEDIUM, [POSSIBLE] = LEVEL_LOW };
	struct program *p = w->s->p;
	bool called = e->alike ? program_calls_alike(p, &w->parent, &w->call, (unsigned)e->alike, e->unless_called)
			       : program_calls_one_of(p, e->unless_called);
	bool told = ready_told(p, &w->parent, &w->call, e) || ready_asked(p, &w->call, e->unless_asked);

	return called || told ? LEVEL_LOW : levels[e->confidence];
}

/* What a wait for a descriptor of this kind is for. */
static enum category category_of(const char *opens, enum category otherwise)
{
	static const struct {
		const char *opens;
		enum category category;
	} kinds[] = {
		{ "file", CATEGORY_DISK },        { "terminal", CATEGORY_TERMINAL }, { "socket", CATEGORY_NETWORK },
		{ "datagram", CATEGORY_NETWORK }, { "pipe", CATEGORY_IPC },
	};

	if (otherwise != CATEGORY_DISK && otherwise != CATEGORY_IPC)
		return otherwise; /* the pack knows better */
	for (size_t i = 0; opens && i < G_N_ELEMENTS(kinds); i++)
		if (strcmp(opens, kinds[i].opens) == 0)
			return kinds[i].category;
	return otherwise;
}

static void consider(struct following *w, const struct effect *e, uint32_t callee, enum level confidence)
{
	struct program *p = w->s->p;
	struct loop_effect effect = { .instance = w->parent_index,
				      .call = w->call_index,
				      .callee = callee,
				      .effect = e,
				      .confidence = lower(w->parent.confidence, confidence),
				      .category = e->category,
				      .time_us = value_time(p, &w->parent, &w->call, e),
				      .startup = w->parent.context == CONTEXT_STARTUP };
	enum truth holds = value_effect(p, &w->parent, &w->call, e);

	if (holds == TRUTH_FALSE || (e->joins && threads_over(p, w->parent.function)) ||
	    (e->category == CATEGORY_DISK && names_memory_file(p, &w->parent, call_node(p, &w->call))))
		return;
	effect.confidence = lower(lower(effect.confidence, certainty(holds)), most_believed(w, e));
	if (e->kind == EFFECT_WAITS) {
		effect.category = CATEGORY_WAIT;
		if (unknown_time(p, w, e))
			effect.confidence = lower(effect.confidence, LEVEL_MEDIUM);
	}
	if (e->descriptor) {
		struct descriptor state = descriptor_state(p, &w->parent, &w->call, e);

		if (state.blocks == TRUTH_FALSE || (e->unless_opened && g_strcmp0(e->unless_opened, state.opens) == 0))
			return;
		effect.confidence = lower(effect.confidence, certainty(state.blocks));
		effect.opens = state.opens;
		effect.category = category_of(state.opens, e->category);
	}
	add_effect(w, effect);
}

static const struct effect needs_loop = { .kind = EFFECT_NEEDS_LOOP };

static bool speaks(enum effect_kind kind)
{
	return kind == EFFECT_BLOCKS || kind == EFFECT_RUNS_LOOP || kind == EFFECT_WAITS;
}

/* What is declared of the called function, or of the field it is called through, goes before what it does inside. */
static bool follow_marked(struct following *w)
{
	struct program *p = w->s->p;
	bool worker = w->parent.context == CONTEXT_WORKER;
	uint32_t slot = w->call.callee ? 0 : pointers_slot_of(p, w->call.caller, call_node(p, &w->call)->first);
	const struct marks *marks =
		w->call.callee ? &program_function(p, w->call.callee)->marks : marks_of_slot(p, slot);
	unsigned caller = program_function(p, w->call.caller)->marks.bits;
	bool applies = marks->bits & MARK_BLOCKING || (marks->bits & MARK_WORKER && !worker) ||
		       (marks->bits & MARK_NO_COROUTINE && caller & MARK_COROUTINE);

	if (worker && threads_needs_loop(p, &w->parent, &w->call)) {
		add_effect(w, (struct loop_effect){ .instance = w->parent_index,
						    .call = w->call_index,
						    .effect = &needs_loop,
						    .confidence = w->parent.confidence });
		return true;
	}
	if (worker && marks->bits & MARK_ANY_THREAD)
		return true;
	if (marks->effect && applies) {
		consider(w, marks->effect, w->call.callee, LEVEL_HIGH);
		return true;
	}
	return marks->bits & MARK_NONBLOCKING;
}

/* A library function behind a pointer: `ssize_t (*io)(int, void *, size_t) = read;` */
static void follow_library(struct following *w, uint32_t function, enum level confidence)
{
	const struct model *model = program_function(w->s->p, function)->model;

	for (size_t i = 0; model && i < model->effect_count; i++)
		if (speaks(model->effects[i]->kind))
			consider(w, model->effects[i], function, confidence);
}

static void follow_call(struct following *w)
{
	struct program *p = w->s->p;

	if (follow_marked(w))
		return;
	if (!w->call.callee) {
		follow_indirect(w, call_node(p, &w->call)->first);
		return;
	}
	const struct program_function *callee = program_function(p, w->call.callee);
	bool own_wait = w->call.waits;
	bool library = !callee->fact || (callee->flags & SYMBOL_SYSTEM);

	if (w->parent.from_callback && !own_wait && callee->fact && callee->waits) {
		add_effect(w, (struct loop_effect){ .instance = w->parent_index,
						    .call = w->call_index,
						    .callee = w->call.callee,
						    .confidence = w->parent.confidence,
						    .nested_wait = true });
		return;
	}
	if (library)
		follow_within(w);
	if (library && gobject_each_constructed(p, &w->call, follow_constructed, w))
		return; /* more is known than what a pack says of every type */
	if (library && callee->model) {
		bool spoken = false;

		for (size_t i = 0; i < callee->model->effect_count; i++) {
			const struct effect *e = callee->model->effects[i];

			if (!speaks(e->kind))
				continue;
			spoken = true;
			if (!own_wait)
				consider(w, e, w->call.callee, LEVEL_HIGH);
		}
		follow_called_back(w, callee->model);
		if (spoken)
			return; /* what the library does inside is said */
	}
	if (!callee->fact && callee->async_form && !(callee->model && callee->model->effect_count) && !own_wait)
		consider(w, callee->async_form, w->call.callee, LEVEL_HIGH);
	struct instance child = child_of(w, w->call.callee);
	if (w->call.alternative) {
		child.alternative = true;
		child.confidence = LEVEL_LOW;
	}
	follow_into(w, child);
}

static bool in_scope(const struct program *p, const struct instance *in, const struct call *call)
{
	if (!in->loop)
		return true;
	for (uint32_t l = call->loop; l; l = program_item(p, loops, struct loop, l)->outer)
		if (l == in->loop)
			return true;
	return false;
}

/* Calls that lead nowhere, on whatever path: into a library of which nothing is known, or the end of the process. */
static bool leads_nowhere(const struct program *p, uint32_t index)
{
	const struct call *call = program_call(p, index);
	const struct program_function *callee = call->callee ? program_function(p, call->callee) : NULL;

	if (call->dying)
		return true;
	return callee && !callee->fact && !callee->model && !callee->marks.bits && !callee->constructs &&
	       !callee->async_form && !within_of(p, call->callee);
}

/* What another path that knows the same was led to, by the same call. */
static void follow_again(struct following *w, const struct outcome *outcome)
{
	struct search *s = w->s;

	for (uint32_t i = 0; i < outcome->edges; i++)
		add_worker_edge(s->p, w->parent_index, w->call_index, outcome_edge(s->outcomes, outcome, i));
	for (uint32_t i = 0; i < outcome->effects; i++) {
		struct loop_effect effect = *outcome_effect(s->outcomes, outcome, i);

		effect.instance = w->parent_index;
		effect.confidence = lower(effect.confidence, w->confidence);
		keep_effect(s, effect);
	}
}

static void follow_first(struct following *w)
{
	struct program *p = w->s->p;

	w->call = *program_call(p, w->call_index);
	if (in_scope(p, &w->parent, &w->call) && value_guards(p, &w->parent, &w->call) != TRUTH_FALSE)
		follow_call(w);
}

static void follow_one(struct following *w)
{
	struct search *s = w->s;
	const struct outcome *known = outcome_find(s->outcomes, s->p, w->call_index, &w->parent);

	if (known) {
		follow_again(w, known);
		return;
	}
	outcome_begin(s->outcomes, s->p, &w->parent);
	follow_first(w);
	outcome_end(s->outcomes, s->p, w->call_index);
}

/* Whether a path that was not sure has been overtaken: what is behind it was followed in all its programs by others. */
static bool is_followed_surely(const struct program *p, const struct instance *in)
{
	return in->confidence == LEVEL_LOW && !(in->programs & ~program_instance(p, in->index)->sure);
}

static void follow_instance(struct search *s, uint32_t index)
{
	struct program *p = s->p;
	struct following w = { .s = s, .parent = *program_instance(p, index), .parent_index = index };
	const struct program_function *f = program_function(p, w.parent.function);

	if (w.parent.depth >= 200 || is_followed_surely(p, &w.parent))
		return;
	w.confidence = w.parent.confidence;
	w.parent.doubtful = w.confidence == LEVEL_LOW;
	w.parent.confidence = LEVEL_HIGH;
	if (s->outcomes)
		outcome_enter(s->outcomes);
	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
		w.call_index = i;
		if (!s->outcomes && !leads_nowhere(p, i))
			follow_first(&w);
		else if (s->outcomes && !outcome_nothing(s->outcomes, i))
			follow_one(&w);
	}
}

static bool next_instance(struct search *s, guint *done, enum level least, uint32_t *index)
{
	for (int level = LEVEL_HIGH; level >= (int)least; level--)
		if (done[level] < s->queues[level]->len) {
			*index = g_array_index(s->queues[level], uint32_t, done[level]++);
			return true;
		}
	return false;
}

static void push_root(struct search *s, uint32_t index)
{
	const struct root root = *program_item(s->p, roots, struct root, index);
	uint64_t programs = roots_programs(s->p, &root);

	push(s, (struct instance){ .function = root.function,
				   .context = root.context,
				   .confidence = programs_only_test(programs) ? LEVEL_LOW : root.confidence,
				   .root = index,
				   .programs = programs,
				   .loop = root.loop,
				   .from_callback = root.kind != ROOT_LOOP });
}

/* The roots of the loop: first those that it comes to all the time, so that a witness begins at one if it can. */
static void push_steady(struct search *s, bool seldom)
{
	for (uint32_t i = 1; i < s->p->roots->len; i++) {
		const struct root *root = program_item(s->p, roots, struct root, i);
		bool is_seldom = root->registration && root->registration->seldom;

		if (root->context == CONTEXT_LOOP && !root->deferred && is_seldom == seldom)
			push_root(s, i);
	}
}

/* A thread with a loop of its own is no worker: what it runs is on that loop. */
static void push_workers(struct search *s)
{
	for (uint32_t i = 1; i < s->p->roots->len; i++) {
		const struct root *root = program_item(s->p, roots, struct root, i);

		if (root->context == CONTEXT_WORKER && !threads_own_loop(s->p, root->function))
			push_root(s, i);
	}
}

void program_find_contexts(struct program *p, bool include_startup)
{
	struct search s = { .p = p,
			    .effect_index = g_hash_table_new(program_hash64, NULL),
			    .startup = include_startup };
	guint done[LEVELS] = { 0 };
	uint32_t index;

	p->instance_index = g_hash_table_new(program_hash64, NULL);
	p->port_visits = g_hash_table_new(program_hash64, NULL);
	for (int level = 0; level < LEVELS; level++)
		s.queues[level] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	mode_mark(p);
	parameters_mark(p);
	for (uint32_t i = 1; i < p->ports->len; i++)
		ask_port(p, program_item(p, ports, struct port, i));
	roots_find(p);
	alternative_find(p);
	loops_find(p);
	emitted_defer(p);
	identity_find(p);
	if (include_startup)
		roots_add_startup(p);
	s.outcomes = outcomes_new(p);
	for (uint32_t i = 1; i < p->calls->len; i++)
		if (leads_nowhere(p, i))
			outcome_is_nothing(s.outcomes, i);
	push_steady(&s, false);
	while (next_instance(&s, done, LEVEL_MEDIUM, &index))
		follow_instance(&s, index);
	push_steady(&s, true);
	while (next_instance(&s, done, LEVEL_LOW, &index))
		follow_instance(&s, index);
	guint registered = p->roots->len;
	external_find(p, roots_add);
	for (uint32_t i = registered; i < p->roots->len; i++)
		push_root(&s, i);
	while (next_instance(&s, done, LEVEL_LOW, &index))
		follow_instance(&s, index);
	if (include_startup)
		for (uint32_t i = 1; i < p->roots->len; i++)
			if (program_item(p, roots, struct root, i)->context == CONTEXT_STARTUP)
				push_root(&s, i);
	push_workers(&s);
	while (next_instance(&s, done, LEVEL_LOW, &index))
		follow_instance(&s, index);
	outcomes_free(s.outcomes);
	threads_find(p);
	locks_find(p);
	spins_find(p);
	cancel_find(p);
	catches_find(p);
	for (int level = 0; level < LEVELS; level++)
		g_array_free(s.queues[level], TRUE);
	g_hash_table_destroy(s.effect_index);
}

/* Forgets what a search found. */
static void forget_search(struct program *p)
{
	g_hash_table_remove_all(p->instance_index);
	g_hash_table_remove_all(p->port_visits);
	for (guint i = 0; i < p->waiting_calls->len; i++)
		program_call(p, g_array_index(p->waiting_calls, uint32_t, i))->waits = false;
	g_array_set_size(p->waiting_calls, 0);
	g_array_set_size(p->instances, 1);
	g_array_set_size(p->loop_effects, 1);
	for (uint32_t i = 1; i < p->functions->len; i++) {
		program_function(p, i)->plain = 0;
		program_function(p, i)->instances = 0;
		program_function(p, i)->waits = false;
	}
}

void program_explore(struct program *p, struct arena *scratch, uint32_t function, const struct environment *environment)
{
	struct environment known = *environment;
	struct search s = { .p = p, .arena = scratch, .effect_index = g_hash_table_new(program_hash64, NULL) };
	struct root root = {
		.kind = ROOT_STORED, .function = function, .context = CONTEXT_LOOP, .confidence = LEVEL_HIGH
	};
	guint done[LEVELS] = { 0 };
	uint32_t index;

	forget_search(p);
	arena_finish(scratch);
	for (int level = 0; level < LEVELS; level++)
		s.queues[level] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	g_array_append_val(p->roots, root);
	push(&s, (struct instance){ .function = function,
				    .context = CONTEXT_LOOP,
				    .confidence = LEVEL_HIGH,
				    .root = p->roots->len - 1,
				    .programs = programs_of(p, function),
				    .from_callback = true,
				    .known = knowledge_of(p, &known) });
	while (next_instance(&s, done, LEVEL_LOW, &index))
		follow_instance(&s, index);
	for (int level = 0; level < LEVELS; level++)
		g_array_free(s.queues[level], TRUE);
	g_hash_table_destroy(s.effect_index);
}
