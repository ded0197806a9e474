/*
 * abandoned: what closing.c of program/ found, as rules see it and as findings.
 */
#include "check/internal.h"
#include "program/closing.h"

static const struct abandoned *abandoned_at(const struct program *p, uint32_t index)
{
	return program_item(p, abandoned, struct abandoned, index);
}

bool next_abandoned(const struct program *p, struct abandoned_view *view)
{
	uint32_t index = view->index + 1;

	if (index >= p->abandoned->len)
		return false;
	const struct abandoned *a = abandoned_at(p, index);
	*view = (struct abandoned_view){
		.index = index,
		.function = program_function(p, a->function)->name,
		.operation = check_callee(p, program_call(p, a->pending.call)),
		.callback = a->pending.callback ? program_function(p, a->pending.callback)->name : "",
		.ends = a->ends,
		.held = a->pending.held,
	};
	return true;
}

static void show_start(struct witness *w, const struct abandoned *a, const struct abandoned_view *view)
{
	const struct call *call = program_call(w->p, a->pending.call);
	const char *text = a->pending.held
				   ? arena_printf(w->arena, "'%s' starts what lies in the object", view->operation)
				   : arena_printf(w->arena, "'%s' is to call '%s' with the object", view->operation,
						  view->callback);

	witness_add(w, STEP_REGISTRATION, check_place(w->p, call->caller, call->node), a->confidence, text);
}

static void show_way(struct witness *w, const struct abandoned *a)
{
	const struct program_function *root = program_function(w->p, a->root);

	if (!a->ends)
		witness_add(w, STEP_CALLBACK, check_place(w->p, a->root, root->fact->body), LEVEL_HIGH,
			    arena_printf(w->arena, "the loop calls '%s'", root->name));
	for (unsigned i = 0; i < a->call_count; i++) {
		const struct call *call = program_call(w->p, a->calls[i]);

		witness_add(w, STEP_CALL, check_place(w->p, call->caller, call->node), LEVEL_HIGH,
			    arena_printf(w->arena, "'%s' leads to '%s'", program_function(w->p, call->caller)->name,
					 check_callee(w->p, call)));
	}
}

void abandoned_add(struct check *out, const struct abandoned_view *view, const char *advice, const char *format, ...)
{
	const struct program *p = out->program;
	const struct abandoned *a = abandoned_at(p, view->index);
	const char *about = *view->callback ? view->callback : view->operation;
	struct finding finding = check_finding(out, check_place(p, a->function, a->node), about);
	struct witness witness = witness_begin(out->arena, p);
	va_list arguments;

	finding.severity = LEVEL_HIGH;
	finding.confidence = a->confidence;
	finding.context = CONTEXT_LOOP;
	finding.advice = ADVICE_CANCEL;
	finding.advice_text = advice;
	show_start(&witness, a, view);
	show_way(&witness, a);
	witness_add(&witness, STEP_EFFECT, check_place(p, a->function, a->node), a->confidence,
		    a->ends ? "the object ends here, and nothing has ended the operation"
			    : "it is freed here, and nothing on the way has ended the operation");
	witness_end(&witness, &finding.witness, &finding.steps);
	va_start(arguments, format);
	check_keep(out, &finding, 0, "", format, arguments);
	va_end(arguments);
}
