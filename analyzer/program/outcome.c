/* outcome: see outcome.h. */
#include "program/outcome.h"
#include "program/value.h"

enum { NOTHING = UINT32_MAX };

struct outcomes {
	uint32_t *of_call;           /* per call: the first outcome; NOTHING: it leads nowhere */
	GArray *all;                 /* struct outcome */
	GArray *edges;               /* uint32_t */
	GArray *effects;             /* struct loop_effect */
	const struct instance *path; /* that asked last, */
	uint32_t asked;              /* what it was asked, */
	uint64_t key;                /* and what it answered */
	struct outcome open;
};

struct outcomes *outcomes_new(const struct program *p)
{
	struct outcomes *o = g_new0(struct outcomes, 1);

	o->of_call = g_new0(uint32_t, p->calls->len);
	o->all = g_array_new(FALSE, TRUE, sizeof(struct outcome));
	g_array_set_size(o->all, 1);
	o->edges = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	o->effects = g_array_new(FALSE, FALSE, sizeof(struct loop_effect));
	return o;
}

void outcomes_free(struct outcomes *o)
{
	if (!o)
		return;
	g_free(o->of_call);
	g_array_free(o->all, TRUE);
	g_array_free(o->edges, TRUE);
	g_array_free(o->effects, TRUE);
	g_free(o);
}

void outcome_enter(struct outcomes *o)
{
	o->path = NULL;
}

void outcome_is_nothing(struct outcomes *o, uint32_t call)
{
	o->of_call[call] = NOTHING;
}

bool outcome_nothing(const struct outcomes *o, uint32_t call)
{
	return o->of_call[call] == NOTHING;
}

/* What following depends on beside the answers to what is asked. */
static uint64_t key_of(const struct program *p, const struct instance *in, uint32_t asked)
{
	uint64_t key = program_mix((uint64_t)in->loop << 8 | (uint64_t)in->doubtful << 7 | (uint64_t)in->context << 1 |
					   in->from_callback,
				   in->programs);

	return program_mix(key, knowledge_key(p, in, asked));
}

const struct outcome *outcome_find(struct outcomes *o, const struct program *p, uint32_t call,
				   const struct instance *in)
{
	for (uint32_t i = o->of_call[call]; i; i = g_array_index(o->all, struct outcome, i).next) {
		const struct outcome *outcome = &g_array_index(o->all, struct outcome, i);

		if (o->path != in || outcome->asked != o->asked) {
			o->path = in;
			o->asked = outcome->asked;
			o->key = key_of(p, in, o->asked);
		}
		if (outcome->key == o->key)
			return outcome;
	}
	return NULL;
}

void outcome_begin(struct outcomes *o, struct program *p, const struct instance *in)
{
	o->open = (struct outcome){ .first_edge = o->edges->len, .first_effect = o->effects->len };
	p->asking = in;
	p->asked = 0;
}

void outcome_end(struct outcomes *o, struct program *p, uint32_t call)
{
	o->open.asked = p->asked;
	o->open.key = key_of(p, p->asking, p->asked);
	o->open.next = o->of_call[call];
	o->open.edges = o->edges->len - o->open.first_edge;
	o->open.effects = o->effects->len - o->open.first_effect;
	g_array_append_val(o->all, o->open);
	o->of_call[call] = o->all->len - 1;
	p->asking = NULL;
}

void outcome_note_edge(struct outcomes *o, uint32_t to)
{
	g_array_append_val(o->edges, to);
}

void outcome_note_effect(struct outcomes *o, const struct loop_effect *effect)
{
	g_array_append_vals(o->effects, effect, 1);
}

uint32_t outcome_edge(const struct outcomes *o, const struct outcome *outcome, uint32_t i)
{
	return g_array_index(o->edges, uint32_t, outcome->first_edge + i);
}

const struct loop_effect *outcome_effect(const struct outcomes *o, const struct outcome *outcome, uint32_t i)
{
	return &g_array_index(o->effects, struct loop_effect, outcome->first_effect + i);
}
