/*
 * rule: what a rule is, and all that it may see of a program. rules/NAME.c includes only this header.
 *
 * A rule reads a linked program with contexts and adds findings. It does not look at source text, packs or SQL.
 */
#ifndef LOOPLINT_RULE_H
#define LOOPLINT_RULE_H

#include "check/finding.h"
#include "facts/facts.h"
#include "program/program.h"

/* Where a rule puts its findings; opaque to rules. */
struct check;

struct rule {
	const char *slug;       /* "blocking-call" */
	const char *what;       /* one sentence: what the code does */
	const char *why;        /* what happens then */
	const char *instead;    /* what to write */
	const char *bad, *good; /* examples, C */
	bool        off;        /* not in the default set */
	void (*check)(const struct program *program, struct check *out);
};

#endif
