/* settled: which functions need no more callers; see program.h. */
#include "program/following.h"
#include "program/internal.h"

/* What a rule would look at, if it is reached. */
static bool is_of_interest(const struct effect *effect)
{
	switch (effect->kind) {
	case EFFECT_BLOCKS:
	case EFFECT_RUNS_LOOP:
	case EFFECT_WAITS:
	case EFFECT_LOCKS:
	case EFFECT_CHANGES:
	case EFFECT_EMITS:
	case EFFECT_NEEDS_LOOP:
		return true;
	default:
		return false;
	}
}

static bool has_interesting_effect(const struct model *model)
{
	for (size_t i = 0; model && i < model->effect_count; i++)
		if (is_of_interest(model->effects[i]))
			return true;
	return false;
}

/* Through a pointer, or to where something happens, as far as is known by now. */
static bool leads_somewhere(const struct program *p, const bool *settled, uint32_t index)
{
	const struct call *call = program_call(p, index);
	const struct program_function *callee = call->callee ? program_function(p, call->callee) : NULL;

	if (following_leads_nowhere(p, index))
		return false;
	return !callee || callee->marks.bits || callee->async_form || has_interesting_effect(callee->model) ||
	       (callee->fact && !settled[call->callee]);
}

/* What calls something that leads somewhere does so itself: until nothing changes. */
static void find_what_leads_somewhere(const struct program *p, bool *settled)
{
	for (bool changed = true; changed;) {
		changed = false;
		for (uint32_t i = p->calls->len - 1; i > 0; i--) {
			uint32_t caller = program_call(p, i)->caller;

			if (!settled[caller] || !leads_somewhere(p, settled, i))
				continue;
			settled[caller] = false;
			changed = true;
		}
	}
}

void program_find_settled(struct program *p)
{
	p->settled = arena_new_array(p->arena, bool, p->functions->len);
	for (uint32_t i = 1; i < p->functions->len; i++)
		p->settled[i] = true;
	find_what_leads_somewhere(p, p->settled);
	for (uint32_t i = 1; i < p->instances->len; i++) {
		const struct instance *in = program_instance(p, i);

		if (in->context == CONTEXT_LOOP && in->confidence >= LEVEL_MEDIUM)
			p->settled[in->function] = true;
	}
}

bool program_is_settled(const struct program *p, const char *key)
{
	uint32_t index = GPOINTER_TO_UINT(g_hash_table_lookup(p->function_by_key, key));

	for (; index; index = program_function(p, index)->same_key)
		if (program_function(p, index)->fact && !p->settled[index])
			return false;
	return true;
}
