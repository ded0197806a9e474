/* selection: which findings of a run are reported. All are kept in the store; these are printed and counted. */
#ifndef LOOPLINT_CLI_SELECTION_H
#define LOOPLINT_CLI_SELECTION_H

#include "check/finding.h"
#include "cli/config.h"

struct selection {
	enum level severity;         /* and above */
	enum level confidence;       /* and above */
	char *const *rules;          /* slugs, NULL-terminated; NULL: every rule */
	const struct config *config; /* for `exclude` */
};

/*
 * A copy of `run` (its array of findings in `arena`) without those that are suppressed, reviewed as false-positive or
 * intentional, excluded, of another rule, or below the severity or confidence. *hidden: how many only those two
 * left out.
 */
struct run selection_apply(struct arena *arena, const struct selection *selection, const struct run *run,
			   unsigned *hidden);

/* Whether a finding of `run` is at or above `severity`. */
bool selection_reaches(const struct run *run, enum level severity);

#endif
