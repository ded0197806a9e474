/*
 * ways: by which other calls the loop comes to where a finding is. Its witness is one path, the first that was found; who
 * mends that one must see the next.
 */
#ifndef LOOPLINT_PROGRAM_WAYS_H
#define LOOPLINT_PROGRAM_WAYS_H

#include "program/internal.h"

enum {
	WAYS_MAX = 8,      /* shown of one finding */
	WAY_STEPS_MAX = 24 /* calls of one way */
};

/* The function of an instance makes a call, which leads to another instance. */
struct way_step {
	uint32_t instance, call, to;
};

/* From a root of the loop, or from a function on the path of the witness, down to another function on that path. */
struct other_way {
	unsigned count;
	struct way_step steps[WAY_STEPS_MAX];
};

/* For all findings of a program whose contexts are found; freed by ways_free(), which is safe on NULL. */
struct ways *ways_new(struct program *p);
void ways_free(struct ways *w);

/*
 * Fills out[] with other ways to what `instance` does, the shortest first, each with functions of its own before it joins
 * the path to the instance; returns how many. None that only tests have, or that is of low confidence.
 */
unsigned ways_find(struct ways *w, uint32_t instance, struct other_way out[WAYS_MAX]);

#endif
