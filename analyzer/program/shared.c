/*
 * shared: containers of the loop that workers change.
 *
 *      loop                                             worker
 *      g_hash_table_insert(cache, key, value);          g_hash_table_insert(cache, key, value);     no lock
 *
 * GLib's containers, as most, have no lock of their own. One that lies in a global and is changed by a callback of the
 * loop is the loop's; a worker that changes it too corrupts it sooner or later. Only globals: of two objects of a struct
 * the worker's may be its own. A worker that took a lock on the way, whichever it is, is believed to know what it does,
 * and so is one that the loop waits for.
 */
#include "program/shared.h"
#include "program/value.h"

#include <string.h>

/* The global that an expression is, or lies in without a pointer between: `state.table`; 0: none. */
static const struct node *global_of(const struct program_function *f, uint32_t node)
{
	const struct node *n = function_node(f, node);

	while ((n->kind == NODE_ADDRESS || (n->kind == NODE_FIELD && !(n->flags & NODE_ARROW))) && n->first)
		n = function_node(f, n->first);
	return n->kind == NODE_GLOBAL ? n : NULL;
}

uint64_t shared_container(struct program *p, const struct call *call, const struct effect *effect)
{
	const struct program_function *f = program_function(p, call->caller);
	uint32_t node = call_argument(p, call, (unsigned)effect->from_argument);
	const struct node *global = node ? global_of(f, node) : NULL;

	if (!global || facts_symbol(f->facts, global->symbol)->flags & SYMBOL_THREAD)
		return 0;
	if (function_node(f, node)->kind == NODE_ADDRESS)
		node = function_node(f, node)->first;
	uint32_t slot = pointers_slot_of(p, call->caller, node);
	return slot ? (uint64_t)p->symbol_slot[f->unit - 1][global->symbol] << 32 | slot : 0;
}

/* Per function: in which programs the loop runs it, and not only perhaps. */
static uint64_t *run_by_the_loop(const struct program *p)
{
	uint64_t *programs = g_new0(uint64_t, p->functions->len);

	for (uint32_t i = 1; i < p->instances->len; i++) {
		const struct instance *in = program_instance(p, i);

		if (in->context == CONTEXT_LOOP && in->confidence != LEVEL_LOW)
			programs[in->function] |= in->programs;
	}
	return programs;
}

GHashTable *shared_of_the_loop(struct program *p)
{
	GHashTable *changed = g_hash_table_new_full(program_hash64, NULL, NULL, g_free);
	uint64_t *programs = run_by_the_loop(p);

	for (uint32_t i = 1; i < p->calls->len; i++) {
		const struct call call = *program_call(p, i);
		const struct effect *effect =
			programs[call.caller] ? function_effect(p, call.callee, EFFECT_CHANGES) : NULL;
		gpointer key = effect ? GSIZE_TO_POINTER(shared_container(p, &call, effect)) : NULL;

		if (!key)
			continue;
		uint64_t *in = g_hash_table_lookup(changed, key);
		if (!in) {
			in = g_new0(uint64_t, 1);
			g_hash_table_insert(changed, key, in);
		}
		*in |= programs[call.caller];
	}
	g_free(programs);
	return changed;
}

/* A lock by its name: "g_rw_lock_writer_lock", "SDL_LockMutex", "g_once_init_enter"; not "clock" or "unlock". */
static bool sounds_like_lock(const char *name)
{
	g_autofree char *lower = g_ascii_strdown(name, -1);

	for (const char *at = strstr(lower, "lock"); at; at = strstr(at + 1, "lock")) {
		bool other = at > lower && (at[-1] == 'b' || at[-1] == 'c' || g_str_has_suffix(lower, "unlock") ||
					    (at - lower >= 2 && strncmp(at - 2, "un", 2) == 0));
		if (!other)
			return true;
	}
	return strstr(lower, "_once") != NULL;
}

static bool takes_lock(const struct program *p, uint32_t function)
{
	return function_effect(p, function, EFFECT_LOCKS) || sounds_like_lock(program_function(p, function)->name);
}

static bool gives_back_lock(const struct program *p, uint32_t function)
{
	return function_effect(p, function, EFFECT_UNLOCKS) != NULL;
}

/* Who gives a lock back behind the call, without taking it in between, has it: a helper took it, or the caller. */
bool shared_is_locked(const struct program *p, const struct call *call)
{
	const struct program_function *f = program_function(p, call->caller);
	uint32_t taken = UINT32_MAX, given = UINT32_MAX; /* the first of each behind the call */

	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
		const struct call *other = program_call(p, i);

		if (!other->callee)
			continue;
		if (takes_lock(p, other->callee)) {
			if (other->node < call->node)
				return true;
			taken = MIN(taken, other->node);
		} else if (other->node > call->node && gives_back_lock(p, other->callee)) {
			given = MIN(given, other->node);
		}
	}
	return given < taken;
}
