/*
 * emitted: callbacks that run where the object they watch is used.
 *
 *      g_signal_connect(extractor, "progress", on_progress, job);
 *      extractor_run(extractor);                                       calls on_progress, on this very thread
 *
 * Objects live on the loop's thread, and so do their handlers: a registration is a root. But an object that a worker
 * made for itself is used there, and what it does to the worker is no harm to the loop. So a root is deferred while all
 * its registrations stand in functions that workers come to and `main` does not. When a path of the loop comes to one
 * of these registrations after all, it is a root from then on; if none does, workers follow it as if the registering
 * call called it. The same holds of a main context that one function makes and runs (main_context.c).
 *
 * An object that a worker gets from elsewhere (a global, a field that it does not fill, what a getter returns) is the
 * loop's: its handlers run there though only workers connect them.
 */
#include "program/completion.h"
#include "program/contexts.h"

#include <string.h>

enum { MAX_DEPTH = 6 };

bool emitted_here(const struct program *p, const struct registration *registration, uint32_t call)
{
	return registration->where_used || main_context_own(p, call);
}

void emitted_add(struct program *p, struct root root)
{
	if (!p->emitted)
		p->emitted = g_array_new(FALSE, FALSE, sizeof(struct root));
	g_array_append_val(p->emitted, root);
}

static uint8_t *reached_by_workers(struct program *p)
{
	uint8_t *reached = g_new0(uint8_t, p->functions->len);
	GArray *queue = g_array_new(FALSE, FALSE, sizeof(uint32_t));

	for (uint32_t i = 1; i < p->roots->len; i++) {
		const struct root *root = program_item(p, roots, struct root, i);

		if (root->context == CONTEXT_WORKER && !threads_own_loop(p, root->function))
			spread_add(queue, reached, root->function);
	}
	spread_calls(p, queue, reached);
	g_array_free(queue, TRUE);
	return reached;
}

/* Names of functions that return what is there already. */
static bool is_getter(const char *name)
{
	static const char *const words[] = { "_get_", "_peek_", "_lookup", "_find_" };

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strstr(name, words[i]))
			return true;
	return g_str_has_suffix(name, "_get") || g_str_has_suffix(name, "_get_default");
}

static bool is_filled_here(struct program *p, uint32_t function, uint32_t place)
{
	const struct program_function *f = program_function(p, function);
	struct keeping kept = mode_keeping(p, function, place);

	for (uint32_t i = f->fact->body; i < place; i++) {
		const struct node *n = function_node(f, i);
		struct keeping into =
			n->kind == NODE_ASSIGN && !n->op ? mode_keeping(p, function, n->first) : (struct keeping){ 0 };

		if (into.kind && into.kind == kept.kind && into.id == kept.id)
			return true;
	}
	return false;
}

/* Whether an expression is an object that was there before this function ran, as far as it shows. */
static bool is_from_elsewhere(struct program *p, uint32_t function, uint32_t node, unsigned depth)
{
	const struct program_function *f = program_function(p, function);
	const struct node *n = function_node(f, node);

	if (n->kind == NODE_FIELD || n->kind == NODE_GLOBAL)
		return !is_filled_here(p, function, node);
	if (n->kind == NODE_CALL && n->symbol) {
		const char *name = program_function(p, link_symbol(p, f->unit - 1, n->symbol))->name;

		if (completion_casts(name) && n->first && depth < MAX_DEPTH)
			return is_from_elsewhere(p, function, n->first, depth + 1);
		return is_getter(name);
	}
	if (n->kind != NODE_LOCAL || depth >= MAX_DEPTH)
		return false;
	uint32_t count;
	const struct definition *all = definitions_of(p, f, (uint32_t)n->value, &count);
	for (uint32_t i = 0; i < count; i++)
		if (all[i].value && !all[i].field && is_from_elsewhere(p, function, all[i].value, depth + 1))
			return true;
	return false;
}

static bool watches_the_loops(struct program *p, const struct root *root)
{
	const struct call call = *program_call(p, root->call);
	uint32_t object = call_argument(p, &call, 1);

	return root->registration->where_used && object && is_from_elsewhere(p, call.caller, object, 0);
}

/* Function -> root, of all that a registration of this kind made roots. */
static GHashTable *emitted_roots(const struct program *p)
{
	GHashTable *roots = g_hash_table_new(NULL, NULL);

	for (uint32_t i = 1; i < p->roots->len; i++) {
		const struct root *root = program_item(p, roots, struct root, i);

		if (root->kind == ROOT_REGISTERED && root->context == CONTEXT_LOOP &&
		    emitted_here(p, root->registration, root->call))
			g_hash_table_insert(roots, GUINT_TO_POINTER(root->function), GUINT_TO_POINTER(i));
	}
	return roots;
}

/* What stands in a thread's own function is of the loop that the thread runs, if it runs one. */
static bool is_entry(const struct program *p, uint32_t function)
{
	gpointer key = GSIZE_TO_POINTER((gsize)function << 8 | CONTEXT_WORKER);

	return main_context_waits(p, function) && g_hash_table_contains(p->rooted, key);
}

static void defer(struct program *p, const uint8_t *workers, const uint8_t *main)
{
	GHashTable *roots = emitted_roots(p);

	p->deferred = g_hash_table_new(NULL, NULL);
	for (guint i = 0; i < p->emitted->len; i++) {
		const struct root *candidate = &g_array_index(p->emitted, struct root, i);
		uint32_t caller = program_call(p, candidate->call)->caller;
		gpointer key = GUINT_TO_POINTER(candidate->function), index = g_hash_table_lookup(roots, key);

		if (!index)
			continue;
		struct root *root = program_item(p, roots, struct root, GPOINTER_TO_UINT(index));
		bool only_workers =
			workers[caller] && !main[caller] && !is_entry(p, caller) && !watches_the_loops(p, candidate);
		if (only_workers && root->call == candidate->call) {
			root->deferred = true;
			g_hash_table_insert(p->deferred, key, index);
		} else if (!only_workers && root->deferred) {
			*root = *candidate;
			g_hash_table_remove(p->deferred, key);
		}
	}
	g_hash_table_destroy(roots);
}

void emitted_defer(struct program *p)
{
	if (!p->emitted)
		return;
	uint8_t *workers = reached_by_workers(p), *main = spread_from_main(p);

	defer(p, workers, main);
	g_free(workers);
	g_free(main);
}

uint32_t emitted_deferred(const struct program *p, uint32_t function)
{
	return p->deferred ? GPOINTER_TO_UINT(g_hash_table_lookup(p->deferred, GUINT_TO_POINTER(function))) : 0;
}

void emitted_accept(struct program *p, uint32_t root, uint32_t call, uint32_t target)
{
	struct root *accepted = program_item(p, roots, struct root, root);

	accepted->deferred = false;
	accepted->call = call;
	accepted->target = target;
	g_hash_table_remove(p->deferred, GUINT_TO_POINTER(accepted->function));
}
