/*
 * check: runs the rules over a program; suppression comments, fingerprints, order, coverage.
 */
#ifndef LOOPLINT_CHECK_H
#define LOOPLINT_CHECK_H

#include "base/diagnostics.h"
#include "check/finding.h"
#include "program/program.h"

struct check_options {
	const char *root;                  /* project root: sources are read below it for suppression comments */
	const char *const *disabled_rules; /* slugs, NULL-terminated; NULL: none */
	const char *const *enabled_rules;  /* slugs that are off by default and wanted; NULL: none */
	bool include_startup;              /* also report what runs before and after the loop */
};

/*
 * Fills `out` with every finding of every confidence, sorted by file, line, column and rule, with fingerprints, and
 * with the coverage and unit problems of `program`. Everything lives in `arena`.
 */
void check_program(struct arena *arena, struct program *program, const struct check_options *options, struct run *out);

/*
 * The function that a person means by "name" or "file:name" (the end of a path). *candidates lists, as "file:name, ...",
 * what it could be. In `arena`.
 */
enum named { NAMED_NONE, NAMED_ONE, NAMED_SEVERAL };
enum named check_name(struct arena *arena, const struct program *program, const char *text, uint32_t *function,
		      const char **candidates);

/*
 * Why a function runs on the loop: the shortest path from a root to it, in `arena`. False if no path is known. Call
 * after program_find_contexts.
 */
bool check_why(struct arena *arena, struct program *program, uint32_t function, struct step **witness, size_t *steps);

/* A callback or a loop that waits while a function does not return. */
struct reached {
	bool is_loop; /* written by hand */
	const char *function;
	struct step *witness; /* from there to the function */
	size_t steps;
};

/*
 * What would freeze if a function blocked, whether or not it does: every callback and loop that can call it, each with
 * its shortest way, sorted by place. *out in `arena`; returns how many. Call after program_find_contexts.
 */
size_t check_blocks(struct arena *arena, struct program *program, uint32_t function, struct reached **out);

/* The rules, for `explain`, `init` and the configuration: an array that ends with NULL. See rules/rule.h. */
struct rule;
const struct rule *const *check_rules(void);
const struct rule *check_find_rule(const char *slug); /* NULL if there is none */

#endif
