/*
 * cancel_code: functions of the program that are handed the code of a cancellation, by a parameter:
 *
 *      if (is_cancelled(v))                    done(v, result) {
 *              result = R_CANCELED;                    if (result != R_SUCCESS)
 *      done(v, result);                                        result = R_BAD_SIGNATURE;    now nobody knows
 *                                                      finish(v, result);
 *
 * They are told how something ended, as a completion callback is.
 */
#include "program/completion.h"

/* The constant that means cancelled which an expression may be: itself, or what a local is set to somewhere; NULL. */
static const char *code_of(const struct program *p, const struct program_function *f, uint32_t node)
{
	const struct node *n = function_node(f, node);
	const char *text = n->kind == NODE_CONST ? facts_string(f->facts, n->text) : "";

	if (completion_names_cancelled(text))
		return text;
	for (struct local_values v = local_values(p, f, n); local_values_next(&v);) {
		const struct node *value = function_node(f, v.value);

		if (value->kind == NODE_CONST && completion_names_cancelled(facts_string(f->facts, value->text)))
			return facts_string(f->facts, value->text);
	}
	return NULL;
}

static void look_at_call(struct program *p, uint32_t index, GArray *sites)
{
	const struct call *call = program_call(p, index);
	const struct program_function *f = program_function(p, call->caller);
	const struct program_function *told = program_function(p, call->callee);
	uint32_t parameter = 0;

	for (uint32_t child = call_node(p, call)->first; child && parameter < told->fact->params;
	     child = function_node(f, child)->next, parameter++) {
		const char *code = code_of(p, f, child);

		if (!code)
			continue;
		struct completion *model = arena_new(p->arena, struct completion);
		const char **names = arena_new_array(p->arena, const char *, 2);
		names[0] = code;
		*model = (struct completion){ .status = (int)parameter + 1, .cancelled = names };
		struct completion_site site = {
			.kind = COMPLETION_STATUS,
			.call = index,
			.callback = call->callee,
			.data_param = UINT32_MAX,
			.outcome = parameter,
			.model = model,
			.canceller = CANCELLER_OTHER,
		};
		g_array_append_val(sites, site);
	}
}

GArray *cancel_codes_find(struct program *p)
{
	GArray *sites = g_array_new(FALSE, FALSE, sizeof(struct completion_site));

	for (uint32_t i = 1; i < p->calls->len; i++) {
		const struct call *call = program_call(p, i);
		const struct program_function *told = call->callee ? program_function(p, call->callee) : NULL;

		if (told && told->fact && told->fact->body && !call->cleanup)
			look_at_call(p, i, sites);
	}
	return sites;
}
