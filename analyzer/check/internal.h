/* internal: what the files of check/ share. */
#ifndef LOOPLINT_CHECK_INTERNAL_H
#define LOOPLINT_CHECK_INTERNAL_H

#include "check/check.h"
#include "program/internal.h"
#include "rules/rule.h"

struct check {
	struct arena *arena;
	struct program *program;
	const struct rule *rule;
	struct run *run;
	GArray *findings; /* struct finding */
};

/* witness.c: the path to an instance; with `effect`, up to that call. Steps in arena. */
void witness_build(struct arena *arena, const struct program *p, uint32_t instance, const struct loop_effect *effect,
		   struct step **steps, size_t *count);

/* Where a node of a function stands. */
struct place {
	const char *file, *function;
	unsigned line, column, end_line, end_column;
};
struct place check_place(const struct program *p, uint32_t function, uint32_t node);

/* severity.c: by what the call takes, and how often it is made. */
enum level severity_of(struct program *p, const struct loop_effect *effect);

/* suppress.c: marks findings that a comment in the source allows. */
void suppress_findings(struct arena *arena, const char *root, struct finding *findings, size_t count);

#endif
