/*
 * completion_returned: operations whose outcome a call returns, as in a coroutine:
 *
 *      error = offload_await(&task);             whoever calls it is told there; and so is whoever calls a function that
 *      if (error < 0) ...                        returns what it returned
 */
#include "program/completion.h"
#include "program/contexts.h"

#include <string.h>

enum { ROUNDS = 3 /* functions that return it, one in the other */ };

struct returning {
	const struct outcome_form *form;
	const struct pack *pack;
};

/* What packs say functions return -> struct returning; of what somebody can cancel. */
static GHashTable *described(struct program *p)
{
	GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);

	for (size_t i = 0; i < p->packs->count; i++)
		for (size_t k = 0; k < p->packs->items[i].outcome_count; k++) {
			struct returning returning = { &p->packs->items[i].outcomes[k], &p->packs->items[i] };

			if (returning.form->function && (!returning.form->how.cancelled_by ||
							 program_calls_one_of(p, returning.form->how.cancelled_by)))
				g_hash_table_insert(names, (gpointer)returning.form->function,
						    g_memdup2(&returning, sizeof(returning)));
		}
	return names;
}

/* Whether a call is an expression, or what a local is set to somewhere. */
static bool may_be(const struct program *p, const struct program_function *f, uint32_t node, uint32_t call)
{
	for (struct local_values v = local_values(p, f, function_node(f, node)); local_values_next(&v);)
		if (v.value == call)
			return true;
	return node == call;
}

static bool returns_it(const struct program *p, const struct call *call)
{
	const struct program_function *f = program_function(p, call->caller);

	for (uint32_t i = f->fact->body; i && i < f->end_node; i++)
		if (function_node(f, i)->kind == NODE_RETURN && function_node(f, i)->first &&
		    may_be(p, f, function_node(f, i)->first, call->node))
			return true;
	return false;
}

/* Whether a call may return a cancellation where it stands. */
static bool may_be_cancelled(struct program *p, const struct returning *returning, const struct call *call)
{
	struct completion how = returning->form->how;

	if (shield_covers(p, program_function(p, call->caller), call->node)) {
		how.cancelled_by = returning->form->even_shielded;
		if (!how.cancelled_by)
			return false;
	}
	return completion_can_be_cancelled(p, &how, call->caller);
}

/* Per function: the outcome that it returns, or NULL. */
static const struct returning **returning_functions(struct program *p, GHashTable *names)
{
	const struct returning **table = arena_new_array(p->arena, const struct returning *, p->functions->len);
	bool any = false;

	for (uint32_t i = 1; i < p->functions->len; i++) {
		table[i] = g_hash_table_lookup(names, program_function(p, i)->name);
		any = any || table[i];
	}
	for (unsigned round = 0; any && round < ROUNDS; round++)
		for (uint32_t i = 1; i < p->calls->len; i++) {
			const struct call *call = program_call(p, i);

			if (table[call->callee] && !table[call->caller] && !call->cleanup && returns_it(p, call) &&
			    may_be_cancelled(p, table[call->callee], call))
				table[call->caller] = table[call->callee];
		}
	return any ? table : NULL;
}

GArray *completions_find_returned(struct program *p)
{
	GArray *sites = g_array_new(FALSE, FALSE, sizeof(struct completion_site));
	GHashTable *names = described(p);
	const struct returning **table = g_hash_table_size(names) ? returning_functions(p, names) : NULL;

	p->outcome_calls = table ? g_hash_table_new(NULL, NULL) : NULL;
	for (uint32_t i = 1; table && i < p->calls->len; i++) {
		const struct call *call = program_call(p, i);
		const struct returning *returning = call->cleanup ? NULL : table[call->callee];

		if (!returning || !may_be_cancelled(p, returning, call))
			continue;
		struct completion_site site = {
			.kind = COMPLETION_STATUS,
			.call = i,
			.callback = call->caller,
			.data_param = UINT32_MAX,
			.outcome = UINT32_MAX,
			.returned = call->node,
			.returns = returning->form,
			.model = &returning->form->how,
			.pack = returning->pack,
			.canceller = CANCELLER_OTHER,
		};

		g_array_append_val(sites, site);
		g_hash_table_add(p->outcome_calls, (gpointer)call_node(p, call));
	}
	g_hash_table_destroy(names);
	return sites;
}

bool completion_is_returned(const struct program *p, const struct program_function *f, uint32_t node)
{
	const struct node *n = function_node(f, node);

	if (!p->outcome_calls)
		return false;
	for (struct local_values v = local_values(p, f, n); local_values_next(&v);)
		if (g_hash_table_contains(p->outcome_calls, function_node(f, v.value)))
			return true;
	return g_hash_table_contains(p->outcome_calls, n);
}
