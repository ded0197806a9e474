/*
 * outcome: what following a call came to, kept for the other paths that know the same.
 *
 * A function is followed once for each thing that is known of its parameters, but most of its calls ask for none of that.
 * While a call is followed for the first time, what is asked of the path is written down (instance_knows): on another path
 * that answers the same, the call leads to the same places, and they have been seen. All that is left there are the effects,
 * which may be believed more on that path, and on workers the edges.
 */
#ifndef LOOPLINT_PROGRAM_OUTCOME_H
#define LOOPLINT_PROGRAM_OUTCOME_H

#include "program/value.h"

struct outcomes;

struct outcome {
	uint64_t key;
	uint32_t asked;             /* what of the path: enum asked */
	uint32_t next;              /* of the same call */
	uint32_t first_edge, edges; /* see outcome_edge() */
	uint32_t first_effect, effects;
};

/* For all calls of the program; freed by outcomes_free(), which is safe on NULL. */
struct outcomes *outcomes_new(const struct program *p);
void outcomes_free(struct outcomes *o);

/* A call that leads nowhere, on whatever path. */
void outcome_is_nothing(struct outcomes *o, uint32_t call);
bool outcome_nothing(const struct outcomes *o, uint32_t call);

/* The calls of another instance are looked at from here on. */
void outcome_enter(struct outcomes *o);

/* What the call came to on a path like `in`; NULL: none was followed yet. */
const struct outcome *outcome_find(struct outcomes *o, const struct program *p, uint32_t call,
				   const struct instance *in);

/*
 * Between the two, what is asked of `in` is written down, and what else is noted. `in` must stay where it is. The outcome
 * is kept for the call at the end.
 */
void outcome_begin(struct outcomes *o, struct program *p, const struct instance *in);
void outcome_end(struct outcomes *o, struct program *p, uint32_t call);

/* The instance that a call on a worker leads to. */
void outcome_note_edge(struct outcomes *o, uint32_t to);
/* An effect, as far as it is to be believed where the path is sure. */
void outcome_note_effect(struct outcomes *o, const struct loop_effect *effect);

uint32_t outcome_edge(const struct outcomes *o, const struct outcome *outcome, uint32_t i);
const struct loop_effect *outcome_effect(const struct outcomes *o, const struct outcome *outcome, uint32_t i);

#endif
