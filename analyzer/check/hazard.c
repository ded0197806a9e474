/*
 * hazard: what threads.c, locks.c and spins.c of program/ found, as rules see it and as findings.
 */
#include "check/internal.h"

#include <string.h>

static const struct hazard *hazard_at(const struct program *p, uint32_t index)
{
	return program_item(p, hazards, struct hazard, index);
}

static const struct loop_effect *effect_at(const struct program *p, uint32_t index)
{
	return program_item(p, thread_effects, struct loop_effect, index);
}

static const char *cause_of(const struct program *p, const struct hazard *h)
{
	if (h->kind == HAZARD_OFFLOADED)
		return program_function(p, h->function)->name;
	return h->effect ? check_callee(p, program_call(p, effect_at(p, h->effect)->call)) : "";
}

static const char *callee_of(const struct program *p, const struct hazard *h)
{
	if (h->entered)
		return program_function(p, program_instance(p, h->entered)->function)->name;
	return h->call ? check_callee(p, program_call(p, h->call)) : "";
}

static void add_lock(const struct program *p, const struct hazard *h, struct hazard_view *view)
{
	const struct lock_arrival *held = program_item(p, lock_arrivals, struct lock_arrival, h->arrival);

	view->lock = pointers_slot_name(p, held->slot);
	view->where = program_function(p, program_instance(p, h->loop_instance)->function)->name;
	view->category = effect_at(p, h->effect)->category;
	if (view->category == CATEGORY_NONE)
		view->category = CATEGORY_WAIT; /* a loop of its own */
}

bool next_hazard(const struct program *p, enum hazard_kind kind, struct hazard_view *hazard)
{
	uint32_t index = hazard->index + 1;

	while (index < p->hazards->len && hazard_at(p, index)->kind != kind)
		index++;
	if (index >= p->hazards->len)
		return false;
	const struct hazard *h = hazard_at(p, index);
	*hazard = (struct hazard_view){
		.index = index,
		.callee = callee_of(p, h),
		.cause = cause_of(p, h),
		.direct = !h->entered,
		.spin = h->spin,
	};
	if (h->container) {
		const char *name = pointers_slot_name(p, (uint32_t)h->container);

		hazard->container = *name == '.' ? name + 1 : name; /* ".files" of a struct without a name */
	}
	if (h->handler)
		hazard->handler = program_function(p, h->handler)->name;
	if (kind == HAZARD_LOCK)
		add_lock(p, h, hazard);
	return true;
}

/* From the code of the loop that a worker has entered to the call that needs it. */
static void show_way(struct witness *w, uint32_t way)
{
	while (way) {
		const struct off_loop_way *at = program_item(w->p, off_loop_ways, struct off_loop_way, way);
		const struct worker_edge *edge = program_item(w->p, worker_edges, struct worker_edge, at->edge);

		witness_add_entry(w, edge->call, edge->to);
		way = at->next;
	}
}

static const char *need_text(struct witness *w, const struct hazard_view *view)
{
	if (view->container)
		return arena_printf(w->arena, "'%s' changes '%s', which the loop changes too", view->cause,
				    view->container);
	if (view->handler)
		return arena_printf(w->arena, "'%s' calls '%s', which the loop's code connected", view->cause,
				    view->handler);
	return arena_printf(w->arena, "'%s' needs the loop's thread", view->cause);
}

/* Registration and path to the call, then what the call comes to. */
static void show_off_loop(struct witness *w, const struct hazard *h, const struct hazard_view *view)
{
	const struct loop_effect *effect = effect_at(w->p, h->effect);
	const struct call *call = program_call(w->p, effect->call);

	witness_add_path(w, 0, h->instance);
	if (h->entered) {
		witness_add_entry(w, h->call, h->entered);
		show_way(w, h->way);
	}
	witness_add(w, STEP_EFFECT, check_place(w->p, call->caller, call->node), effect->confidence,
		    need_text(w, view));
}

static void show_offloaded(struct witness *w, const struct hazard *h, const struct hazard_view *view)
{
	const struct call *call = program_call(w->p, h->call);

	witness_add_origin(w, h->target, call->node);
	witness_add(w, STEP_REGISTRATION, check_place(w->p, call->caller, call->node), h->confidence,
		    arena_printf(w->arena, "'%s' runs '%s' on a worker thread", view->callee, view->cause));
}

static void show_taking(struct witness *w, uint32_t index, const char *lock, const char *who)
{
	const struct call *call = program_call(w->p, index);

	witness_add(
		w, STEP_EFFECT, check_place(w->p, call->caller, call->node), LEVEL_HIGH,
		arena_printf(w->arena, "%s takes '%s' in '%s'", who, lock, program_function(w->p, call->caller)->name));
}

/* To where the worker takes the lock, and on with it. */
static void show_held(struct witness *w, uint32_t arrival, const char *lock)
{
	const struct lock_arrival *a = program_item(w->p, lock_arrivals, struct lock_arrival, arrival);

	if (a->previous) {
		show_held(w, a->previous, lock);
		witness_add_entry(w, a->entered_by, a->instance);
		return;
	}
	witness_add_path(w, 0, a->instance);
	show_taking(w, a->taken_by, lock, "the worker");
}

static void show_lock(struct witness *w, const struct hazard *h, const struct hazard_view *view)
{
	const struct call *call = program_call(w->p, h->call);

	show_held(w, h->arrival, view->lock);
	witness_add(w, STEP_EFFECT, check_place(w->p, call->caller, call->node), h->confidence,
		    arena_printf(w->arena, "'%s' waits (%s) and '%s' is held", view->callee,
				 category_name(view->category), view->lock));
	witness_add_path(w, 0, h->loop_instance);
	show_taking(w, h->loop_call, view->lock, "the loop");
}

static struct place place_of(const struct program *p, const struct hazard *h)
{
	const struct call *call = h->call ? program_call(p, h->call) : NULL;
	const struct loop *loop = h->loop ? program_item(p, loops, struct loop, h->loop) : NULL;

	return call ? check_place(p, call->caller, call->node) : check_place(p, loop->function, loop->node);
}

static void show_spin(struct witness *w, const struct hazard *h, const struct hazard_view *view)
{
	const struct loop *loop = program_item(w->p, loops, struct loop, h->loop);

	(void)view;
	witness_add_path(w, 0, h->instance);
	witness_add(w, STEP_EFFECT, check_place(w->p, loop->function, loop->node), h->confidence,
		    "this loop waits without giving the thread back");
}

typedef void show_hazard(struct witness *w, const struct hazard *h, const struct hazard_view *view);

static show_hazard *const shows[] = {
	[HAZARD_OFF_LOOP] = show_off_loop, [HAZARD_SCOPE] = show_off_loop, [HAZARD_OFFLOADED] = show_offloaded,
	[HAZARD_LOCK] = show_lock,         [HAZARD_SPIN] = show_spin,
};

/* Tells apart findings of one function: the call's number among its like, or the loop's. */
static unsigned ordinal_of(const struct program *p, const struct hazard *h)
{
	if (h->call)
		return program_call(p, h->call)->ordinal;
	return h->loop - program_function(p, program_item(p, loops, struct loop, h->loop)->function)->first_loop;
}

void hazard_add(struct check *out, const struct hazard_view *view, const char *advice, const char *format, ...)
{
	const struct program *p = out->program;
	const struct hazard *h = hazard_at(p, view->index);
	struct finding finding = check_finding(out, place_of(p, h), view->callee);
	struct witness witness = witness_begin(out->arena, p);
	va_list arguments;

	finding.category = view->category;
	finding.severity = h->severity;
	finding.confidence = h->confidence;
	finding.context = h->kind == HAZARD_SPIN ? CONTEXT_LOOP : CONTEXT_WORKER;
	if (advice) {
		finding.advice = ADVICE_ASYNC;
		finding.advice_text = advice;
	}
	shows[h->kind](&witness, h, view);
	witness_end(&witness, &finding.witness, &finding.steps);
	va_start(arguments, format);
	check_keep(out, &finding, ordinal_of(p, h), check_reason(p, h->instance), format, arguments);
	va_end(arguments);
}
