/*
 * cancel: what program/cancel.c found, as rules see it and as findings.
 */
#include "check/internal.h"
#include "program/cancel.h"

#include <string.h>

static const struct cancel_fault *fault_at(const struct program *p, uint32_t index)
{
	return program_item(p, cancel_faults, struct cancel_fault, index);
}

static const char *what_of(const struct program *p, const struct cancel_fault *fault)
{
	const struct program_function *f = program_function(p, fault->site.callback);

	const struct node *n = function_node(f, fault->node);

	if (fault->kind == CANCEL_AS_FAILURE && n->kind == NODE_ASSIGN) /* what the code is made */
		return facts_string(f->facts, function_node(f, function_node(f, n->first)->next)->text);
	return fault->symbol ? facts_string(f->facts, facts_symbol(f->facts, fault->symbol)->name) : "";
}

/* What a macro has written is known by the function that it wrote around it: load_offload(). */
static bool is_generated(const struct program *p, const struct call *call)
{
	const struct program_function *f = program_function(p, call->caller);

	return f->fact && facts_node(f->facts, f->fact->body)->macro && call_node(p, call)->macro;
}

static const char *operation_of(const struct program *p, const struct cancel_fault *fault)
{
	const struct completion_site *site = &fault->site;
	const struct call *call = site->call ? program_call(p, site->call) : NULL;

	if (call && is_generated(p, call))
		return program_function(p, call->caller)->name;
	return call ? check_callee(p, call) : site->field ? site->field : "";
}

bool next_cancel(const struct program *p, enum cancel_kind kind, struct cancel_view *view)
{
	uint32_t index = view->index + 1;

	while (index < p->cancel_faults->len && fault_at(p, index)->kind != kind)
		index++;
	if (index >= p->cancel_faults->len)
		return false;
	const struct cancel_fault *fault = fault_at(p, index);
	*view = (struct cancel_view){
		.index = index,
		.operation = operation_of(p, fault),
		.callback = program_function(p, fault->site.callback)->name,
		.what = what_of(p, fault),
		.severity = fault->severity,
		.told = fault->told != 0,
		.recodes = fault->kind == CANCEL_AS_FAILURE &&
			   function_node(program_function(p, fault->site.callback), fault->node)->kind == NODE_ASSIGN,
		.carried = fault->site.field != NULL,
		.refused = fault->site.returns && fault->site.returns->refuses,
		.lent = fault->site.lifetime == LIFETIME_KEPT,
	};
	return true;
}

static void show_operation(struct witness *w, const struct cancel_fault *fault, const struct cancel_view *view)
{
	static const char *const cancellers[] = {
		[CANCELLER_NONE] = "",
		[CANCELLER_OWNER] = ", and can be cancelled by the owner of its user data",
		[CANCELLER_REQUEST] = ", and can be cancelled",
		[CANCELLER_OTHER] = ", and can be cancelled",
		[CANCELLER_CALLER] = ", and can be cancelled by who calls this",
	};
	const struct completion_site *site = &fault->site;
	const struct call *call = site->call ? program_call(w->p, site->call) : NULL;
	struct place place = call           ? check_place(w->p, call->caller, call->node)
			     : site->holder ? check_place(w->p, site->holder, site->stored)
					    : (struct place){ 0 };

	if (!call && !site->holder)
		return;
	if (view->recodes) {
		witness_add(w, STEP_CALL, place, fault->confidence,
			    arena_printf(w->arena, "'%s' may be handed a cancellation here", view->callback));
		return;
	}
	witness_add(w, STEP_REGISTRATION, place, fault->confidence,
		    arena_printf(w->arena, "'%s' tells '%s' how it ended%s", view->operation, view->callback,
				 cancellers[fault->site.canceller]));
}

static void show_branch(struct witness *w, const struct cancel_fault *fault)
{
	uint32_t node = fault->told ? fault->told : fault->finish;

	if (node)
		witness_add(w, STEP_HANDLER, check_place(w->p, fault->site.callback, node), LEVEL_HIGH,
			    fault->told ? "this tells a cancellation apart from other failures"
					: "this does not tell a cancellation apart from other outcomes");
}

static const char *effect_text(enum cancel_kind kind)
{
	static const char *const texts[] = {
		[CANCEL_USE_AFTER] = "this is reached after a cancellation, when the object may be gone",
		[CANCEL_AS_FAILURE] = "this is reached after a cancellation as after any other failure",
		[CANCEL_AS_SUCCESS] = "this is reached after a cancellation as after a success",
		[CANCEL_LOST_COMPLETION] = "from here on nothing is completed, as it is after success and failure",
		[CANCEL_IGNORED_STATUS] = "this uses a result that a cancelled operation did not make",
		[CANCEL_DISABLED] = "from here on this thread is not cancelled, and on some way out it still is not",
		[CANCEL_TWICE] = "this completes it a second time",
	};

	return texts[kind];
}

/* Among the calls or looks of the same name in its function, in the order of the source. */
static unsigned ordinal_of(const struct program *p, const struct cancel_fault *fault)
{
	const struct program_function *f = program_function(p, fault->site.callback);
	unsigned ordinal = 0;

	for (uint32_t i = f->fact->body; i && i < fault->node; i++)
		ordinal += fault->symbol && function_node(f, i)->symbol == fault->symbol &&
			   function_node(f, i)->kind == function_node(f, fault->node)->kind;
	return ordinal;
}

void cancel_add(struct check *out, const struct cancel_view *view, const char *advice, const char *format, ...)
{
	const struct program *p = out->program;
	const struct cancel_fault *fault = fault_at(p, view->index);
	struct finding finding = check_finding(out, check_place(p, fault->site.callback, fault->node), view->what);
	struct witness witness = witness_begin(out->arena, p);
	va_list arguments;

	finding.severity = fault->severity;
	finding.confidence = fault->confidence;
	finding.context = CONTEXT_LOOP;
	finding.advice = ADVICE_CANCEL;
	finding.advice_text = advice;
	if (fault->site.call || fault->site.field) {
		show_operation(&witness, fault, view);
		show_branch(&witness, fault);
	}
	witness_add(&witness, STEP_EFFECT, check_place(p, fault->site.callback, fault->node), fault->confidence,
		    effect_text(fault->kind));
	witness_end(&witness, &finding.witness, &finding.steps);
	va_start(arguments, format);
	check_keep(out, &finding, ordinal_of(p, fault), "", format, arguments);
	va_end(arguments);
}
