/* effects: what a call does to the thread that makes it, as far as it is believed; see following.h. */
#include "program/following.h"
#include "program/contexts.h"

#include <string.h>

/* A wrapper of usleep() waits as long as it is told to: of those that are as sure, the longest is what is to be seen. */
static bool lasts_longer(const struct loop_effect *a, const struct loop_effect *b)
{
	return a->confidence == b->confidence && a->time_us >= 0 && b->time_us >= 0 && a->time_us > b->time_us;
}

/* The surer one; but what a program that serves others is likely to do, it is asked for before any client. */
static bool counts_more(const struct program *p, const struct loop_effect *a, const struct loop_effect *b)
{
	bool a_serves = !programs_only_client(p, program_instance(p, a->instance)->programs);
	bool b_serves = !programs_only_client(p, program_instance(p, b->instance)->programs);

	if (a_serves == b_serves || (a_serves ? a->confidence : b->confidence) == LEVEL_LOW)
		return a->confidence > b->confidence || lasts_longer(a, b);
	return a_serves;
}

void effects_keep(struct search *s, struct loop_effect effect)
{
	struct program *p = s->p;
	if (s->probe)
		return;
	bool worker = program_instance(p, effect.instance)->context == CONTEXT_WORKER;
	GArray *effects = worker ? p->thread_effects : p->loop_effects;
	gpointer key = GSIZE_TO_POINTER(((gsize)effect.call << 36) | ((gsize)effect.callee << 8) |
					(gsize)(effect.effect ? effect.effect->kind : 31) << 2 | (worker ? 2 : 0) |
					(effect.startup ? 1 : 0));
	uint32_t known_index = GPOINTER_TO_UINT(g_hash_table_lookup(s->effect_index, key));

	if (!known_index) {
		g_array_append_val(effects, effect);
		g_hash_table_insert(s->effect_index, key, GUINT_TO_POINTER(effects->len - 1));
	} else if (counts_more(p, &effect, &g_array_index(effects, struct loop_effect, known_index))) {
		g_array_index(effects, struct loop_effect, known_index) = effect;
	}
}

void effects_add(struct following *w, struct loop_effect effect)
{
	if (w->s->outcomes)
		outcome_note_effect(w->s->outcomes, &effect);
	effect.confidence = level_lower(effect.confidence, w->confidence);
	effects_keep(w->s, effect);
}

static enum level certainty(enum truth truth)
{
	return truth == TRUTH_TRUE ? LEVEL_HIGH : LEVEL_LOW;
}

/* Whether a number says how long a call waits, and nobody knows which. */
static bool unknown_time(struct program *p, const struct following *w, const struct effect *e)
{
	uint32_t argument = e->timeout_argument ? call_argument(p, &w->call, (unsigned)e->timeout_argument) : 0;

	if (!argument)
		return false;
	struct program_value value = value_of(p, &w->parent, argument);
	return value_truth(&value) == TRUTH_UNKNOWN;
}

static enum level most_believed(const struct following *w, const struct effect *e)
{
	static const enum level levels[] = { [SURE] = LEVEL_HIGH, [LIKELY] = LEVEL_MEDIUM, [POSSIBLE] = LEVEL_LOW };
	struct program *p = w->s->p;
	bool called = e->alike ? program_calls_alike(p, &w->parent, &w->call, (unsigned)e->alike, e->unless_called)
			       : program_calls_one_of(p, e->unless_called);
	bool told = ready_told(p, &w->parent, &w->call, e) || ready_asked(p, &w->call, e->unless_asked);

	return called || told ? LEVEL_LOW : levels[e->confidence];
}

/* What a wait for a descriptor of this kind is for. */
static enum category category_of(const char *opens, enum category otherwise)
{
	static const struct {
		const char *opens;
		enum category category;
	} kinds[] = {
		{ "file", CATEGORY_DISK },        { "terminal", CATEGORY_TERMINAL }, { "socket", CATEGORY_NETWORK },
		{ "datagram", CATEGORY_NETWORK }, { "pipe", CATEGORY_IPC },
	};

	if (otherwise != CATEGORY_DISK && otherwise != CATEGORY_IPC)
		return otherwise; /* the pack knows better */
	for (size_t i = 0; opens && i < G_N_ELEMENTS(kinds); i++)
		if (strcmp(opens, kinds[i].opens) == 0)
			return kinds[i].category;
	return otherwise;
}

/* Whether a pack says that what was opened there does not wait for this. */
static bool is_exempt(const struct effect *e, const char *opens)
{
	for (const char *const *kind = e->unless_opened; opens && kind && *kind; kind++)
		if (strcmp(*kind, opens) == 0)
			return true;
	return false;
}

void effects_consider(struct following *w, const struct effect *e, uint32_t callee, enum level confidence)
{
	struct program *p = w->s->p;
	struct loop_effect effect = { .instance = w->parent_index,
				      .call = w->call_index,
				      .callee = callee,
				      .effect = e,
				      .confidence = level_lower(w->parent.confidence, confidence),
				      .category = e->category,
				      .time_us = value_time(p, &w->parent, &w->call, e),
				      .startup = w->parent.context == CONTEXT_STARTUP };
	enum truth holds = value_effect(p, &w->parent, &w->call, e);

	if (holds == TRUTH_FALSE || (e->joins && threads_over(p, w->parent.function)) ||
	    (e->category == CATEGORY_DISK && names_memory_file(p, &w->parent, call_node(p, &w->call))))
		return;
	effect.confidence = level_lower(level_lower(effect.confidence, certainty(holds)), most_believed(w, e));
	if (w->call.alternative)
		effect.confidence = LEVEL_LOW;
	if (e->kind == EFFECT_WAITS) {
		effect.category = CATEGORY_WAIT;
		if (unknown_time(p, w, e))
			effect.confidence = level_lower(effect.confidence, LEVEL_MEDIUM);
	}
	if (e->descriptor) {
		struct descriptor state = descriptor_state(p, &w->parent, &w->call, e);

		if (state.blocks == TRUTH_FALSE || is_exempt(e, state.opens))
			return;
		effect.confidence = level_lower(effect.confidence, certainty(state.blocks));
		effect.opens = state.opens;
		effect.category = category_of(state.opens, e->category);
	}
	effects_add(w, effect);
}

bool effects_speak(enum effect_kind kind)
{
	return kind == EFFECT_BLOCKS || kind == EFFECT_RUNS_LOOP || kind == EFFECT_WAITS;
}
