/*
 * scopes: blocks that run on another thread than the code around them. extract/scope.c makes a function of each, and gives
 * the call in its place the key of that function, what its parameters hold, and where these variables are:
 *
 *      offload__scope_enter(pool, limiter, "file.c#scope@160", n, fd, &n, &fd)
 *
 * What is known of the variables before holds at the beginning of the block, and what the block leaves in them behind it.
 * The block may have been skipped.
 */
#include "program/value.h"

#include <string.h>

bool scopes_enters(const struct program *p, uint32_t function)
{
	return function && strcmp(program_function(p, function)->name, "offload__scope_enter") == 0;
}

/* The node that names the function of the block; 0: none. */
static uint32_t key_node(const struct program_function *f, uint32_t call)
{
	for_each_child(child, f->facts, function_node(f, call)) {
		const struct node *n = function_node(f, child);

		if (n->kind == NODE_STRING && strstr(facts_string(f->facts, n->text), "#scope@"))
			return child;
	}
	return 0;
}

uint32_t scopes_function(const struct program *p, const struct program_function *f, uint32_t call, uint32_t *first)
{
	const struct node *n = function_node(f, call);
	uint32_t callee = n->symbol ? link_symbol(p, f->unit - 1, n->symbol) : 0;
	uint32_t key = scopes_enters(p, callee) ? key_node(f, call) : 0;

	if (!key)
		return 0;
	*first = function_node(f, key)->next;
	return GPOINTER_TO_UINT(
		g_hash_table_lookup(p->function_by_key, facts_string(f->facts, function_node(f, key)->text)));
}

uint32_t scopes_called(const struct program *p, const struct call *call, unsigned *before)
{
	const struct program_function *f = program_function(p, call->caller);
	uint32_t first, scope = scopes_enters(p, call->callee) ? scopes_function(p, f, call->node, &first) : 0;

	for (uint32_t child = scope ? function_node(f, call->node)->first : 0; child && child != first;
	     child = function_node(f, child)->next)
		++*before;
	return scope;
}

/* Which parameter of the block's function a variable is; UINT32_MAX: none. */
static uint32_t parameter_of(const struct program_function *f, uint32_t first, uint32_t variable, uint32_t params)
{
	uint32_t parameter = 0;

	for (uint32_t child = first; child && parameter < params; child = function_node(f, child)->next, parameter++)
		if ((uint32_t)function_node(f, child)->value == variable)
			return parameter;
	return UINT32_MAX;
}

struct program_value scopes_leaves(struct program *p, const struct program_function *f, uint32_t call,
				   uint32_t variable, const char *field, struct program_value before, unsigned depth)
{
	uint32_t first, count = 0, scope = scopes_function(p, f, call, &first);
	const struct program_function *block = scope ? program_function(p, scope) : NULL;
	struct instance as = { .function = scope };

	if (!block || !block->fact || p->nested > 4)
		return value_unknown;
	uint32_t parameter = parameter_of(f, first, variable, block->fact->params);
	if (parameter == UINT32_MAX)
		return value_unknown;
	definitions_of(p, block, parameter, &count);
	if (!count)
		return before;
	p->nested++;
	struct program_value value = variable_value(p, &as, parameter, field, block->end_node - 1, depth);
	p->nested--;
	return value_known(&before) ? value_join(before, value) : value;
}
