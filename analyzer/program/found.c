/*
 * found: functions that are looked up by their name while the program runs.
 *
 * Plug-ins are opened with dlopen and entered through dlsym(plugin, "plugin_init"), which packs describe (`finds`). The
 * name is a text in the call, or one that is handed along to it; what bears that name in any unit of the tree may be
 * what is found, as a plug-in that is not of the tree may be, of which nothing is known. What nothing in the tree is
 * called comes from outside of it.
 */
#include "program/value.h"

enum { MAX_HANDED_ON = 3 };

struct lookup {
	struct program *p;
	found_visit *visit; /* NULL: they are counted */
	void *data;
	unsigned found, missing; /* names of something in the tree, and of nothing there */
	bool made;               /* a name may be put together, or come from where nobody looks */
};

const struct effect *found_by(const struct program *p, const struct call *call)
{
	return function_effect(p, call->callee, EFFECT_FINDS);
}

static void visit_named(struct lookup *l, const char *name, const struct call *where)
{
	g_autofree char *key = g_strconcat("c:@F@", name, NULL);
	uint32_t function = GPOINTER_TO_UINT(g_hash_table_lookup(l->p->function_by_key, key));
	unsigned before = l->found;

	for (; function; function = program_function(l->p, function)->same_key) {
		if (!program_function(l->p, function)->fact)
			continue;
		l->found++;
		if (l->visit)
			l->visit(function, where, l->data);
	}
	l->missing += l->found == before;
}

/* The texts that `argument` of a call may be, here or where a caller's parameter comes from. */
static void visit_names(struct lookup *l, uint32_t index, unsigned argument, unsigned handed_on)
{
	const struct call *call = program_call(l->p, index);
	const struct program_function *caller = program_function(l->p, call->caller);
	uint32_t node = call_argument(l->p, call, argument);
	const struct node *n = node ? function_node(caller, node) : NULL;

	if (n && n->kind == NODE_STRING) {
		visit_named(l, facts_string(caller->facts, n->text), call);
		return;
	}
	if (!n || n->kind != NODE_PARAM || handed_on == MAX_HANDED_ON) {
		l->made = true;
		return;
	}
	callers_index(l->p);
	for (uint32_t i = l->p->calls_of[call->caller]; i; i = l->p->next_call_of[i])
		visit_names(l, i, (unsigned)n->value + 1, handed_on + 1);
}

void found_each(struct program *p, uint32_t call, found_visit *visit, void *data)
{
	struct lookup lookup = { .p = p, .visit = visit, .data = data };
	const struct effect *finds = found_by(p, program_call(p, call));

	if (finds)
		visit_names(&lookup, call, (unsigned)finds->from_argument, 0);
}

uint32_t found_node(const struct program *p, const struct call *call)
{
	const struct effect *finds = found_by(p, call);

	if (!finds)
		return 0;
	return finds->to_argument ? call_argument(p, call, (unsigned)finds->to_argument) : call->node;
}

bool found_outside(struct program *p, uint32_t call)
{
	struct lookup lookup = { .p = p };
	const struct effect *finds = found_by(p, program_call(p, call));

	if (finds)
		visit_names(&lookup, call, (unsigned)finds->from_argument, 0);
	return lookup.missing && !lookup.found && !lookup.made;
}
