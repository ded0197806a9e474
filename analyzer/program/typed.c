/*
 * typed: callbacks that are told by their type. A library may take them into tables of its own through a bare pointer
 * (`*ngx_array_push(&phases[i].handlers) = handler`), and all that is seen of such a place is what type it has.
 */
#include "program/contexts.h"

#include <string.h>

static void look_into(struct program *p, uint32_t function, const char *type, pointer_visit *visit, void *data)
{
	const struct program_function f = *program_function(p, function);

	for (uint32_t k = f.fact ? f.fact->body : 0; k && k < f.end_node; k++) {
		const struct node *n = function_node(&f, k);
		uint32_t named = n->kind == NODE_FUNCTION ? link_symbol(p, f.unit - 1, n->symbol) : 0;

		if (named && strcmp(program_function(p, named)->type, type) == 0)
			visit(named, 0, data);
	}
}

void typed_each(struct program *p, const char *type, pointer_visit *visit, void *data)
{
	for (uint32_t i = 1; i < p->functions->len; i++)
		look_into(p, i, type, visit, data);
}
