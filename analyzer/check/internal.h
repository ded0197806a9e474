/* internal: what the files of check/ share. */
#ifndef LOOPLINT_CHECK_INTERNAL_H
#define LOOPLINT_CHECK_INTERNAL_H

#include "check/advice.h"
#include "check/check.h"
#include "program/internal.h"
#include "program/ways.h"
#include "rules/rule.h"

#include <stdarg.h>

struct check {
	struct arena *arena;
	struct program *program;
	const struct rule *rule;
	struct run *run;
	struct adviser *adviser;
	struct ways *ways; /* NULL until asked for */
	GArray *findings;  /* struct finding */
};

/* Where a node of a function stands. */
struct place {
	const char *file, *function;
	unsigned line, column, end_line, end_column;
};
struct place check_place(const struct program *p, uint32_t function, uint32_t node);

/* severity.c: by what the call takes, and how often it is made. */
enum level severity_of(struct program *p, const struct loop_effect *effect);

/* library.c: which libraries the programs of the tree use; in `arena`. */
struct libraries *libraries_find(struct arena *arena, const struct program *p);
/* Whether any of the programs (bits) calls a library whose pack's name begins with one of `names`, blank-separated. */
bool libraries_used(const struct libraries *l, const char *names, uint64_t programs);
bool library_among(const char *library, const char *names);
/* The library that runs the loop at a root, and the one that an effect is of; NULL if no pack says so. */
const struct pack *libraries_loop(const struct libraries *l, const struct root *root);
const struct pack *libraries_pack_of(const struct program *p, const struct effect *effect);

/* witness.c: the path to an instance; with `effect`, up to that call; with `ways`, then other ways. Steps in arena. */
void witness_build(struct arena *arena, const struct program *p, uint32_t instance, const struct loop_effect *effect,
		   struct ways *ways, struct step **steps, size_t *count);

/* The same in parts: begin, add steps in the order of execution, end. */
struct witness {
	struct arena *arena;
	const struct program *p;
	GArray *steps;
};
struct witness witness_begin(struct arena *arena, const struct program *p);
void witness_add(struct witness *witness, enum step_kind kind, struct place place, enum level confidence,
		 const char *text);
/* Where the function was named that came to be held at `target`, unless that is the node `except`; 0: nothing. */
void witness_add_origin(struct witness *witness, uint32_t target, uint32_t except);
/* The path to `instance`: from its root, or of it what lies below the instance `top`. */
void witness_add_path(struct witness *witness, uint32_t top, uint32_t instance);
/* The step by which `call` enters `entered`, which may have been reached by another call first. */
void witness_add_entry(struct witness *witness, uint32_t call, uint32_t entered);
/* What other ways lead to `instance`, as far as they are found. */
void witness_add_ways(struct witness *witness, struct ways *ways, uint32_t instance);
void witness_end(struct witness *witness, struct step **steps, size_t *count);

/* check.c */
/* A finding of the running rule at a place, without witness and advice. */
struct finding check_finding(const struct check *out, struct place place, const char *callee);
/* What a call names: a function, or the field or variable it goes through; "" if that has no name. */
const char *check_callee(const struct program *p, const struct call *call);
/* Why the path to an instance is thought less of, to stand behind a message; "" if it is not. */
const char *check_reason(const struct program *p, uint32_t instance);
/* Its message with the reason, its fingerprint among `ordinal` of its kind, and into the list. */
void check_keep(struct check *out, struct finding *finding, unsigned ordinal, const char *reason, const char *format,
		va_list arguments);

/* suppress.c: marks findings that a comment in the source allows. */
void suppress_findings(struct arena *arena, const char *root, struct finding *findings, size_t count);

#endif
