/*
 * off_loop: where workers enter what belongs to the loop.
 *
 * A worker may lead to a call that needs the loop through code that the loop runs too (`update_view` calls gtk, and a
 * worker calls `update_view`). Then the mistake is the call that enters that code, not each of the calls inside it.
 *
 *      worker -> job_done -> [update_view -> set_label -> gtk_label_set_text]
 *                         ^ here
 *
 * So from a call that needs the loop we go backwards along the calls of workers, and report each that comes from code
 * which only workers run. A call needs the loop if that is declared (threads_needs_loop), if it changes a container of
 * the loop's, or if it calls the loop's handlers (shared.h). The block of an OFFLOAD_SCOPE is a worker's as well: what is
 * declared to need the loop is a mistake of its own there.
 */
#include "program/shared.h"
#include "program/contexts.h"

#include <string.h>

struct finder {
	struct program *p;
	uint8_t *on_loop;       /* per function: the loop runs it, by a registration or a loop written by hand */
	GHashTable *reported;   /* calls */
	GHashTable *arrived;    /* instances from which a declared need was followed backwards */
	GHashTable *unlocked;   /* the same for containers, on ways without a lock */
	GHashTable *handed;     /* the same for handlers, on ways by which an object of the loop's is handed down */
	GHashTable *containers; /* see shared_of_the_loop() */
	struct emissions *emissions;
};

/* One need, as it is followed backwards. */
struct need {
	uint32_t effect; /* into thread_effects */
	uint64_t container;
	uint32_t handler;
	GHashTable *arrived;
	GArray *queue; /* struct arrival */
};

/* An instance that a need was followed back to. */
struct arrival {
	uint32_t instance;
	uint32_t way; /* into off_loop_ways: to the need; 0: it is made here */
	unsigned
		object; /* the parameter, from 1, that the object with the handler comes from; 0: none, or no handler */
};

static bool declared_nonblocking(const struct program *p, const struct instance *in)
{
	const struct root *root = program_item(p, roots, struct root, in->root);

	return root->kind == ROOT_DECLARED && root->declared == MARK_NONBLOCKING;
}

static void mark_on_loop(struct finder *f)
{
	struct program *p = f->p;

	f->on_loop = g_new0(uint8_t, p->functions->len);
	for (uint32_t i = 1; i < p->instances->len; i++) {
		const struct instance *in = program_instance(p, i);

		if (in->context == CONTEXT_LOOP && !declared_nonblocking(p, in))
			f->on_loop[in->function] = 1;
	}
}

/* Whether the function of an instance, or one further up on its path, is run by the loop too; what is around a scope is not. */
static bool in_loops_code(const struct finder *f, uint32_t instance)
{
	for (uint32_t i = instance; i; i = program_instance(f->p, i)->parent) {
		const struct program_function *function = program_function(f->p, program_instance(f->p, i)->function);

		if (function->marks.bits & MARK_SCOPE)
			return false;
		if (f->on_loop[program_instance(f->p, i)->function])
			return true;
	}
	return false;
}

/* `g_task_run_in_thread_sync`, and nothing else runs it: the loop stands still meanwhile. */
static bool is_waited_for(const struct program *p, uint32_t instance)
{
	const struct root *root = program_item(p, roots, struct root, program_instance(p, instance)->root);

	if (p->rooted_again && g_hash_table_contains(p->rooted_again, GUINT_TO_POINTER(root->function)))
		return false;
	return root->kind == ROOT_REGISTERED && root->registration && root->registration->function &&
	       g_str_has_suffix(root->registration->function, "_sync");
}

/* Whether a lock is taken on the path to an instance, its last call included, or none is needed. */
static bool is_locked(const struct program *p, uint32_t instance, uint32_t last)
{
	if (is_waited_for(p, instance))
		return true;
	for (uint32_t i = instance, call = last; i; i = program_instance(p, i)->parent) {
		if (shared_is_locked(p, program_call(p, call)))
			return true;
		call = program_instance(p, i)->call;
	}
	return false;
}

static bool is_in_scope(const struct program *p, uint32_t instance)
{
	for (uint32_t i = instance; i; i = program_instance(p, i)->parent)
		if (program_function(p, program_instance(p, i)->function)->marks.bits & MARK_SCOPE)
			return true;
	return false;
}

/* The calls from where the worker begins to what it does. */
static unsigned length_of(const struct program *p, const struct hazard *hazard)
{
	unsigned calls = program_instance(p, hazard->instance)->depth;

	for (uint32_t way = hazard->way; way; way = program_item(p, off_loop_ways, struct off_loop_way, way)->next)
		calls++;
	return calls;
}

void off_loop_report(struct program *p, GHashTable *reported, struct hazard hazard)
{
	if (hazard.instance)
		hazard.confidence = MIN(hazard.confidence, level_by_length(length_of(p, &hazard)));
	if (hazard.kind == HAZARD_OFF_LOOP && !hazard.container && !hazard.handler && is_in_scope(p, hazard.instance))
		hazard.kind = HAZARD_SCOPE;
	if (g_hash_table_add(reported, GUINT_TO_POINTER(hazard.call)))
		g_array_append_val(p->hazards, hazard);
}

static struct hazard hazard_of(const struct finder *f, const struct need *need, uint32_t instance, uint32_t call)
{
	const struct loop_effect *e = program_item(f->p, thread_effects, struct loop_effect, need->effect);
	bool inferred = need->container || need->handler;

	return (struct hazard){ .kind = HAZARD_OFF_LOOP,
				.severity = LEVEL_HIGH,
				.instance = instance,
				.call = call,
				.effect = need->effect,
				.container = need->container,
				.handler = need->handler,
				.confidence = inferred ? MIN(e->confidence, LEVEL_MEDIUM) : e->confidence };
}

static void report_entry(struct finder *f, const struct need *need, const struct worker_edge *edge, uint32_t way)
{
	if (need->container && is_locked(f->p, edge->from, edge->call))
		return;
	struct hazard hazard = hazard_of(f, need, edge->from, edge->call);
	hazard.entered = edge->to;
	hazard.way = way;
	hazard.confidence = MIN(hazard.confidence, program_instance(f->p, edge->from)->confidence);
	off_loop_report(f->p, f->reported, hazard);
}

/* An object that a worker made itself is its own. */
static bool hands_over_its_own(struct finder *f, const struct worker_edge *edge, unsigned object)
{
	return object && !emissions_is_the_loops(f->p, edge->from, program_call(f->p, edge->call), object);
}

static unsigned object_of_caller(struct finder *f, const struct worker_edge *edge, unsigned object)
{
	const struct call call = *program_call(f->p, edge->call);
	uint32_t argument = object ? call_argument(f->p, &call, object) : 0;

	return argument ? emissions_param(f->p, call.caller, argument) : 0;
}

/* On from an instance to those that call it. */
static void step_back(struct finder *f, struct need *need, struct arrival at)
{
	struct program *p = f->p;
	uint32_t next;

	for (uint32_t i = program_instance(p, program_instance(p, at.instance)->index)->first_edge; i; i = next) {
		const struct worker_edge edge = *program_item(p, worker_edges, struct worker_edge, i);
		uint32_t from = program_instance(p, edge.from)->index;

		next = edge.next;
		if (hands_over_its_own(f, &edge, at.object))
			continue;
		if (!in_loops_code(f, edge.from)) {
			if (f->on_loop[program_instance(p, edge.to)->function])
				report_entry(f, need, &edge, at.way);
			continue;
		}
		if ((need->container && shared_is_locked(p, program_call(p, edge.call))) ||
		    !g_hash_table_add(need->arrived, GUINT_TO_POINTER(from)))
			continue;
		struct off_loop_way back = { .edge = i, .next = at.way };
		struct arrival caller = { edge.from, p->off_loop_ways->len, object_of_caller(f, &edge, at.object) };
		g_array_append_val(p->off_loop_ways, back);
		g_array_append_val(need->queue, caller);
	}
}

static void report_entries(struct finder *f, struct need *need, const struct loop_effect *e)
{
	struct program *p = f->p;
	const struct call call = *program_call(p, e->call);
	struct arrival first = { .instance = e->instance };

	if (!g_hash_table_add(need->arrived, GUINT_TO_POINTER(program_instance(p, e->instance)->index)))
		return;
	if (need->handler)
		first.object =
			emissions_param(p, call.caller, call_argument(p, &call, (unsigned)e->effect->from_argument));
	need->queue = g_array_new(FALSE, FALSE, sizeof(struct arrival));
	step_back(f, need, first);
	for (guint i = 0; i < need->queue->len; i++)
		step_back(f, need, g_array_index(need->queue, struct arrival, i));
	g_array_free(need->queue, TRUE);
}

/* Whether what a call of a worker does is the loop's to do; fills what is to be said of it. */
static bool needs_loop(struct finder *f, const struct loop_effect *e, struct need *need)
{
	struct program *p = f->p;
	const struct call *call = program_call(p, e->call);

	need->arrived = f->arrived;
	if (!e->effect || e->effect->kind == EFFECT_NEEDS_LOOP)
		return e->effect != NULL;
	if (e->effect->kind == EFFECT_EMITS) {
		need->arrived = f->handed;
		need->handler = emissions_handler(f->emissions, e);
		return need->handler != 0;
	}
	if (e->effect->kind != EFFECT_CHANGES)
		return false;
	need->container = shared_container(p, call, e->effect);
	need->arrived = f->unlocked;
	const uint64_t *programs = g_hash_table_lookup(f->containers, GSIZE_TO_POINTER(need->container));
	return programs && *programs & program_instance(p, e->instance)->programs && !shared_is_locked(p, call);
}

static void find_all(struct finder *f)
{
	struct program *p = f->p;

	for (uint32_t i = 1; i < p->thread_effects->len; i++) {
		const struct loop_effect e = *program_item(p, thread_effects, struct loop_effect, i);
		struct need need = { .effect = i };

		if (!needs_loop(f, &e, &need))
			continue;
		if (in_loops_code(f, e.instance))
			report_entries(f, &need, &e);
		else if (!need.container || !is_locked(p, e.instance, e.call))
			off_loop_report(p, f->reported, hazard_of(f, &need, e.instance, e.call));
	}
}

void off_loop_find(struct program *p, GHashTable *reported)
{
	struct finder f = {
		.p = p,
		.reported = reported,
		.arrived = g_hash_table_new(NULL, NULL),
		.unlocked = g_hash_table_new(NULL, NULL),
		.handed = g_hash_table_new(NULL, NULL),
	};

	if (p->thread_effects->len > 1) {
		mark_on_loop(&f);
		f.containers = shared_of_the_loop(p);
		f.emissions = emissions_find(p);
		find_all(&f);
		g_hash_table_destroy(f.containers);
		emissions_free(f.emissions);
		g_free(f.on_loop);
	}
	g_hash_table_destroy(f.arrived);
	g_hash_table_destroy(f.unlocked);
	g_hash_table_destroy(f.handed);
}
