/* closing: from where an object is freed back to the callbacks that come there; see closing.h. */
#include "program/closing.h"
#include "program/contexts.h"

#include <string.h>

enum { MAX_VISITS = 200 };

/* Where objects of a type are freed. */
struct freed {
	uint32_t function, node;
	uint32_t object; /* node: the variable that is freed; 0: of a GObject */
};

struct closer {
	struct program *p;
	struct lasting *lasting;
	GHashTable *roots;   /* function -> its root on the loop */
	GHashTable *entered; /* function -> an instance of it on the loop that is entered through a pointer */
	GHashTable *frees;   /* type -> GArray of struct freed */
	GHashTable *classes; /* functions that a class ends its objects with -> name of the field */
	GHashTable *globals; /* types of objects that a global holds */
};

/* Following one operation from one place. */
struct climb {
	struct closer *c;
	const struct pending *pending;
	struct ending *ending;
	GHashTable *visited;
	uint32_t calls[CLOSING_DEPTH];
	unsigned depth, visits;
	bool counted;            /* on the way here, references to the object are counted */
	bool ended;              /* on some way, something ends it */
	bool guessed;            /* on the way here, a pointer that holds several functions is called */
	struct abandoned *found; /* the first way on which nothing does */
};

/* --- where objects are freed --- */

static bool frees(const char *name)
{
	return g_str_has_suffix(name, "free") || g_str_has_suffix(name, "free1");
}

/* Whether it is a library's, or the program's own for any memory. */
static bool frees_memory(const struct program_function *callee)
{
	return frees(callee->name) && (!callee->fact || strstr(callee->type, "(void *"));
}

static void note_free(struct closer *c, const char *type, struct freed freed)
{
	GArray *of_type = g_hash_table_lookup(c->frees, type);

	if (of_type)
		g_array_append_val(of_type, freed);
}

static void note_frees_of_call(struct closer *c, const struct call *call)
{
	const struct program_function *f = program_function(c->p, call->caller);
	const struct node *n = function_node(f, call->node);

	for (uint32_t child = n->first; child; child = function_node(f, child)->next) {
		const struct node *a = function_node(f, completion_without_cast(c->p, f, child));

		if (a->kind == NODE_PARAM || a->kind == NODE_LOCAL)
			note_free(c, pending_type(c->p, f, child), (struct freed){ call->caller, call->node, child });
	}
}

static bool ends_objects(const char *field)
{
	static const char *const names[] = { "dispose",   "finalize", "destroy", "unmap",
					     "unrealize", "unroot",   "hide",    "shutdown" };
	const char *name = strstr(field, "Class.");

	for (size_t i = 0; name && i < G_N_ELEMENTS(names); i++)
		if (strcmp(name + strlen("Class."), names[i]) == 0)
			return true;
	return false;
}

/* The functions that classes end their objects with. */
static void find_classes(struct closer *c)
{
	for (uint32_t i = 1; i < c->p->slots->len; i++) {
		const struct slot *slot = program_slot(c->p, i);

		if (slot->kind != SLOT_FIELD || !slot->name || !ends_objects(slot->name))
			continue;
		for (uint32_t t = slot->first_target; t; t = program_target(c->p, t)->next)
			g_hash_table_insert(c->classes, GUINT_TO_POINTER(program_target(c->p, t)->function),
					    (gpointer)(strstr(slot->name, "Class.") + strlen("Class.")));
	}
}

/* Where the class hands the object on to its parent; else where its body begins. */
static uint32_t end_of_object(const struct program_function *f)
{
	uint32_t end = 0, first = 0;

	for (uint32_t i = f->fact->body + 1; i < f->end_node; i++) {
		const struct node *n = function_node(f, i);
		const struct node *called =
			n->kind == NODE_CALL && !n->symbol && n->first ? function_node(f, n->first) : NULL;
		const char *key = called ? pending_field(f, called) : NULL;

		if (key && (g_str_has_suffix(key, "@finalize") || g_str_has_suffix(key, "@dispose")))
			end = i;
		if (!first && n->line)
			first = i;
	}
	return end ? end : first;
}

/* Of each class, the types of the locals that its objects are looked at through. */
static void note_classes(struct closer *c)
{
	GHashTableIter iter;
	gpointer key, name;

	g_hash_table_iter_init(&iter, c->classes);
	while (g_hash_table_iter_next(&iter, &key, &name)) {
		const struct program_function *f = program_function(c->p, GPOINTER_TO_UINT(key));

		if (!f->fact || !f->fact->body || (strcmp(name, "finalize") != 0 && strcmp(name, "dispose") != 0))
			continue;
		for (uint32_t v = f->fact->params; v < f->fact->variables; v++)
			note_free(c,
				  facts_string(f->facts, facts_variable(f->facts, f->fact->first_variable + v)->type),
				  (struct freed){ GPOINTER_TO_UINT(key), end_of_object(f), 0 });
	}
}

static void find_frees(struct closer *c, const GArray *pending)
{
	for (guint i = 0; i < pending->len; i++) {
		const char *type = g_array_index(pending, struct pending, i).type;

		if (!g_hash_table_contains(c->frees, type))
			g_hash_table_insert(c->frees, (gpointer)type, g_array_new(FALSE, FALSE, sizeof(struct freed)));
	}
	for (uint32_t i = 1; i < c->p->calls->len; i++) {
		const struct call *call = program_call(c->p, i);

		if (call->callee && !call->cleanup && frees_memory(program_function(c->p, call->callee)))
			note_frees_of_call(c, call);
	}
	find_classes(c);
	note_classes(c);
}

/* --- who comes there --- */

static void index_roots(struct closer *c)
{
	for (uint32_t i = 1; i < c->p->roots->len; i++) {
		const struct root *root = program_item(c->p, roots, struct root, i);

		if (root->context == CONTEXT_LOOP && !programs_only_test(roots_programs(c->p, root)))
			g_hash_table_insert(c->roots, GUINT_TO_POINTER(root->function), GUINT_TO_POINTER(i));
	}
	for (uint32_t i = 1; i < c->p->instances->len; i++) {
		const struct instance *in = program_instance(c->p, i);

		if (in->context == CONTEXT_LOOP && in->parent && in->call && !program_call(c->p, in->call)->callee &&
		    in->confidence > LEVEL_LOW)
			g_hash_table_insert(c->entered, GUINT_TO_POINTER(in->function), GUINT_TO_POINTER(i));
	}
}

/* Whether a local was given a new thing: nothing was started with it yet, or this function did so. */
static bool is_fresh(const struct closer *c, const struct program_function *f, uint32_t object)
{
	return object && completion_has_reference(c->p, f, function_node(f, completion_without_cast(c->p, f, object)));
}

static void climb_from(struct climb *m, uint32_t function, uint32_t node, uint32_t object);

/* What a call is given for a parameter that holds the object. */
static uint32_t object_of_caller(const struct closer *c, const struct program_function *f, uint32_t object,
				 const struct call *call)
{
	const struct node *n = object ? function_node(f, completion_without_cast(c->p, f, object)) : NULL;

	return n && n->kind == NODE_PARAM ? call_argument(c->p, call, (unsigned)n->value + 1) : 0;
}

/* Whether what is called there may be another function as well: which of them frees what, nobody knows. */
static bool holds_several(struct program *p, uint32_t function, uint32_t node)
{
	uint32_t index = node ? pointers_slot_of(p, function, node) : 0;
	const struct slot *slot = index ? program_slot(p, index) : NULL;

	return slot && slot->first_target && program_target(p, slot->first_target)->next;
}

/* The same of the pointer by which an instance was entered; a parameter is what the call before it passed. */
static bool is_guessed(struct program *p, const struct instance *in)
{
	const struct call *call = program_call(p, in->call);
	const struct instance *caller = program_instance(p, in->parent);
	uint32_t called = call->callee ? 0 : call_node(p, call)->first;
	const struct node *n = called ? function_node(program_function(p, call->caller), called) : NULL;

	if (!n || n->kind != NODE_PARAM || !caller->call)
		return holds_several(p, call->caller, called);
	const struct call *passed = program_call(p, caller->call);
	uint32_t argument = passed->callee ? call_argument(p, passed, (unsigned)n->value + 1) : 0;
	return holds_several(p, passed->caller, argument);
}

static void climb_callers(struct climb *m, uint32_t function, uint32_t object)
{
	struct program *p = m->c->p;
	const struct program_function *f = program_function(p, function);

	for (uint32_t i = p->calls_of[function]; i; i = p->next_call_of[i]) {
		const struct call *call = program_call(p, i);

		m->calls[m->depth - 1] = i;
		if (call->caller != function && !call->dying)
			climb_from(m, call->caller, call->node, object_of_caller(m->c, f, object, call));
	}
	uint32_t instance = GPOINTER_TO_UINT(g_hash_table_lookup(m->c->entered, GUINT_TO_POINTER(function)));
	if (!instance)
		return;
	const struct instance *in = program_instance(p, instance);
	bool guessed = m->guessed;
	m->calls[m->depth - 1] = in->call;
	m->guessed |= is_guessed(p, in);
	climb_from(m, program_instance(p, in->parent)->function, program_call(p, in->call)->node, 0);
	m->guessed = guessed;
}

/* A callback that only goes on with what its registration began: `uv_close(h, on_close)`, `g_idle_add(destroy, s)`. */
static bool goes_on(const struct program *p, const struct root *root)
{
	static const char *const words[] = { "close",  "idle",      "defer",     "destroy", "_rcu",
					     "soon",   "next_tick", "_deferred", "async",   "schedule",
					     "invoke", "finish",    "_bh_",      "post",    "_once" };
	const char *name = root->call && program_call(p, root->call)->callee
				   ? program_function(p, program_call(p, root->call)->callee)->name
				   : "";

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strstr(name, words[i]))
			return true;
	return false;
}

/* A way from the loop: nothing on it ends the operation. */
static void note_way(struct climb *m, uint32_t root)
{
	struct abandoned *found = m->found;

	if (found->root)
		return;
	found->root = root;
	found->counted = m->counted;
	found->confidence = m->guessed ? LEVEL_LOW : found->confidence;
	for (unsigned i = 1; i < m->depth; i++)
		found->calls[found->call_count++] = m->calls[m->depth - 1 - i];
}

/* The loop calls the function, for reasons of its own or because the program went on so. */
static void climb_registrations(struct climb *m, uint32_t function, uint32_t index)
{
	struct program *p = m->c->p;

	if (!goes_on(p, program_item(p, roots, struct root, index))) {
		note_way(m, function);
		return;
	}
	for (uint32_t i = 1; i < p->roots->len; i++) {
		const struct root *root = program_item(p, roots, struct root, i);

		if (root->function != function || root->context != CONTEXT_LOOP || !root->call)
			continue;
		const struct call *call = program_call(p, root->call);
		m->calls[m->depth - 1] = root->call;
		climb_from(m, call->caller, call->node, 0);
	}
}

/* Whether references to objects of the type are given back here, by counting. */
static bool counts_down(const struct program *p, const struct program_function *f, const char *type)
{
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++)
		if (pending_counts(p, f, function_node(f, i), OP_DECREMENT, OP_SUBTRACT, type))
			return true;
	return false;
}

/* What ends a way there: the operation's own callback, a start that failed, an object that was just made. */
static bool is_no_way(const struct climb *m, uint32_t function, uint32_t node, uint32_t object)
{
	const struct pending *pending = m->pending;
	const struct call *start = program_call(m->c->p, pending->call);
	bool repeats = pending->form && pending->form->repeats;

	return (function == pending->callback && !repeats) || (function == start->caller && node > start->node) ||
	       is_fresh(m->c, program_function(m->c->p, function), object);
}

/* Follows all ways from the loop to a node of the function. */
static void climb_from(struct climb *m, uint32_t function, uint32_t node, uint32_t object)
{
	const struct program_function *f = program_function(m->c->p, function);
	gpointer here = GSIZE_TO_POINTER((gsize)function << 32 | node);

	if (!f->fact || !f->fact->body || m->depth >= CLOSING_DEPTH || m->visits++ > MAX_VISITS ||
	    !g_hash_table_add(m->visited, here) || is_no_way(m, function, node, object))
		return;
	if (ending_on_the_way(m->ending, function, node)) {
		m->ended = true;
		return;
	}
	uint32_t root = GPOINTER_TO_UINT(g_hash_table_lookup(m->c->roots, GUINT_TO_POINTER(function)));
	bool counted = m->counted;
	m->counted |= counts_down(m->c->p, f, m->pending->type);
	m->depth++;
	if (root)
		climb_registrations(m, function, root);
	else
		climb_callers(m, function, object);
	m->depth--;
	m->counted = counted;
}

/* --- judging --- */

static bool is_reported(const struct program *p, const struct pending *pending, const struct freed *freed)
{
	for (guint i = 1; i < p->abandoned->len; i++) {
		const struct abandoned *a = program_item(p, abandoned, struct abandoned, i);

		if (a->function == freed->function && a->node == freed->node &&
		    a->pending.callback == pending->callback)
			return true;
	}
	return false;
}

/* What is counted may well be freed by who held the last reference, long after the operation was ended. */
static void judge_free(struct closer *c, const struct pending *pending, struct ending *ending,
		       const struct freed *freed)
{
	uint32_t unit = program_function(c->p, program_call(c->p, pending->call)->caller)->unit;
	struct abandoned found = {
		.pending = *pending, .function = freed->function, .node = freed->node, .confidence = LEVEL_MEDIUM
	};
	struct climb m = { .c = c,
			   .pending = pending,
			   .ending = ending,
			   .visited = g_hash_table_new(program_hash64, NULL),
			   .found = &found };

	if (!is_reported(c->p, pending, freed) &&
	    !(pending->of_file && program_function(c->p, freed->function)->unit != unit))
		climb_from(&m, freed->function, freed->node, freed->object);
	if (m.ended && found.counted)
		found.confidence = LEVEL_LOW;
	if (found.root &&
	    closing_may_start(c->p, program_call(c->p, pending->call)->caller, programs_of(c->p, freed->function)))
		g_array_append_val(c->p->abandoned, found);
	g_hash_table_destroy(m.visited);
}

/* Whether a function of the class, in the same file, ends it as the object goes. */
static bool class_ends(struct closer *c, const struct pending *pending, struct ending *ending)
{
	uint32_t unit = program_function(c->p, program_call(c->p, pending->call)->caller)->unit;
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init(&iter, c->classes);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		if (program_function(c->p, GPOINTER_TO_UINT(key))->unit == unit &&
		    ending_within(ending, GPOINTER_TO_UINT(key)))
			return true;
	return false;
}

/* Whether who has it started ends it himself, further down: the object is his until then. */
static bool caller_ends(const struct closer *c, const struct pending *pending, struct ending *ending)
{
	uint32_t starter = program_call(c->p, pending->call)->caller;

	for (uint32_t i = c->p->calls_of[starter]; i; i = c->p->next_call_of[i])
		if (ending_behind(ending, program_call(c->p, i)->caller, program_call(c->p, i)->node))
			return true;
	return false;
}

/* The end of an object of a class: who lets go of it last is not looked for. */
static void judge_class(struct closer *c, const struct pending *pending, struct ending *ending,
			const struct freed *freed)
{
	uint32_t unit = program_function(c->p, program_call(c->p, pending->call)->caller)->unit;
	bool lasting = g_hash_table_contains(c->globals, pending->type);
	struct abandoned found = { .pending = *pending,
				   .function = freed->function,
				   .node = freed->node,
				   .root = freed->function,
				   .ends = true,
				   .confidence = LEVEL_MEDIUM };

	if (program_function(c->p, freed->function)->unit != unit || is_reported(c->p, pending, freed) ||
	    class_ends(c, pending, ending))
		return;
	if (lasting || pending->apart || (!pending->stored && !pending->cancel) || pending_has_task(c->p, pending) ||
	    caller_ends(c, pending, ending))
		found.confidence = LEVEL_LOW;
	g_array_append_val(c->p->abandoned, found);
}

static void judge(struct closer *c, const struct pending *pending)
{
	GArray *freed = g_hash_table_lookup(c->frees, pending->type);
	bool of_class = false;

	if (!freed->len || lasting_type(c->lasting, pending->type))
		return;
	struct ending *ending = ending_new(c->p, pending);
	for (guint i = 0; i < freed->len; i++) {
		const struct freed *one = &g_array_index(freed, struct freed, i);

		if (one->object)
			judge_free(c, pending, ending, one);
		else if (!of_class) {
			of_class = true;
			judge_class(c, pending, ending, one);
		}
	}
	ending_free(ending);
}

/* Objects that a global holds live as long as the program, mostly. */
static void find_globals(struct closer *c)
{
	for (uint32_t i = 1; i < c->p->slots->len; i++) {
		const struct slot *slot = program_slot(c->p, i);

		if (slot->kind == SLOT_GLOBAL && slot->type)
			g_hash_table_add(c->globals, (gpointer)slot->type);
	}
}

void closing_find(struct program *p, const GArray *sites, struct lasting *lasting)
{
	GArray *pending = pending_find(p, sites);
	struct closer c = {
		.p = p,
		.lasting = lasting,
		.roots = g_hash_table_new(NULL, NULL),
		.entered = g_hash_table_new(NULL, NULL),
		.frees = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_array_unref),
		.classes = g_hash_table_new(NULL, NULL),
		.globals = g_hash_table_new(g_str_hash, g_str_equal),
	};

	if (pending->len) {
		callers_index(p);
		index_roots(&c);
		find_frees(&c, pending);
		find_globals(&c);
	}
	for (guint i = 0; i < pending->len; i++)
		judge(&c, &g_array_index(pending, struct pending, i));
	g_hash_table_destroy(c.roots);
	g_hash_table_destroy(c.entered);
	g_hash_table_destroy(c.frees);
	g_hash_table_destroy(c.classes);
	g_hash_table_destroy(c.globals);
	g_array_free(pending, TRUE);
}
