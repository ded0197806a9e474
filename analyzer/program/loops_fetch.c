/*
 * loops_fetch: a loop that only fetches what is ready, for a loop around to serve.
 *
 *      do {
 *              if ((job = pop(master)))
 *                      break;                          or: return job;
 *              poll(...);
 *      } while (!job);
 *      return job;
 */
#include "program/loops.h"

#include <string.h>

/* "struct job *(struct master *)": a count of bytes that were read is nothing to serve. */
static bool returns_pointer(const struct program_function *f)
{
	size_t length = f->type ? strcspn(f->type, "(") : 0;

	return length && f->type[length - 1] == '*';
}

static bool lies_in(const struct program *p, uint32_t at, uint32_t loop)
{
	for (uint32_t l = at; l; l = program_item(p, loops, struct loop, l)->outer)
		if (l == loop)
			return true;
	return false;
}

/* Whether a variable is set to something in a loop: it is what the loop was for, if it is returned behind it. */
static bool is_set_in(struct program *p, const struct program_function *f, const struct node *variable, uint32_t loop)
{
	uint32_t count;
	const struct definition *d = definitions_of(p, f, (uint32_t)variable->value, &count);

	for (uint32_t i = 0; i < count; i++)
		if (!d[i].field && d[i].value && lies_in(p, d[i].loop, loop) &&
		    function_node(f, d[i].value)->kind != NODE_NULL && function_node(f, d[i].value)->kind != NODE_CONST)
			return true;
	return false;
}

static bool is_fetched_in(struct program *p, const struct program_function *f, const struct region *at, uint32_t loop)
{
	uint32_t value = function_node(f, at->node)->first;
	const struct node *n = value ? function_node(f, value) : NULL;

	if (!n)
		return false;
	if (lies_in(p, at->loop, loop))
		return true;
	return at->node > program_item(p, loops, struct loop, loop)->node &&
	       (n->kind == NODE_LOCAL || n->kind == NODE_PARAM) && is_set_in(p, f, n, loop);
}

bool loop_fetches(struct program *p, uint32_t function, uint32_t loop)
{
	const struct program_function f = *program_function(p, function);

	for (uint32_t i = f.first_return; returns_pointer(&f) && i < f.first_return + f.returns; i++)
		if (is_fetched_in(p, &f, program_item(p, returns, struct region, i), loop))
			return true;
	return false;
}
