/*
 * learn: what the functions of a library do to the thread that calls them, from the library's own source.
 *
 * Each function that the library exports is followed like a callback, first with nothing known of its parameters, then
 * with each parameter that decides something once zero and once not: what goes away with one of the two holds under
 * the condition of the other. What it takes functions for is seen from where these go.
 */
#ifndef LOOPLINT_CHECK_LEARN_H
#define LOOPLINT_CHECK_LEARN_H

#include "base/arena.h"
#include "check/finding.h"
#include "program/program.h"

#include <glib.h>

struct learned_effect {
	const char *function, *file;
	unsigned line;
	enum category category;
	enum level confidence;
	unsigned bound_us; /* 0: no bound */
	unsigned argument; /* the one that decides, from 1; 0: none */
	const char *is;    /* "null" or "zero" */
	bool holds;        /* it blocks if that argument is so; else unless it is */
	struct step *way;  /* calls, and at last what blocks */
	size_t steps;
};

struct learned_registration {
	const char *function, *file;
	unsigned line;
	unsigned callback, data; /* arguments, from 1; data 0: not known */
	enum context context;    /* CONTEXT_CALLER, or CONTEXT_LOOP for what is kept and called later */
	const char *kept_in;     /* field or variable; NULL for CONTEXT_CALLER */
};

struct learned {
	struct learned_effect *effects; /* sorted by function, then category */
	size_t effect_count;
	struct learned_registration *registrations; /* sorted by function, then callback */
	size_t registration_count;
	size_t functions; /* exported ones that were looked at */
};

/*
 * Fills `out` in `arena`. `exported`: names, as a set; NULL: every function with external linkage. After
 * program_find_contexts; what that found is gone afterwards.
 */
void learn(struct arena *arena, struct program *program, GHashTable *exported, struct learned *out);

#endif
