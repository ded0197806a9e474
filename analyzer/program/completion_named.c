/*
 * completion_named: callbacks that no pack knows, and that compare a parameter with a constant called ..._CANCELED: they are
 * told by that parameter how an operation ended.
 */
#include "program/completion.h"

bool completion_names_cancelled(const char *text)
{
	return g_str_has_suffix(text, "_CANCELED") || g_str_has_suffix(text, "_CANCELLED") ||
	       g_str_has_suffix(text, "ECANCELED");
}

/* The constant that stands against this parameter in a comparison or a case of its `switch`; 0: none that says cancelled. */
static uint32_t tested_for_cancel(const struct program_function *f, const struct node *n, uint32_t *parameter)
{
	const struct node *left = n->first ? function_node(f, n->first) : NULL;
	uint32_t constant = 0;

	if (!left || left->kind != NODE_PARAM || left->value >= f->fact->params)
		return 0;
	*parameter = (uint32_t)left->value;
	if (n->kind == NODE_BINARY && (n->op == OP_EQ || n->op == OP_NE))
		constant = left->next;
	else if (n->kind == NODE_SWITCH && left->next)
		for_each_child(child, f->facts, function_node(f, left->next)) {
			const struct node *c = function_node(f, child);

			if (c->kind == NODE_CASE &&
			    completion_names_cancelled(facts_string(f->facts, function_node(f, c->first)->text)))
				constant = c->first;
		}
	return constant && completion_names_cancelled(facts_string(f->facts, function_node(f, constant)->text))
		       ? constant
		       : 0;
}

/* A callback that compares a parameter with a constant named ..._CANCELED is told its outcome by that parameter. */
static bool infer_status(struct program *p, struct completion_site *site)
{
	const struct program_function *f = program_function(p, site->callback);

	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i);
		uint32_t parameter = 0;
		uint32_t constant =
			n->kind == NODE_BINARY || n->kind == NODE_SWITCH ? tested_for_cancel(f, n, &parameter) : 0;

		if (!constant)
			continue;
		struct completion *model = arena_new(p->arena, struct completion);
		const char **names = arena_new_array(p->arena, const char *, 2);

		names[0] = facts_string(f->facts, function_node(f, constant)->text);
		*model = (struct completion){ .status = (int)parameter + 1, .cancelled = names };
		site->model = model;
		site->outcome = parameter;
		return true;
	}
	return false;
}

void completions_find_named(struct program *p, uint32_t index, GArray *sites)
{
	const struct call *call = program_call(p, index);
	const struct program_function *f = program_function(p, call->caller);

	if (call->callee && program_function(p, call->callee)->model)
		return;
	for (uint32_t child = function_node(f, call->node)->first; child; child = function_node(f, child)->next) {
		const struct node *n = function_node(f, child);
		uint32_t callback = n->kind == NODE_FUNCTION ? link_symbol(p, f->unit - 1, n->symbol) : 0;
		struct completion_site site = {
			.kind = COMPLETION_STATUS,
			.call = index,
			.callback = callback,
			.data_param = UINT32_MAX,
			.canceller = CANCELLER_OTHER,
		};

		if (callback && program_function(p, callback)->fact && program_function(p, callback)->fact->body &&
		    infer_status(p, &site))
			g_array_append_val(sites, site);
	}
}
