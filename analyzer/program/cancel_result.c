/*
 * cancel_result: what the work of an operation leaves for its completion: fields that it sets, or hands out the address of.
 * If it was cancelled before it began, nothing is in them.
 *
 *      work:  job->size = read_all(...)             done:  show(job->size)
 */
#include "program/completion.h"
#include "program/value.h"

#include <string.h>

enum { MAX_HELPERS = 2 /* calls deep that the work is looked into */ };

struct looking {
	struct program *p;
	GHashTable *left; /* names of fields */
};

static void note_left(const struct looking *l, uint32_t function, unsigned depth)
{
	const struct program_function *f = program_function(l->p, function);

	for (uint32_t i = f->fact ? f->fact->body : 0; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i);
		bool writes = n->kind == NODE_ASSIGN || n->kind == NODE_ADDRESS;
		const char *field = writes && n->first ? node_field(f, function_node(f, n->first)) : "";

		if (*field)
			g_hash_table_add(l->left, (gpointer)field);
	}
	for (uint32_t i = f->first_call; f->fact && depth < MAX_HELPERS && i < f->first_call + f->calls; i++)
		if (program_call(l->p, i)->callee && program_call(l->p, i)->callee != function)
			note_left(l, program_call(l->p, i)->callee, depth + 1);
}

static void look_into_work(uint32_t function, uint32_t target, void *data)
{
	(void)target;
	note_left(data, function, 0);
}

static bool mentions(const struct program_function *f, uint32_t node, GHashTable *fields)
{
	const char *field = node_field(f, function_node(f, node));

	if (*field && g_hash_table_contains(fields, field))
		return true;
	for_each_child(child, f->facts, function_node(f, node))
		if (mentions(f, child, fields))
			return true;
	return false;
}

/* The first call of the callback that is given one of the fields; 0: none. */
static uint32_t first_use(struct program *p, const struct program_function *f, GHashTable *fields)
{
	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
		const struct call *call = program_call(p, i);

		if (!call->callee || call->cleanup || completion_releases(program_function(p, call->callee)->name))
			continue;
		for_each_child(child, f->facts, call_node(p, call))
			if (mentions(f, child, fields))
				return i;
	}
	return 0;
}

uint32_t cancel_uses_result(struct program *p, const struct completion_site *site)
{
	const struct call *call = site->call ? program_call(p, site->call) : NULL;
	const struct model *model = call && call->callee ? program_function(p, call->callee)->model : NULL;
	struct looking looking = { p, g_hash_table_new(g_str_hash, g_str_equal) };

	for (size_t i = 0; model && i < model->register_count; i++) {
		const struct registration *r = model->registers[i];

		if (r->context == CONTEXT_WORKER && r->callback > 0)
			pointers_each(p, call->caller, call_argument(p, call, (unsigned)r->callback), look_into_work,
				      &looking);
	}
	uint32_t use = first_use(p, program_function(p, site->callback), looking.left);
	g_hash_table_destroy(looking.left);
	return use;
}
