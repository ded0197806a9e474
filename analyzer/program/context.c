/*
 * context: who runs where.
 *
 * Roots are callbacks that a registration hands over and the bodies of loops written by hand. From each, calls are
 * followed breadth-first. What is visited is an instance: a function, a context, and what is known of those parameters
 * that decide something inside it (a guard, a flag, a callback it calls at once). So a verdict belongs to a path:
 * `wait_child(pid, WNOHANG)` and `wait_child(pid, 0)` are two instances, `for_each(list, cheap)` never leads to what
 * others pass to `for_each`. Surer edges are followed first, so an instance has its most convincing shortest path.
 */
#include "program/external.h"
#include "program/gobject.h"
#include "program/cancel.h"
#include "program/following.h"
#include "program/kin.h"
#include "program/contexts.h"

#include <string.h>

static bool next_instance(struct search *s, guint *done, enum level least, uint32_t *index)
{
	for (int level = LEVEL_HIGH; level >= (int)least; level--)
		if (done[level] < s->queues[level]->len) {
			*index = g_array_index(s->queues[level], uint32_t, done[level]++);
			return true;
		}
	return false;
}

void search_push_root(struct search *s, uint32_t index)
{
	const struct root root = *program_item(s->p, roots, struct root, index);
	uint64_t programs = roots_programs(s->p, &root);

	struct instance in = { .function = root.function,
			       .context = root.context,
			       .confidence = programs_only_test(programs) ? LEVEL_LOW : root.confidence,
			       .root = index,
			       .programs = programs,
			       .loop = root.loop,
			       .from_callback = root.kind != ROOT_LOOP };

	in.known = following_root(s->p, &in);
	search_push(s, in);
}

/* The roots of the loop: first those that it comes to all the time, so that a witness begins at one if it can. */
static void push_steady(struct search *s, bool seldom)
{
	for (uint32_t i = 1; i < s->p->roots->len; i++) {
		const struct root *root = program_item(s->p, roots, struct root, i);
		bool is_seldom = root->registration && root->registration->seldom;

		if (root->context == CONTEXT_LOOP && !root->deferred && is_seldom == seldom)
			search_push_root(s, i);
	}
}

/*
 * A thread with a loop of its own is no worker: what it runs is on that loop. The blocks of scopes come last, those that
 * nothing has led to: what is known around them is not known then.
 */
static void push_workers(struct search *s, bool scopes)
{
	for (uint32_t i = 1; i < s->p->roots->len; i++) {
		const struct root *root = program_item(s->p, roots, struct root, i);
		const struct program_function *f = program_function(s->p, root->function);
		bool is_scope = (f->marks.bits & MARK_SCOPE) != 0;

		if (root->context == CONTEXT_WORKER && is_scope == scopes && (!scopes || !f->instances) &&
		    !threads_own_loop(s->p, root->function))
			search_push_root(s, i);
	}
}

void program_find_contexts(struct program *p, bool include_startup)
{
	struct search s = { .p = p,
			    .effect_index = g_hash_table_new(program_hash64, NULL),
			    .startup = include_startup };
	guint done[LEVELS] = { 0 };
	uint32_t index;

	p->instance_index = g_hash_table_new(program_hash64, NULL);
	p->port_visits = g_hash_table_new(program_hash64, NULL);
	for (int level = 0; level < LEVELS; level++)
		s.queues[level] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	mode_mark(p);
	parameters_mark(p);
	for (uint32_t i = 1; i < p->ports->len; i++)
		following_ask_port(p, program_item(p, ports, struct port, i));
	roots_find(p);
	alternative_find(p);
	loops_find(p);
	once_find(p);
	kin_find(p);
	emitted_defer(p);
	thread_locals_find(p);
	identity_find(p);
	if (include_startup)
		roots_add_startup(p);
	s.outcomes = outcomes_new(p);
	for (uint32_t i = 1; i < p->calls->len; i++)
		if (following_leads_nowhere(p, i))
			outcome_is_nothing(s.outcomes, i);
	push_steady(&s, false);
	while (next_instance(&s, done, LEVEL_MEDIUM, &index))
		following_instance(&s, index);
	push_steady(&s, true);
	while (next_instance(&s, done, LEVEL_LOW, &index))
		following_instance(&s, index);
	guint registered = p->roots->len;
	external_find(p, roots_add);
	for (uint32_t i = registered; i < p->roots->len; i++)
		search_push_root(&s, i);
	while (next_instance(&s, done, LEVEL_LOW, &index))
		following_instance(&s, index);
	if (include_startup)
		for (uint32_t i = 1; i < p->roots->len; i++)
			if (program_item(p, roots, struct root, i)->context == CONTEXT_STARTUP)
				search_push_root(&s, i);
	for (int scopes = 0; scopes <= 1; scopes++) {
		push_workers(&s, scopes);
		while (next_instance(&s, done, LEVEL_LOW, &index))
			following_instance(&s, index);
	}
	outcomes_free(s.outcomes);
	threads_find(p);
	locks_find(p);
	spins_find(p);
	cancel_find(p);
	catches_find(p);
	for (int level = 0; level < LEVELS; level++)
		g_array_free(s.queues[level], TRUE);
	g_hash_table_destroy(s.effect_index);
}

/* Forgets what a search found. */
static void forget_search(struct program *p)
{
	g_hash_table_remove_all(p->instance_index);
	g_hash_table_remove_all(p->port_visits);
	for (guint i = 0; i < p->waiting_calls->len; i++)
		program_call(p, g_array_index(p->waiting_calls, uint32_t, i))->waits = false;
	g_array_set_size(p->waiting_calls, 0);
	g_array_set_size(p->instances, 1);
	g_array_set_size(p->loop_effects, 1);
	for (uint32_t i = 1; i < p->functions->len; i++) {
		program_function(p, i)->plain = 0;
		program_function(p, i)->instances = 0;
		program_function(p, i)->waits = false;
	}
}

void program_explore(struct program *p, struct arena *scratch, uint32_t function, const struct environment *environment)
{
	struct environment known = *environment;
	struct search s = { .p = p, .arena = scratch, .effect_index = g_hash_table_new(program_hash64, NULL) };
	struct root root = {
		.kind = ROOT_STORED, .function = function, .context = CONTEXT_LOOP, .confidence = LEVEL_HIGH
	};
	guint done[LEVELS] = { 0 };
	uint32_t index;

	forget_search(p);
	arena_finish(scratch);
	for (int level = 0; level < LEVELS; level++)
		s.queues[level] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	g_array_append_val(p->roots, root);
	search_push(&s, (struct instance){ .function = function,
					   .context = CONTEXT_LOOP,
					   .confidence = LEVEL_HIGH,
					   .root = p->roots->len - 1,
					   .programs = programs_of(p, function),
					   .from_callback = true,
					   .known = knowledge_of(p, &known) });
	while (next_instance(&s, done, LEVEL_LOW, &index))
		following_instance(&s, index);
	for (int level = 0; level < LEVELS; level++)
		g_array_free(s.queues[level], TRUE);
	g_hash_table_destroy(s.effect_index);
}
