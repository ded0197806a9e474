/*
 * swallowed: what catches.c of program/ found, as rules see it and as findings.
 */
#include "check/internal.h"

#include <string.h>

static const struct swallowed *swallowed_at(const struct program *p, uint32_t index)
{
	return program_item(p, swallowed, struct swallowed, index);
}

static const struct node *node_of(const struct program *p, const struct swallowed *s, uint32_t node)
{
	return function_node(program_function(p, s->function), node);
}

/* What a person calls a call or a throw: the function, the field or variable it goes through, or the macro. */
static const char *name_of(const struct program *p, const struct swallowed *s, uint32_t node)
{
	const struct program_function *f = program_function(p, s->function);
	const struct node *n = node_of(p, s, node);

	if (n->kind == NODE_CALL && n->symbol && !n->macro)
		return facts_string(f->facts, facts_symbol(f->facts, n->symbol)->name);
	if (n->macro)
		return facts_string(f->facts, n->macro);
	uint32_t slot = n->kind == NODE_CALL ? pointers_slot_of((struct program *)p, s->function, n->first) : 0;
	return slot ? pointers_slot_name(p, slot) : "";
}

bool next_swallowed(const struct program *p, struct swallowed_view *view)
{
	uint32_t index = view->index + 1;

	if (index >= p->swallowed->len)
		return false;
	const struct swallowed *s = swallowed_at(p, index);
	*view = (struct swallowed_view){
		.index = index, .how = s->how, .callee = s->form->handler, .cancelled = name_of(p, s, s->cancelled)
	};
	return true;
}

static const char *how_it_ends(struct arena *arena, const struct program *p, const struct swallowed *s)
{
	const struct node *left = node_of(p, s, s->left);

	if (s->how == SWALLOWED_REPLACED)
		return arena_printf(arena, "'%s' raises another error in its place", name_of(p, s, s->left));
	if (s->how == SWALLOWED_RETRIED)
		return "the loop goes on with its next turn";
	return left->kind == NODE_RETURN ? "it returns as if nothing had been cancelled"
					 : "it goes on as if nothing had been cancelled";
}

static void show(struct witness *w, const struct swallowed *s, const struct swallowed_view *view)
{
	struct place handler = check_place(w->p, s->function, s->handler);

	witness_add(w, STEP_CALL, check_place(w->p, s->function, s->cancelled), s->confidence,
		    arena_printf(w->arena, "'%s' can be cancelled", view->cancelled));
	witness_add(w, STEP_HANDLER, handler, LEVEL_HIGH,
		    arena_printf(w->arena, "'%s' catches that as it does every error", view->callee));
	witness_add(w, STEP_EFFECT, s->left == s->handler ? handler : check_place(w->p, s->function, s->left),
		    LEVEL_HIGH, how_it_ends(w->arena, w->p, s));
}

void swallowed_add(struct check *out, const struct swallowed_view *view, const char *format, ...)
{
	const struct program *p = out->program;
	const struct swallowed *s = swallowed_at(p, view->index);
	struct finding finding = check_finding(out, check_place(p, s->function, s->handler), view->callee);
	struct witness witness = witness_begin(out->arena, p);
	va_list arguments;

	finding.severity = s->severity;
	finding.confidence = s->confidence;
	if (s->form->instead) {
		finding.advice = ADVICE_CANCEL;
		finding.advice_text = s->form->instead;
	}
	show(&witness, s, view);
	witness_end(&witness, &finding.witness, &finding.steps);
	va_start(arguments, format);
	check_keep(out, &finding, s->ordinal, "", format, arguments);
	va_end(arguments);
}
