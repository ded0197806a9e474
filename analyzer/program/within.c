/*
 * within: callbacks that a library is handed in one call and calls in others: what curl_easy_setopt was given runs within
 * curl_easy_perform, what SSL_CTX_set_cert_cb was given within SSL_accept.
 *
 * Which object a callback belongs to is not asked: it may run within every call that its registration names.
 */
#include "program/contexts.h"

#include <string.h>

struct handing {
	struct program *p;
	const struct registration *registration;
	uint32_t call;
};

/* Functions that a library's header defines are static, and have other keys: io_uring_prep_cancel. */
static uint32_t inline_function(struct program *p, const char *name)
{
	if (!p->inline_functions) {
		p->inline_functions = g_hash_table_new(g_str_hash, g_str_equal);
		for (uint32_t i = 1; i < p->functions->len; i++)
			if (program_function(p, i)->flags & SYMBOL_SYSTEM && strchr(program_function(p, i)->key, '#'))
				g_hash_table_insert(p->inline_functions, (gpointer)program_function(p, i)->name,
						    GUINT_TO_POINTER(i));
	}
	return GPOINTER_TO_UINT(g_hash_table_lookup(p->inline_functions, name));
}

static uint32_t function_named(struct program *p, const char *name)
{
	char *key = g_strdup_printf("c:@F@%s", name);
	uint32_t function = GPOINTER_TO_UINT(g_hash_table_lookup(p->function_by_key, key));

	g_free(key);
	return function ? function : inline_function(p, name);
}

bool program_calls_one_of(struct program *p, const char *const *names)
{
	for (; names && *names; names++)
		if (function_named(p, *names))
			return true;
	return false;
}

bool program_calls_one_with(struct program *p, const char *const *names, uint32_t function)
{
	uint64_t programs = programs_of(p, function);

	callers_index(p);
	for (; names && *names; names++) {
		uint32_t called = function_named(p, *names);

		for (uint32_t i = called ? p->calls_of[called] : 0; i; i = p->next_call_of[i])
			if (programs & programs_of(p, program_call(p, i)->caller))
				return true;
	}
	return false;
}

bool program_calls_alike(struct program *p, const struct instance *in, const struct call *call, unsigned n,
			 const char *const *names)
{
	uint32_t argument = call_argument(p, call, n);
	struct program_value value = argument ? value_of(p, in, argument) : value_unknown;

	callers_index(p);
	for (; names && *names; names++) {
		uint32_t function = function_named(p, *names);

		for (uint32_t i = function ? p->calls_of[function] : 0; i; i = p->next_call_of[i]) {
			const struct call other = *program_call(p, i);
			struct instance anyone = { .function = other.caller };
			uint32_t node = call_argument(p, &other, n);
			struct program_value theirs = node ? value_of(p, &anyone, node) : value_unknown;

			if (value_compare(OP_EQ, &value, &theirs) == TRUTH_TRUE)
				return true;
		}
	}
	return false;
}

static void free_list(gpointer list)
{
	g_array_free(list, TRUE);
}

static bool is_in(const GArray *list, uint32_t function)
{
	for (guint i = 0; i < list->len; i++)
		if (g_array_index(list, struct handed_over, i).function == function)
			return true;
	return false;
}

static void add(struct program *p, uint32_t callee, struct handed_over h)
{
	GArray *list = g_hash_table_lookup(p->within, GUINT_TO_POINTER(callee));

	if (!list) {
		list = g_array_new(FALSE, FALSE, sizeof h);
		g_hash_table_insert(p->within, GUINT_TO_POINTER(callee), list);
	}
	if (!is_in(list, h.function))
		g_array_append_val(list, h);
}

static void hand_over(uint32_t function, uint32_t target, void *data)
{
	const struct handing *h = data;

	if (!function || !program_function(h->p, function)->fact)
		return;
	for (const char *const *name = h->registration->within; *name; name++) {
		uint32_t callee = function_named(h->p, *name);

		if (callee)
			add(h->p, callee,
			    (struct handed_over){ .function = function, .target = target, .call = h->call });
	}
}

static void look_at(struct program *p, uint32_t index, const struct registration *registration)
{
	struct call call = *program_call(p, index);
	struct instance anyone = { .function = call.caller };
	struct handing h = { .p = p, .registration = registration, .call = index };
	uint32_t argument = call_argument(p, &call, (unsigned)registration->callback);

	if (argument && value_conditions(p, &anyone, &call, &registration->when) != TRUTH_FALSE)
		pointers_each(p, call.caller, argument, hand_over, &h);
}

void within_find(struct program *p)
{
	p->within = g_hash_table_new_full(NULL, NULL, NULL, free_list);
	for (uint32_t i = 1; i < p->calls->len; i++) {
		const struct call *call = program_call(p, i);
		const struct model *model =
			call->callee && !call->cleanup ? program_function(p, call->callee)->model : NULL;

		for (size_t k = 0; model && k < model->register_count; k++)
			if (model->registers[k]->within)
				look_at(p, i, model->registers[k]);
	}
}

const GArray *within_of(const struct program *p, uint32_t callee)
{
	return g_hash_table_lookup(p->within, GUINT_TO_POINTER(callee));
}
