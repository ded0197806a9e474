/*
 * hazard: what program/threads.c found, as rules see it and as findings.
 */
#include "check/internal.h"

#include <string.h>

static const struct hazard *hazard_at(const struct program *p, uint32_t index)
{
	return program_item(p, hazards, struct hazard, index);
}

static const char *cause_of(const struct program *p, const struct hazard *h)
{
	if (h->kind == HAZARD_OFFLOADED)
		return program_function(p, h->function)->name;
	const struct loop_effect *effect = program_item(p, thread_effects, struct loop_effect, h->effect);
	return check_callee(p, program_call(p, effect->call));
}

bool next_hazard(const struct program *p, enum hazard_kind kind, struct hazard_view *hazard)
{
	uint32_t index = hazard->index + 1;

	while (index < p->hazards->len && hazard_at(p, index)->kind != kind)
		index++;
	if (index >= p->hazards->len)
		return false;
	const struct hazard *h = hazard_at(p, index);
	uint32_t entered = h->entered ? program_instance(p, h->entered)->function : 0;
	*hazard = (struct hazard_view){
		.index = index,
		.callee = entered ? program_function(p, entered)->name : check_callee(p, program_call(p, h->call)),
		.cause = cause_of(p, h),
		.direct = !entered,
	};
	return true;
}

/* Registration and path to the call, then what the call comes to. */
static void add_off_loop(struct witness *w, const struct hazard *h, const struct hazard_view *view)
{
	const struct loop_effect *effect = program_item(w->p, thread_effects, struct loop_effect, h->effect);
	const struct call *call = program_call(w->p, effect->call);

	witness_add_path(w, 0, h->instance);
	if (h->entered) {
		witness_add_entry(w, h->call, h->entered);
		witness_add_path(w, h->entered, effect->instance);
	}
	witness_add(w, STEP_EFFECT, check_place(w->p, call->caller, call->node), effect->confidence,
		    arena_printf(w->arena, "'%s' needs the loop's thread", view->cause));
}

static void add_offloaded(struct witness *w, const struct hazard *h, const struct hazard_view *view)
{
	const struct call *call = program_call(w->p, h->call);

	witness_add_origin(w, h->target, call->node);
	witness_add(w, STEP_REGISTRATION, check_place(w->p, call->caller, call->node), h->confidence,
		    arena_printf(w->arena, "'%s' runs '%s' on a worker thread", view->callee, view->cause));
}

void hazard_add(struct check *out, const struct hazard_view *view, const char *advice, const char *format, ...)
{
	const struct program *p = out->program;
	const struct hazard *h = hazard_at(p, view->index);
	const struct call *site = program_call(p, h->call);
	struct finding finding = check_finding(out, check_place(p, site->caller, site->node), view->callee);
	struct witness witness = witness_begin(out->arena, p);
	va_list arguments;

	finding.severity = LEVEL_HIGH;
	finding.confidence = h->confidence;
	finding.context = CONTEXT_WORKER;
	if (advice) {
		finding.advice = ADVICE_ASYNC;
		finding.advice_text = advice;
	}
	if (h->kind == HAZARD_OFFLOADED)
		add_offloaded(&witness, h, view);
	else
		add_off_loop(&witness, h, view);
	witness_end(&witness, &finding.witness, &finding.steps);
	va_start(arguments, format);
	check_keep(out, &finding, site->ordinal, format, arguments);
	va_end(arguments);
}
