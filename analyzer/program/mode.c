/*
 * mode: what makes a descriptor blocking or non-blocking, and what mode it is in where it is used.
 *
 * A descriptor is known by the place it is kept in: a variable (or an array of them), or a slot: a field or a global.
 * What changes its mode: a call that a pack names (fcntl, ioctl, pipe2), and a function of the program that does so to
 * what it is handed. What counts is the last change on the way to the place:
 *
 *      fd = socket(...);                       blocking
 *      if (set_nonblocking(fd) < 0)            non-blocking: an `if` that asks how a call went is on the way
 *              goto fail;
 *      if (options->wait)                      perhaps blocking: nothing is known
 *              setblocking(fd, 1);
 *      read(fd, ...);
 *
 * A function of the program is judged with the arguments of the call: the 1 of `setblocking(fd, 1)` decides in it. A call
 * that hands back what the same function said of the descriptor before puts back the mode that it was in then:
 *
 *      flags = fcntl(fd, F_GETFL);
 *      fcntl(fd, F_SETFL, flags | O_NONBLOCK);
 *      read(fd, ...);
 *      fcntl(fd, F_SETFL, flags);
 */
#include "program/value.h"

#include <string.h>

enum { MAX_WRAPPERS = 6 };

struct keeping mode_keeping(struct program *p, uint32_t function, uint32_t node)
{
	const struct program_function *f = program_function(p, function);

	while (node) {
		const struct node *n = function_node(f, node);

		switch (n->kind) {
		case NODE_LOCAL:
		case NODE_PARAM:
			return (struct keeping){ .kind = KEPT_IN_VARIABLE, .id = (uint32_t)n->value };
		case NODE_FIELD:
		case NODE_GLOBAL:
			return (struct keeping){ .kind = KEPT_IN_SLOT, .id = pointers_slot_of(p, function, node) };
		case NODE_INDEX:
		case NODE_ADDRESS:
		case NODE_DEREF:
			node = n->first;
			break;
		default:
			return (struct keeping){ 0 };
		}
	}
	return (struct keeping){ 0 };
}

static bool is_kept(struct program *p, const struct call *call, unsigned argument, struct keeping in)
{
	uint32_t node = call_argument(p, call, argument);
	struct keeping k = node ? mode_keeping(p, call->caller, node) : (struct keeping){ 0 };

	return keeping_same(k, in) || mode_is_other_name(p, call->caller, k, in);
}

/* --- which functions change a mode at all --- */

static bool changes_mode(const struct effect *e)
{
	return e->kind == EFFECT_SETS_NONBLOCKING || e->kind == EFFECT_SETS_BLOCKING ||
	       (e->kind == EFFECT_TAKES_MODE && e->to_argument);
}

/* The argument that holds what `e` changes. */
static unsigned changed_argument(const struct effect *e)
{
	return (unsigned)(e->kind == EFFECT_TAKES_MODE ? e->to_argument : e->descriptor);
}

static GArray *list_of(GHashTable *table, uint32_t key)
{
	GArray *list = g_hash_table_lookup(table, GUINT_TO_POINTER(key));

	if (!list) {
		list = g_array_new(FALSE, FALSE, sizeof(uint32_t));
		g_hash_table_insert(table, GUINT_TO_POINTER(key), list);
	}
	return list;
}

static bool append_once(GArray *list, uint32_t item)
{
	for (guint i = 0; i < list->len; i++)
		if (g_array_index(list, uint32_t, i) == item)
			return false;
	g_array_append_val(list, item);
	return true;
}

/* Notes that `call` changes what its argument is kept in. True if that was not known. */
static bool note_change(struct program *p, uint32_t index, const struct call *call, unsigned argument)
{
	uint32_t node = call_argument(p, call, argument);
	struct keeping k = node ? mode_keeping(p, call->caller, node) : (struct keeping){ 0 };
	struct program_function *caller = program_function(p, call->caller);

	if (k.kind == KEPT_IN_SLOT && k.id) {
		append_once(list_of(p->slot_changes, k.id), index);
		return append_once(list_of(p->function_slots, call->caller), k.id);
	}
	if (k.kind != KEPT_IN_VARIABLE || k.id >= caller->fact->params || k.id >= 32 || caller->changes & 1u << k.id)
		return false;
	caller->changes |= 1u << k.id;
	return true;
}

static bool note_call(struct program *p, uint32_t index)
{
	const struct call call = *program_call(p, index);
	const struct program_function *callee = call.callee ? program_function(p, call.callee) : NULL;
	bool changed = false;

	if (!callee || call.cleanup)
		return false;
	for (size_t i = 0; callee->model && i < callee->model->effect_count; i++)
		if (changes_mode(callee->model->effects[i]))
			changed |= note_change(p, index, &call, changed_argument(callee->model->effects[i]));
	for (unsigned i = 0; callee->changes && i < 32; i++)
		if (callee->changes & 1u << i)
			changed |= note_change(p, index, &call, i + 1);
	return changed;
}

static bool may_change(const struct program *p, uint32_t function)
{
	const struct program_function *f = program_function(p, function);

	for (size_t i = 0; f->model && i < f->model->effect_count; i++)
		if (changes_mode(f->model->effects[i]))
			return true;
	return f->changes || (f->fact && g_hash_table_contains(p->function_slots, GUINT_TO_POINTER(function)));
}

static void free_list(gpointer list)
{
	g_array_free(list, TRUE);
}

void mode_mark(struct program *p)
{
	bool changed = true;

	p->slot_changes = g_hash_table_new_full(NULL, NULL, NULL, free_list);
	p->function_slots = g_hash_table_new_full(NULL, NULL, NULL, free_list);
	for (int round = 0; changed && round < MAX_WRAPPERS; round++) {
		changed = false;
		for (uint32_t i = 1; i < p->calls->len; i++)
			changed |= note_call(p, i);
	}
	for (uint32_t i = 1; i < p->calls->len; i++)
		if (may_change(p, program_call(p, i)->callee))
			program_function(p, program_call(p, i)->caller)->changes_modes = true;
}

/* The slot with what is looked for in it that a function of the program changes; 0: none. */
static uint32_t changed_slot(struct program *p, const struct call *call, struct keeping kept)
{
	const GArray *slots = g_hash_table_lookup(p->function_slots, GUINT_TO_POINTER(call->callee));

	for (guint i = 0; slots && i < slots->len; i++) {
		struct keeping slot = { KEPT_IN_SLOT, g_array_index(slots, uint32_t, i) };

		if (keeping_same(slot, kept) ||
		    (kept.kind == KEPT_IN_VARIABLE && mode_is_other_name(p, call->caller, slot, kept)))
			return slot.id;
	}
	return 0;
}

/* --- what one call does --- */

static enum mode by_effect(struct program *p, const struct instance *in, const struct call *call,
			   const struct effect *e)
{
	if (e->kind == EFFECT_TAKES_MODE) {
		enum mode mode = descriptor_value(p, in, call_argument(p, call, (unsigned)e->descriptor)).mode;

		return mode ? mode : MODE_UNSURE;
	}
	enum truth holds = value_effect(p, in, call, e);
	if (holds == TRUTH_FALSE)
		return MODE_UNKNOWN;
	if (holds == TRUTH_UNKNOWN)
		return MODE_UNSURE;
	return e->kind == EFFECT_SETS_NONBLOCKING ? MODE_NONBLOCKING : MODE_BLOCKING;
}

/* The mode that the function leaves what it was handed in; MODE_UNKNOWN: as it was. */
static enum mode by_function(struct program *p, const struct instance *in, const struct call *call,
			     struct keeping handed)
{
	struct instance as = { .function = call->callee };

	value_bind(p, in, call, UINT32_MAX, &as);
	return mode_at(p, &as, handed, 0, UINT32_MAX);
}

enum mode mode_of_call(struct program *p, const struct instance *in, const struct call *call, struct keeping kept)
{
	const struct program_function *callee = program_function(p, call->callee);
	enum mode mode = MODE_UNKNOWN;

	for (size_t i = 0; callee->model && i < callee->model->effect_count; i++) {
		const struct effect *e = callee->model->effects[i];

		if (!changes_mode(e) || !is_kept(p, call, changed_argument(e), kept))
			continue;
		enum mode one = by_effect(p, in, call, e);
		if (one == MODE_NONBLOCKING || one == MODE_BLOCKING)
			return one;
		mode = one ? one : mode;
	}
	for (unsigned i = 0; mode == MODE_UNKNOWN && callee->fact && callee->changes >> i && i < 32; i++)
		if (callee->changes & 1u << i && is_kept(p, call, i + 1, kept))
			mode = by_function(p, in, call, (struct keeping){ KEPT_IN_VARIABLE, i });
	uint32_t slot = mode == MODE_UNKNOWN && callee->fact ? changed_slot(p, call, kept) : 0;
	return slot ? by_function(p, in, call, (struct keeping){ KEPT_IN_SLOT, slot }) : mode;
}

/* --- what puts a mode back --- */

/* The call that is this node; its node is 0 where there is none. */
static struct call call_of(const struct program *p, const struct program_function *f, uint32_t node)
{
	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++)
		if (program_call(p, i)->node == node)
			return *program_call(p, i);
	return (struct call){ 0 };
}

/* Whether what is made under `outer` is followed by what is made under `guard`, but where the function is left before. */
static bool follows(const struct program *p, uint32_t outer, uint32_t guard)
{
	while (guard && guard != outer) {
		const struct guard *g = program_item(p, guards, struct guard, guard);

		if (!g->exited)
			return false;
		guard = g->outer;
	}
	return true;
}

/* The call (its node) that told what this argument hands back: the same function, of the same descriptor. 0: none. */
static uint32_t told_before(struct program *p, const struct call *call, uint32_t argument, struct keeping kept,
			    unsigned descriptor)
{
	const struct program_function *f = program_function(p, call->caller);
	const struct node *n = argument ? function_node(f, argument) : NULL;
	uint32_t count;

	if (!n || n->kind != NODE_LOCAL)
		return 0;
	const struct definition *d = definitions_of(p, f, (uint32_t)n->value, &count);
	if (count != 1 || !d->value || d->at > call->node || function_node(f, d->value)->kind != NODE_CALL)
		return 0;
	const struct call before = call_of(p, f, d->value);
	bool same = before.node && before.callee == call->callee && is_kept(p, &before, descriptor, kept);
	return same && follows(p, before.guard, call->guard) ? before.node : 0;
}

/* Where the mode was told that this call puts back (a node); 0: it puts none back. */
static uint32_t put_back_from(struct program *p, const struct call *call, struct keeping kept)
{
	const struct program_function *callee = call->callee ? program_function(p, call->callee) : NULL;
	uint32_t told = 0;

	for (size_t i = 0; callee && !told && callee->model && i < callee->model->effect_count; i++) {
		const struct effect *e = callee->model->effects[i];
		unsigned descriptor = changed_argument(e);

		if (!changes_mode(e) || !is_kept(p, call, descriptor, kept))
			continue;
		for (unsigned argument = descriptor + 1; !told && argument <= call_arguments(p, call); argument++)
			told = told_before(p, call, call_argument(p, call, argument), kept, descriptor);
	}
	return told;
}

bool mode_is_put_back(struct program *p, const struct call *call, struct keeping kept)
{
	const struct program_function *f = program_function(p, call->caller);

	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
		const struct call later = *program_call(p, i);
		uint32_t told = later.node >= call->node && !later.cleanup ? put_back_from(p, &later, kept) : 0;

		if (told && told < call->node)
			return true;
	}
	return false;
}

/* --- the last change on the way --- */

/* Whether a condition asks how a call went, or for what is kept itself: that is no reason to doubt. */
static bool asks_outcome(struct program *p, const struct program_function *f, uint32_t node, struct keeping kept,
			 unsigned depth)
{
	const struct node *n = function_node(f, node);
	uint32_t count;

	if (n->kind == NODE_CALL)
		return true;
	if (n->kind == NODE_LOCAL || n->kind == NODE_PARAM) {
		if (kept.kind == KEPT_IN_VARIABLE && kept.id == (uint32_t)n->value)
			return true;
		const struct definition *d = definitions_of(p, f, (uint32_t)n->value, &count);
		for (uint32_t i = 0; n->kind == NODE_LOCAL && i < count; i++)
			if (d[i].value && function_node(f, d[i].value)->kind == NODE_CALL)
				return true;
		return false;
	}
	if (n->kind == NODE_FIELD || depth > 6)
		return n->kind == NODE_FIELD && kept.kind == KEPT_IN_SLOT &&
		       mode_keeping(p, (uint32_t)(f - program_function(p, 0)), node).id == kept.id;
	for_each_child(child, f->facts, n)
		if (asks_outcome(p, f, child, kept, depth + 1))
			return true;
	return false;
}

enum certainty { SURELY_NOT, PERHAPS, SURELY };

/* Whether a call under `guard` was made where a place under the guard `to` is reached (0: the end of the function). */
static enum certainty was_made(struct program *p, const struct instance *in, uint32_t guard, uint32_t to,
			       struct keeping kept)
{
	const struct program_function *f = program_function(p, in->function);
	enum certainty sure = SURELY;

	while (guard && guard != to) {
		if (guard < to) {
			to = program_item(p, guards, struct guard, to)->outer;
			continue;
		}
		const struct guard g = *program_item(p, guards, struct guard, guard);
		enum truth holds = value_guard(p, in, guard, g.outer, 8);

		if (holds == TRUTH_FALSE)
			return SURELY_NOT;
		if (holds == TRUTH_UNKNOWN && !g.exited && !asks_outcome(p, f, g.node, kept, 0))
			sure = PERHAPS;
		guard = g.outer;
	}
	return sure;
}

enum mode mode_at(struct program *p, const struct instance *in, struct keeping kept, uint32_t since, uint32_t at)
{
	const struct program_function *f = program_function(p, in->function);
	enum mode mode = MODE_UNKNOWN;

	if (!f->changes_modes || p->nested >= MAX_WRAPPERS)
		return MODE_UNKNOWN;
	uint32_t guard = at == UINT32_MAX ? 0 : body_region(p, f, at).guard;
	p->nested++;
	for (uint32_t i = f->first_call; i < f->first_call + f->calls; i++) {
		const struct call call = *program_call(p, i);
		bool before = call.callee && !call.cleanup && call.node > since && call.node < at;
		enum mode one = before ? mode_of_call(p, in, &call, kept) : MODE_UNKNOWN;

		if (one == MODE_UNKNOWN)
			continue;
		uint32_t told = one == MODE_UNSURE ? put_back_from(p, &call, kept) : 0;
		if (told > since)
			one = mode_at(p, in, kept, since, told);
		enum certainty made = was_made(p, in, call.guard, guard, kept);
		if (made == SURELY)
			mode = one;
		else if (made == PERHAPS && mode != one)
			mode = MODE_UNSURE;
	}
	p->nested--;
	return mode;
}
