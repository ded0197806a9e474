/*
 * threads: which threads are workers, what they leave behind, and which calls belong on the loop's thread. Where workers
 * make such calls is found in off_loop.c.
 */
#include "program/contexts.h"

#include <string.h>

enum { OWN_LOOP_DEPTH = 3 }; /* a loop that a function makes to wait for something below that is not the thread's */

static bool call_runs_loop(const struct program *p, uint32_t index)
{
	const struct call *call = program_call(p, index);

	return call->waits || (call->callee && program_function(p, call->callee)->waits) ||
	       function_effect(p, call->callee, EFFECT_RUNS_LOOP);
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

struct handing {
	struct program *p;
	GHashTable *reported; /* calls */
	uint32_t call;
};

static void judge_handed(uint32_t function, uint32_t target, void *data)
{
	struct handing *h = data;

	if (program_function(h->p, function)->marks.bits & (MARK_LOOP_ONLY | MARK_COROUTINE))
		off_loop_report(h->p, h->reported,
				(struct hazard){ .kind = HAZARD_OFFLOADED,
						 .severity = LEVEL_HIGH,
						 .call = h->call,
						 .function = function,
						 .target = target,
						 .confidence = LEVEL_HIGH });
}

static void find_offloaded(struct program *p, GHashTable *reported)
{
	for (uint32_t i = 1; i < p->calls->len; i++) {
		struct call call = *program_call(p, i);
		const struct model *model = call.callee ? program_function(p, call.callee)->model : NULL;
		struct handing handing = { p, reported, i };

		for (size_t k = 0; model && !call.cleanup && k < model->register_count; k++)
			if (model->registers[k]->context == CONTEXT_WORKER)
				pointers_each(p, call.caller,
					      call_argument(p, &call, (unsigned)model->registers[k]->callback),
					      judge_handed, &handing);
	}
}

void threads_find(struct program *p)
{
	GHashTable *reported = g_hash_table_new(NULL, NULL);

	find_offloaded(p, reported);
	off_loop_find(p, reported);
	g_hash_table_destroy(reported);
}
