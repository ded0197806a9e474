/*
 * threads: what workers do that belongs on the loop's thread.
 *
 * A worker may lead to a call that needs the loop through code that the loop runs too (`update_view` calls gtk, and a
 * worker calls `update_view`). Then the mistake is the call that enters that code, not each of the calls inside it. So
 * from a call that needs the loop we go up its path to the outermost function that the loop runs as well, and report
 * every call by which workers enter it.
 *
 *      worker -> job_done -> [update_view -> set_label -> gtk_label_set_text]
 *                         ^ here
 */
#include "program/internal.h"

#include <string.h>

enum { OWN_LOOP_DEPTH = 3 }; /* a loop that a function makes to wait for something below that is not the thread's */

static bool call_runs_loop(const struct program *p, uint32_t index)
{
	const struct call *call = program_call(p, index);
	const struct model *model = program_function(p, call->callee)->model;

	if (call->waits || (call->callee && program_function(p, call->callee)->waits))
		return true;
	for (size_t i = 0; model && i < model->effect_count; i++)
		if (model->effects[i]->kind == EFFECT_RUNS_LOOP)
			return true;
	return false;
}

static bool reaches_loop(const struct program *p, uint32_t function, unsigned depth)
{
	const struct program_function *f = program_function(p, function);

	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++)
		if (call_runs_loop(p, i))
			return true;
	for (uint32_t i = f->first_call; depth && i < f->first_call + f->calls; i++) {
		uint32_t callee = program_call(p, i)->callee;

		if (callee && callee != function && !main_context_waits(p, callee) &&
		    reaches_loop(p, callee, depth - 1))
			return true;
	}
	return false;
}

bool threads_own_loop(const struct program *p, uint32_t function)
{
	return reaches_loop(p, function, OWN_LOOP_DEPTH);
}

/* Calls that do nothing of note: of a library, and no pack says that they take their time. */
static bool is_quick(const struct program *p, const struct call *call)
{
	const struct program_function *f = call->callee ? program_function(p, call->callee) : NULL;

	if (!f || f->fact || f->async_form)
		return false;
	for (size_t i = 0; f->model && i < f->model->effect_count; i++)
		if (f->model->effects[i]->kind == EFFECT_BLOCKS || f->model->effects[i]->kind == EFFECT_RUNS_LOOP ||
		    f->model->effects[i]->kind == EFFECT_WAITS)
			return false;
	return true;
}

/* Whether `posting` is the last that the function of a thread does. */
static bool is_last_act(const struct program *p, const struct call *posting)
{
	const struct program_function *thread = program_function(p, posting->caller);
	gpointer key = GSIZE_TO_POINTER((gsize)posting->caller << 8 | CONTEXT_WORKER);

	if (posting->loop || !g_hash_table_contains(p->rooted, key))
		return false;
	for (uint32_t i = thread->first_call; i < thread->first_call + thread->calls; i++) {
		const struct call *call = program_call(p, i);

		if (call->node > posting->node && !is_quick(p, call))
			return false;
	}
	return true;
}

bool threads_over(const struct program *p, uint32_t function)
{
	bool over = false;

	if (!p->rooted_again || g_hash_table_contains(p->rooted_again, GUINT_TO_POINTER(function)))
		return false;
	for (uint32_t i = 1; i < p->roots->len && !over; i++) {
		const struct root *root = program_item(p, roots, struct root, i);

		over = root->function == function && root->kind == ROOT_REGISTERED && root->call &&
		       is_last_act(p, program_call(p, root->call));
	}
	for (uint32_t i = 1; over && i < p->calls->len; i++)
		over = program_call(p, i)->callee != function;
	return over;
}

static bool any_thread(struct program *p, const struct instance *in, const struct call *call)
{
	const struct program_function *callee = program_function(p, call->callee);

	if (callee->marks.bits & MARK_ANY_THREAD)
		return true;
	for (size_t i = 0; callee->model && i < callee->model->effect_count; i++)
		if (callee->model->effects[i]->kind == EFFECT_ANY_THREAD &&
		    value_effect(p, in, call, callee->model->effects[i]) != TRUTH_FALSE)
			return true;
	return false;
}

bool threads_needs_loop(struct program *p, const struct instance *in, const struct call *call)
{
	if (!call->callee) {
		uint32_t slot = pointers_slot_of(p, call->caller, call_node(p, call)->first);

		return marks_of_slot(p, slot)->bits & MARK_LOOP_ONLY;
	}
	return program_function(p, call->callee)->marks.bits & MARK_LOOP_ONLY && !any_thread(p, in, call);
}

struct finder {
	struct program *p;
	uint8_t *on_loop;     /* per function: the loop runs it, by a registration or a loop written by hand */
	GHashTable *reported; /* calls */
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

/* The outermost instance on the path to `instance` whose function the loop runs too; 0: none. */
static uint32_t outermost_shared(const struct finder *f, uint32_t instance)
{
	uint32_t found = 0;

	for (uint32_t i = instance; i; i = program_instance(f->p, i)->parent)
		if (f->on_loop[program_instance(f->p, i)->function])
			found = i;
	return found;
}

static void report(struct finder *f, struct hazard hazard)
{
	if (g_hash_table_add(f->reported, GUINT_TO_POINTER(hazard.call)))
		g_array_append_val(f->p->hazards, hazard);
}

/* Of the calls that enter an instance; they are kept with the first of those that are equal. */
static uint32_t first_edge(const struct program *p, uint32_t instance)
{
	return program_instance(p, program_instance(p, instance)->index)->first_edge;
}

static void report_entries(struct finder *f, uint32_t effect, uint32_t entered)
{
	const struct loop_effect *e = program_item(f->p, thread_effects, struct loop_effect, effect);
	uint32_t next;

	for (uint32_t i = first_edge(f->p, entered); i; i = next) {
		const struct worker_edge *edge = program_item(f->p, worker_edges, struct worker_edge, i);

		next = edge->next;
		if (!outermost_shared(f, edge->from))
			report(f, (struct hazard){ .kind = HAZARD_OFF_LOOP,
						   .severity = LEVEL_HIGH,
						   .instance = edge->from,
						   .call = edge->call,
						   .effect = effect,
						   .entered = entered,
						   .confidence = MIN(e->confidence,
								     program_instance(f->p, edge->from)->confidence) });
	}
}

static void find_off_loop(struct finder *f)
{
	GHashTable *done = g_hash_table_new(NULL, NULL); /* instances whose entries are reported */

	for (uint32_t i = 1; i < f->p->thread_effects->len; i++) {
		const struct loop_effect *e = program_item(f->p, thread_effects, struct loop_effect, i);
		uint32_t entered;

		if (!e->effect || e->effect->kind != EFFECT_NEEDS_LOOP)
			continue;
		entered = outermost_shared(f, e->instance);
		if (entered && program_instance(f->p, entered)->parent) {
			if (g_hash_table_add(done, GUINT_TO_POINTER(entered)))
				report_entries(f, i, entered);
			continue;
		}
		report(f, (struct hazard){ .kind = HAZARD_OFF_LOOP,
					   .severity = LEVEL_HIGH,
					   .instance = e->instance,
					   .call = e->call,
					   .effect = i,
					   .confidence = e->confidence });
	}
	g_hash_table_destroy(done);
}

struct handing {
	struct finder *finder;
	uint32_t call;
};

static void judge_handed(uint32_t function, uint32_t target, void *data)
{
	struct handing *h = data;

	if (program_function(h->finder->p, function)->marks.bits & (MARK_LOOP_ONLY | MARK_COROUTINE))
		report(h->finder, (struct hazard){ .kind = HAZARD_OFFLOADED,
						   .severity = LEVEL_HIGH,
						   .call = h->call,
						   .function = function,
						   .target = target,
						   .confidence = LEVEL_HIGH });
}

static void find_offloaded(struct finder *f)
{
	struct program *p = f->p;

	for (uint32_t i = 1; i < p->calls->len; i++) {
		struct call call = *program_call(p, i);
		const struct model *model = call.callee ? program_function(p, call.callee)->model : NULL;
		struct handing handing = { f, i };

		for (size_t k = 0; model && !call.cleanup && k < model->register_count; k++)
			if (model->registers[k]->context == CONTEXT_WORKER)
				pointers_each(p, call.caller,
					      call_argument(p, &call, (unsigned)model->registers[k]->callback),
					      judge_handed, &handing);
	}
}

void threads_find(struct program *p)
{
	struct finder f = { .p = p, .reported = g_hash_table_new(NULL, NULL) };

	mark_on_loop(&f);
	find_offloaded(&f);
	find_off_loop(&f);
	g_hash_table_destroy(f.reported);
	g_free(f.on_loop);
}
