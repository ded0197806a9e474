/*
 * closing_end: whether code ends a pending operation, marks it, or waits for it; see closing.h.
 *
 * What counts is generous, since a finding says that nothing does: any mention of a field that holds or leads to the
 * operation; a function of the library that ends such operations, given what no field names; what is called so
 * (`server_remove(c)`), given the object; a wait; a question about a field that the start or the callback sets.
 */
#include "program/closing.h"
#include "program/flow.h"

#include <string.h>

enum { MAX_CALLEES = 4 /* deep */, MAX_FUNCTIONS = 300 };

struct ending {
	struct program *p;
	const struct pending *pending;
	uint32_t starter;
	uint32_t start;      /* node of the call that starts it */
	GHashTable *set;     /* keys of fields of the object that the starter or the callback sets */
	GHashTable *answers; /* function -> whether it ends it, plus one */
	unsigned level;      /* how deep in trees */
	bool within_call;    /* among the arguments of a call */
};

/* The way to a node. */
enum way { WAY_ENDS, WAY_GOES_ON, WAY_LEAVES };

static void note_set(struct ending *e, uint32_t function)
{
	const struct program_function *f = program_function(e->p, function);

	for (uint32_t i = f->fact ? f->fact->body : 0; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i), *place = n->first ? function_node(f, n->first) : NULL;
		bool sets = n->kind == NODE_ASSIGN ||
			    (n->kind == NODE_UNARY && (n->op == OP_INCREMENT || n->op == OP_DECREMENT));

		if (sets && place->kind == NODE_FIELD &&
		    strcmp(pending_type(e->p, f, place->first), e->pending->type) == 0)
			g_hash_table_add(e->set, (gpointer)pending_field(f, place));
	}
}

struct ending *ending_new(struct program *p, const struct pending *pending)
{
	struct ending *e = g_new0(struct ending, 1);
	const struct call *call = program_call(p, pending->call);

	e->p = p;
	e->pending = pending;
	e->starter = call->caller;
	e->start = call->node;
	e->set = g_hash_table_new(g_str_hash, g_str_equal);
	e->answers = g_hash_table_new(NULL, NULL);
	note_set(e, call->caller);
	if (pending->callback)
		note_set(e, pending->callback);
	return e;
}

void ending_free(struct ending *e)
{
	g_hash_table_destroy(e->set);
	g_hash_table_destroy(e->answers);
	g_free(e);
}

static bool is_handle(const struct ending *e, const char *key)
{
	for (unsigned i = 0; key && i < e->pending->handle_count; i++)
		if (strcmp(e->pending->handles[i], key) == 0)
			return true;
	return key && e->pending->via && strcmp(e->pending->via, key) == 0;
}

static bool has_word(const char *name, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(name, words[i]))
			return true;
	return false;
}

static bool is_named_so(const char *name)
{
	static const char *const words[] = { "cancel", "remove", "unregister", "abort", "disconnect", "unlink",
					     "purge",  "detach", "forget",     "flush", "drain" };

	return has_word(name, words, G_N_ELEMENTS(words));
}

static bool waits(const struct program_function *callee)
{
	static const char *const words[] = { "_join", "_wait", "_sync" };

	return has_word(callee->name, words, G_N_ELEMENTS(words)) || g_str_has_suffix(callee->name, "wait");
}

static bool is_ended_by(const struct ending *e, const char *name)
{
	for (const char *const *one = e->pending->form ? e->pending->form->ended_by : NULL; one && *one; one++)
		if (strcmp(*one, name) == 0)
			return true;
	return false;
}

/* Whether a prototype takes such a thing. */
static bool takes_type(const char *prototype, const char *type)
{
	const char *at = strchr(prototype, '(');

	return *type && at && strstr(at, type) != NULL;
}

/* Whether what no field names may be what was started: its type is that of a handle, or one for all kinds. */
static bool may_be_handle(const struct ending *e, const char *type, const struct program_function *callee)
{
	const struct program_function *starter = program_function(e->p, program_call(e->p, e->pending->call)->callee);

	if (!*type || g_str_has_prefix(type, "void") || takes_type(callee->type, type) ||
	    takes_type(starter->type, type))
		return true;
	for (unsigned i = 0; i < e->pending->handle_count; i++)
		if (g_str_has_prefix(type, e->pending->handle_types[i]))
			return true;
	return false;
}

/* A call of what ends such operations: of this one, unless it is given another field. */
static bool call_ends(const struct ending *e, const struct program_function *f, const struct node *n,
		      const struct program_function *callee)
{
	const struct pending_form *form = e->pending->form;
	bool exact = form->repeats || !form->handle;

	for (uint32_t child = n->first; child; child = function_node(f, child)->next) {
		const struct node *a = function_node(f, completion_without_cast(e->p, f, child));

		if (a->kind == NODE_ADDRESS)
			a = function_node(f, a->first);
		if (a->kind == NODE_FIELD && exact)
			continue; /* a handle was found by its name already */
		if (a->kind == NODE_FIELD || a->kind == NODE_CALL || a->kind == NODE_GLOBAL)
			return true;
		if ((a->kind == NODE_LOCAL || a->kind == NODE_PARAM) &&
		    may_be_handle(e, pending_type(e->p, f, child), callee))
			return true;
	}
	return false;
}

/* The field that an argument is, or points at; NULL: none. */
static const char *field_given(const struct ending *e, const struct program_function *f, uint32_t argument)
{
	const struct node *n = function_node(f, completion_without_cast(e->p, f, argument));

	return pending_field(f, n->kind == NODE_ADDRESS ? function_node(f, n->first) : n);
}

/* Whether a GCancellable that may be the operation's is cancelled. */
static bool cancels(struct ending *e, const struct program_function *f, const struct node *n)
{
	unsigned argument = 0;

	for (uint32_t child = n->first; child; child = function_node(f, child)->next, argument++) {
		const char *key = field_given(e, f, child);

		if (strstr(pending_type(e->p, f, child), "Cancellable") && (!key || is_handle(e, key)) &&
		    completion_cancels(e->p, f, n, argument))
			return true;
	}
	return false;
}

/* Whether all that is handed over are cancellables out of other fields: `clear_cancellable(&view->another)`. */
static bool given_others_only(const struct ending *e, const struct program_function *f, const struct node *n)
{
	for (uint32_t child = n->first; child; child = function_node(f, child)->next) {
		const char *key = field_given(e, f, child);

		if (!strstr(pending_type(e->p, f, child), "Cancellable") || !key || is_handle(e, key))
			return false;
	}
	return n->first != 0;
}

static bool given_object(const struct ending *e, const struct program_function *f, const struct node *n)
{
	for (uint32_t child = n->first; child; child = function_node(f, child)->next)
		if (strcmp(pending_type(e->p, f, child), e->pending->type) == 0 &&
		    function_node(f, child)->kind != NODE_FIELD)
			return true;
	return false;
}

static bool function_ends(struct ending *e, uint32_t function, unsigned depth);

struct deeper {
	struct ending *e;
	unsigned depth;
	bool any, ends;
};

static void visit_target(uint32_t function, uint32_t target, void *data)
{
	struct deeper *d = data;

	(void)target;
	d->any = true;
	d->ends = d->ends || (function != d->e->pending->callback && function_ends(d->e, function, d->depth));
}

static bool call_by_pointer_ends(struct ending *e, uint32_t function, const struct node *n, unsigned depth)
{
	const struct program_function *f = program_function(e->p, function);
	struct deeper d = { e, depth, false, false };

	pointers_each(e->p, function, n->first, visit_target, &d);
	return d.ends || (!d.any && given_object(e, f, n));
}

static bool call_is_end(struct ending *e, uint32_t function, const struct node *n, unsigned depth)
{
	const struct program_function *f = program_function(e->p, function);
	uint32_t called = completion_callee_of(e->p, f, n);

	if (!called)
		return n->first && !n->symbol && call_by_pointer_ends(e, function, n, depth);
	const struct program_function *callee = program_function(e->p, called);
	if (e->pending->cancel && cancels(e, f, n))
		return true;
	if (e->pending->cancel && given_others_only(e, f, n))
		return false;
	if ((is_ended_by(e, callee->name) && call_ends(e, f, n, callee)) || waits(callee))
		return true;
	if (is_named_so(callee->name) && given_object(e, f, n) && !callee->fact)
		return true;
	return callee->fact && callee->fact->body && function_ends(e, called, depth);
}

/* Whether a function, which answers a question, looks at a field that the start or the callback sets. */
static bool looks_at_set(const struct ending *e, uint32_t function)
{
	const struct program_function *f = program_function(e->p, function);

	for (uint32_t i = f->fact ? f->fact->body : 0; i && i < f->end_node; i++) {
		const char *key = pending_field(f, function_node(f, i));

		if (key && g_hash_table_contains(e->set, key))
			return true;
	}
	return false;
}

/* Whether a node ends the operation, by itself. `asks`: it decides whether control comes to where the object is freed. */
static bool node_ends(struct ending *e, uint32_t function, uint32_t node, bool asks, unsigned depth)
{
	const struct program_function *f = program_function(e->p, function);
	const struct node *n = function_node(f, node);
	const char *key = pending_field(f, n);

	if (key && !e->pending->cancel && is_handle(e, key) && (function != e->starter || e->within_call))
		return true;
	if (key && asks && g_hash_table_contains(e->set, key))
		return true;
	if (n->kind != NODE_CALL)
		return false;
	return call_is_end(e, function, n, depth) || (asks && looks_at_set(e, completion_callee_of(e->p, f, n)));
}

/* Whether some branch of a statement never comes back to what follows. */
static bool may_leave(const struct program *p, const struct program_function *f, const struct node *n)
{
	uint32_t then = n->kind == NODE_IF ? function_node(f, n->first)->next : 0;
	uint32_t other = then ? function_node(f, then)->next : 0;

	return (then && control_exits(p, f, then)) || (other && control_exits(p, f, other));
}

/* Of the function that starts the operation: only what is named so ends one, and not what is done to start it. */
static bool starts_or_keeps(const struct ending *e, const struct node *n, uint32_t node)
{
	static const char *const words[] = { "cancel", "remove", "stop",  "del",    "close",
					     "free",   "clear",  "unref", "destroy" };
	const struct program_function *f = program_function(e->p, e->starter);

	if (node == e->start || n->kind == NODE_ASSIGN)
		return true;
	return n->kind == NODE_CALL && n->symbol && !is_ended_by(e, completion_callee(e->p, f, n)) &&
	       !has_word(completion_callee(e->p, f, n), words, G_N_ELEMENTS(words));
}

/* ... or anything below it. On the way to a place (`passing`), a branch that never comes back is left out. */
static bool tree_ends(struct ending *e, uint32_t function, uint32_t node, bool asks, bool passing, unsigned depth)
{
	const struct program_function *f = program_function(e->p, function);
	const struct node *n = function_node(f, node);
	bool leaves = passing && may_leave(e->p, f, n), ends = false;

	if (function == e->starter && starts_or_keeps(e, n, node))
		return false; /* the start is no end */
	if (e->level >= FLOW_DEPTH || node_ends(e, function, node, asks, depth))
		return true;
	bool within_call = e->within_call;
	e->within_call = n->kind == NODE_CALL || (within_call && n->kind != NODE_BLOCK);
	e->level++;
	for (uint32_t child = n->first; child && !ends; child = function_node(f, child)->next) {
		bool condition = child == n->first;

		if (!leaves || condition || !control_exits(e->p, f, child))
			ends = tree_ends(e, function, child, asks || (leaves && condition), passing, depth);
	}
	e->level--;
	e->within_call = within_call;
	return ends;
}

static bool function_ends(struct ending *e, uint32_t function, unsigned depth)
{
	const struct program_function *f = program_function(e->p, function);
	gpointer known = g_hash_table_lookup(e->answers, GUINT_TO_POINTER(function));

	if (known)
		return GPOINTER_TO_UINT(known) - 1;
	if (!f->fact || !f->fact->body)
		return false;
	if (depth >= MAX_CALLEES)
		return false;
	if (g_hash_table_size(e->answers) >= MAX_FUNCTIONS)
		return true; /* too much is done there to say that nothing ends it */
	g_hash_table_insert(e->answers, GUINT_TO_POINTER(function), GUINT_TO_POINTER(1)); /* while it is looked at */
	bool ends = tree_ends(e, function, f->fact->body, false, false, depth + 1);
	g_hash_table_insert(e->answers, GUINT_TO_POINTER(function), GUINT_TO_POINTER(ends + 1U));
	return ends;
}

bool ending_within(struct ending *e, uint32_t function)
{
	const struct program_function *f = program_function(e->p, function);

	return f->fact && f->fact->body && tree_ends(e, function, f->fact->body, false, false, 0);
}

bool ending_behind(struct ending *e, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(e->p, function);

	for (uint32_t i = node + 1; i < f->end_node; i++)
		if (function_node(f, i)->kind == NODE_CALL && call_is_end(e, function, function_node(f, i), 0))
			return true;
	return false;
}

/* --- the way to a node --- */

/* The child that a node below `n` belongs to: they are numbered in the order of the source, parents first. */
static uint32_t child_towards(const struct program_function *f, const struct node *n, uint32_t node)
{
	uint32_t towards = 0;

	for_each_child(child, f->facts, n)
		if (child <= node)
			towards = child;
	return towards;
}

static enum way way_to(struct ending *e, uint32_t function, uint32_t from, uint32_t node);

/* The statements of a block before the one that leads on, from the last that nothing falls through, and behind it. */
static enum way way_through_block(struct ending *e, uint32_t function, const struct node *block, uint32_t towards,
				  uint32_t node)
{
	const struct program_function *f = program_function(e->p, function);
	uint32_t begin = block->first;

	for (uint32_t child = block->first; child != towards; child = function_node(f, child)->next)
		if (control_exits(e->p, f, child) || function_node(f, child)->kind == NODE_BREAK)
			begin = function_node(f, child)->next;
	for (uint32_t child = begin; child != towards; child = function_node(f, child)->next)
		if (tree_ends(e, function, child, false, true, 0))
			return WAY_ENDS;
	enum way way = way_to(e, function, towards, node);
	for (uint32_t child = function_node(f, towards)->next; child && way == WAY_GOES_ON;
	     child = function_node(f, child)->next) {
		if (tree_ends(e, function, child, false, false, 0))
			way = WAY_ENDS;
		else if (control_exits(e->p, f, child) || function_node(f, child)->kind == NODE_BREAK)
			way = WAY_LEAVES;
	}
	return way;
}

static enum way way_to(struct ending *e, uint32_t function, uint32_t from, uint32_t node)
{
	const struct program_function *f = program_function(e->p, function);
	const struct node *n = function_node(f, from);
	uint32_t towards = from == node ? 0 : child_towards(f, n, node);
	bool branches = n->kind == NODE_IF || n->kind == NODE_SWITCH;

	if (!towards)
		return WAY_GOES_ON;
	if (++e->level >= FLOW_DEPTH)
		return WAY_ENDS;
	if (n->kind == NODE_BLOCK)
		return way_through_block(e, function, n, towards, node);
	for (uint32_t child = n->first; child; child = function_node(f, child)->next) {
		bool condition = child == n->first && branches;

		if (child != towards && (condition || !branches) &&
		    tree_ends(e, function, child, condition || n->kind == NODE_LOOP, true, 0))
			return WAY_ENDS;
	}
	enum way way = way_to(e, function, towards, node);
	return way == WAY_LEAVES && n->kind == NODE_LOOP ? WAY_GOES_ON : way;
}

bool ending_on_the_way(struct ending *e, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(e->p, function);
	const struct node *n = function_node(f, node);

	for_each_child(child, f->facts, n)
		if (tree_ends(e, function, child, false, false, 0))
			return true;
	if (n->kind == NODE_CALL && is_ended_by(e, completion_callee(e->p, f, n)) &&
	    call_ends(e, f, n, program_function(e->p, completion_callee_of(e->p, f, n))))
		return true;
	if (n->kind == NODE_CALL && n->symbol && function_ends(e, completion_callee_of(e->p, f, n), 0))
		return true; /* what frees it ends it first */
	enum way way = way_to(e, function, f->fact->body, node);
	e->level = 0;
	return way == WAY_ENDS;
}
