/*
 * identity: which thread a comparison of thread ids asks for.
 *
 *      loop_thread = pthread_self();                       kept by code that no worker runs: the main thread's
 *      pthread_create(&writer, NULL, write_behind, ...)    another thread's
 *
 *      if (pthread_equal(pthread_self(), loop_thread))     true on the loop, false on a worker
 *      if (pthread_equal(pthread_self(), writer))          false on the loop
 *      if (gettid() == getpid())                           as the first
 *
 * Who asks is the path at hand. Where threads run loops of their own, a callback may be on any of them, and nothing is
 * said. Only ids in globals, and in fields of structs that are globals, count: those of objects differ from one to the
 * next.
 */
#include "program/contexts.h"

#include <string.h>

enum { MAX_PREDICATE = 80 }; /* nodes of a function that asks and does nothing else */

enum thread { THREAD_UNKNOWN, THREAD_MAIN = 1, THREAD_OTHER = 2, THREAD_EITHER = 3 };

struct identity {
	GHashTable *owners;     /* slot -> enum thread: whose id it holds */
	GHashTable *predicates; /* function -> the node it returns, or 0 if that asks for no thread */
	bool threads_loop;      /* some thread runs a loop of its own */
};

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

static const char *const self_names[] = { "pthread_self", "gettid",         "g_thread_self",
					  "thrd_current", "uv_thread_self", NULL };
static const char *const equal_names[] = { "pthread_equal", "thrd_equal", "uv_thread_equal", NULL };
static const char *const owner_names[] = { "g_main_context_is_owner", NULL };

/* The function that a node calls by name; 0: none. */
static uint32_t called(const struct program *p, const struct program_function *f, const struct node *n)
{
	return n->kind == NODE_CALL && n->symbol ? link_symbol(p, f->unit - 1, n->symbol) : 0;
}

static bool calls_one_of(const struct program *p, const struct program_function *f, const struct node *n,
			 const char *const *names)
{
	uint32_t callee = called(p, f, n);

	return callee && is_one_of(program_function(p, callee)->name, names);
}

/* `syscall(SYS_gettid)` */
static bool asks_kernel(const struct program *p, const struct program_function *f, const struct node *n)
{
	uint32_t callee = called(p, f, n);

	if (!callee || !n->first || strcmp(program_function(p, callee)->name, "syscall") != 0)
		return false;
	const struct node *number = function_node(f, n->first);
	const char *text = facts_string(f->facts, number->text), *macro = facts_string(f->facts, number->macro);
	return strstr(text, "gettid") || strstr(macro, "gettid");
}

/* Whether an expression is the id of the thread that runs it, directly or in a variable. */
static bool is_self(struct program *p, const struct program_function *f, uint32_t node)
{
	const struct node *n = function_node(f, node);

	if (n->kind == NODE_ADDRESS)
		n = function_node(f, n->first);
	if (n->kind == NODE_LOCAL) {
		uint32_t count;
		const struct definition *d = definitions_of(p, f, (uint32_t)n->value, &count);

		if (count != 1 || !d->value)
			return false;
		n = function_node(f, d->value);
	}
	return calls_one_of(p, f, n, self_names) || asks_kernel(p, f, n);
}

/* The slot of a global, or of a field of a global struct; 0: some object's. */
static uint32_t place_of(struct program *p, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(p, function);
	const struct node *n = function_node(f, node);

	if (n->kind == NODE_ADDRESS)
		n = function_node(f, node = n->first);
	const struct node *base = n;
	while (base->kind == NODE_FIELD && !(base->flags & NODE_ARROW) && base->first)
		base = function_node(f, base->first);
	return base->kind == NODE_GLOBAL ? pointers_slot_of(p, function, node) : 0;
}

static void note_owner(struct identity *i, uint32_t slot, enum thread thread)
{
	unsigned known = GPOINTER_TO_UINT(g_hash_table_lookup(i->owners, GUINT_TO_POINTER(slot)));

	if (slot)
		g_hash_table_insert(i->owners, GUINT_TO_POINTER(slot), GUINT_TO_POINTER(known | thread));
}

static bool starts_thread(const struct program_function *f)
{
	for (size_t i = 0; f->model && i < f->model->register_count; i++)
		if (f->model->registers[i]->context == CONTEXT_WORKER)
			return true;
	return false;
}

static void find_stored_ids(struct program *p, uint32_t function)
{
	const struct program_function *f = program_function(p, function);

	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i);

		if (n->kind != NODE_ASSIGN || n->op)
			continue;
		uint32_t value = function_node(f, n->first)->next;
		uint32_t callee = called(p, f, function_node(f, value));
		if (is_self(p, f, value))
			note_owner(p->identity, place_of(p, function, n->first),
				   p->on_thread[function] ? THREAD_OTHER : THREAD_MAIN);
		else if (callee && starts_thread(program_function(p, callee)))
			note_owner(p->identity, place_of(p, function, n->first), THREAD_OTHER);
	}
}

/* `pthread_create(&writer, ...)` leaves the id of another thread there. */
static void find_started(struct program *p, const struct call *call)
{
	const struct program_function *f = program_function(p, call->caller);

	for_each_child(argument, f->facts, call_node(p, call))
		if (function_node(f, argument)->kind == NODE_ADDRESS)
			note_owner(p->identity, place_of(p, call->caller, argument), THREAD_OTHER);
}

static bool threads_run_loops(const struct program *p)
{
	for (uint32_t i = 1; i < p->roots->len; i++) {
		const struct root *root = program_item(p, roots, struct root, i);

		if (root->kind == ROOT_LOOP && p->on_thread[root->function])
			return true;
	}
	for (uint32_t i = 1; i < p->calls->len; i++) {
		const struct call *call = program_call(p, i);

		if (call->callee && p->on_thread[call->caller] && function_effect(p, call->callee, EFFECT_RUNS_LOOP))
			return true;
	}
	return false;
}

static bool asks_for_threads(const struct program *p)
{
	static const char *const *const lists[] = { self_names, owner_names };

	for (size_t k = 0; k < G_N_ELEMENTS(lists); k++)
		for (const char *const *name = lists[k]; *name; name++) {
			char *key = g_strconcat("c:@F@", *name, NULL);
			bool known = g_hash_table_contains(p->function_by_key, key);

			g_free(key);
			if (known)
				return true;
		}
	return p->thread_locals || g_hash_table_contains(p->function_by_key, "c:@F@syscall");
}

void identity_find(struct program *p)
{
	if (!asks_for_threads(p))
		return;
	p->identity = arena_new(p->arena, struct identity);
	p->identity->owners = g_hash_table_new(NULL, NULL);
	p->identity->predicates = g_hash_table_new(NULL, NULL);
	p->identity->threads_loop = threads_run_loops(p);
	for (uint32_t i = 1; i < p->functions->len; i++)
		if (program_function(p, i)->fact)
			find_stored_ids(p, i);
	for (uint32_t i = 1; i < p->calls->len; i++) {
		struct call call = *program_call(p, i);

		if (call.callee && !call.cleanup && starts_thread(program_function(p, call.callee)))
			find_started(p, &call);
	}
}

void identity_free(struct identity *identity)
{
	if (!identity)
		return;
	g_hash_table_destroy(identity->owners);
	g_hash_table_destroy(identity->predicates);
}

/* Which thread runs the path. */
static enum thread thread_of(const struct program *p, const struct instance *in)
{
	if (!in->root)
		return THREAD_UNKNOWN;
	const struct root *root = program_item(p, roots, struct root, in->root);
	switch (in->context) {
	case CONTEXT_STARTUP:
	case CONTEXT_SHUTDOWN:
		return THREAD_MAIN;
	case CONTEXT_WORKER:
		return THREAD_OTHER;
	case CONTEXT_LOOP:
		if (root->kind == ROOT_LOOP)
			return p->on_thread[root->function] ? THREAD_OTHER : THREAD_MAIN;
		return p->identity->threads_loop ? THREAD_UNKNOWN : THREAD_MAIN;
	default:
		return THREAD_UNKNOWN;
	}
}

unsigned identity_known(const struct program *p, const struct instance *in)
{
	if (!p->identity || !in->root)
		return 0;
	unsigned thread = (unsigned)in->context * (THREAD_EITHER + 1) + thread_of(p, in);
	return 1 + 2 * thread + thread_locals_unset(p, in);
}

/* A variable by which threads know themselves, or what a function returns that returns nothing else. */
static bool is_own_number(struct program *p, uint32_t function, uint32_t node, int64_t *initial)
{
	const struct program_function *f = program_function(p, function);
	uint32_t callee = called(p, f, function_node(f, node)), returned = callee ? identity_predicate(p, callee) : 0;

	return returned ? thread_locals_is(p, callee, returned, initial) : thread_locals_is(p, function, node, initial);
}

bool identity_number(struct program *p, const struct instance *in, uint32_t node, int64_t *number)
{
	if (!p->thread_locals || !in->root || !is_own_number(p, in->function, node, number))
		return false;
	knowledge_asked(p, in, ASKED_THREAD);
	return thread_locals_unset(p, in);
}

/* Some thread's number against that of one that has none. */
static bool has_no_number(struct program *p, const struct instance *in, uint32_t a, uint32_t b)
{
	int64_t number, other;

	if (identity_number(p, in, b, &number)) {
		uint32_t swapped = a;

		a = b;
		b = swapped;
	} else if (!identity_number(p, in, a, &number)) {
		return false;
	}
	struct program_value value = value_eval(p, in, b, 0);
	return !value_is_constant(&value, &other);
}

/* Whose id an expression holds. */
static enum thread owner_of(struct program *p, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(p, function);
	uint32_t callee = called(p, f, function_node(f, node));

	if (callee)
		return strcmp(program_function(p, callee)->name, "getpid") == 0 ? THREAD_MAIN : THREAD_UNKNOWN;
	uint32_t slot = place_of(p, function, node);
	return slot ? GPOINTER_TO_UINT(g_hash_table_lookup(p->identity->owners, GUINT_TO_POINTER(slot)))
		    : THREAD_UNKNOWN;
}

static enum truth same_thread(struct program *p, const struct instance *in, uint32_t a, uint32_t b)
{
	const struct program_function *f = program_function(p, in->function);
	enum thread here = thread_of(p, in), owner;

	knowledge_asked(p, in, ASKED_THREAD);
	if (!a || !b || here == THREAD_UNKNOWN)
		return TRUTH_UNKNOWN;
	if (has_no_number(p, in, a, b))
		return TRUTH_FALSE;
	if (is_self(p, f, a))
		owner = owner_of(p, in->function, b);
	else if (is_self(p, f, b))
		owner = owner_of(p, in->function, a);
	else
		return TRUTH_UNKNOWN;
	if (owner == THREAD_MAIN)
		return here == THREAD_MAIN ? TRUTH_TRUE : TRUTH_FALSE;
	return owner == THREAD_OTHER && here == THREAD_MAIN ? TRUTH_FALSE : TRUTH_UNKNOWN;
}

static bool asks(const struct program *p, const struct program_function *f, const struct node *n)
{
	return calls_one_of(p, f, n, equal_names) || calls_one_of(p, f, n, self_names) ||
	       calls_one_of(p, f, n, owner_names) || asks_kernel(p, f, n);
}

/* The expression that a function returns, if that is all it does and it asks for a thread; else 0. */
static uint32_t find_predicate(struct program *p, uint32_t function)
{
	const struct program_function *f = program_function(p, function);
	uint32_t returned = 0;
	int64_t initial;
	bool asking = false;

	if (!f->fact || f->end_node - f->fact->body > MAX_PREDICATE)
		return 0;
	for (uint32_t i = f->fact->body; i && i < f->end_node; i++) {
		const struct node *n = function_node(f, i);

		if (n->kind == NODE_RETURN && (returned || !n->first))
			return 0;
		if (n->kind == NODE_RETURN)
			returned = n->first;
		asking |= n->kind == NODE_CALL ? asks(p, f, n) : thread_locals_is(p, function, i, &initial);
	}
	return asking ? returned : 0;
}

uint32_t identity_predicate(struct program *p, uint32_t function)
{
	gpointer node;

	if (!p->identity)
		return 0;
	if (!g_hash_table_lookup_extended(p->identity->predicates, GUINT_TO_POINTER(function), NULL, &node)) {
		node = GUINT_TO_POINTER(find_predicate(p, function));
		g_hash_table_insert(p->identity->predicates, GUINT_TO_POINTER(function), node);
	}
	return GPOINTER_TO_UINT(node);
}

enum truth identity_asked(struct program *p, const struct instance *in, const struct node *n)
{
	const struct program_function *f = program_function(p, in->function);

	if (!p->identity || !in->root || !n->first)
		return TRUTH_UNKNOWN;
	if (n->kind == NODE_BINARY)
		return same_thread(p, in, n->first, function_node(f, n->first)->next);
	if (calls_one_of(p, f, n, equal_names))
		return same_thread(p, in, n->first, function_node(f, n->first)->next);
	if (!calls_one_of(p, f, n, owner_names))
		return TRUTH_UNKNOWN;
	enum thread here = thread_of(p, in);
	knowledge_asked(p, in, ASKED_THREAD);
	return in->context == CONTEXT_WORKER ? TRUTH_FALSE : here == THREAD_MAIN ? TRUTH_TRUE : TRUTH_UNKNOWN;
}
