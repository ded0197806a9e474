/*
 * finding: what a rule reports, as store and report see it. All strings live in the arena of the run.
 */
#ifndef LOOPLINT_FINDING_H
#define LOOPLINT_FINDING_H

#include "pack/pack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ordered: a larger value is worse, or surer. Names in JSON and on the command line: "low", "medium", "high". */
enum level { LEVEL_LOW, LEVEL_MEDIUM, LEVEL_HIGH, LEVELS };

enum step_kind {
	STEP_REGISTRATION,
	STEP_CALLBACK,
	STEP_CALL,
	STEP_EFFECT,
	STEP_HANDLER,
	STEP_WAY, /* behind the effect: the first call of another way there; its other calls follow */
	STEP_KINDS
};

/* One step of a witness, in the order of execution: registration, callback, calls, effect; then other ways. */
struct step {
	enum step_kind kind;
	const char *file; /* relative to the project root */
	unsigned line, column;
	const char *function; /* the function this line is in; "" at file scope */
	const char *text;     /* "'on_read' is called by the loop (uv_read_start)" */
	enum level confidence;
};

enum advice_kind { ADVICE_NONE, ADVICE_ASYNC, ADVICE_ARGUMENT, ADVICE_OFFLOAD, ADVICE_CANCEL };

enum review_status { REVIEW_UNREVIEWED, REVIEW_CONFIRMED, REVIEW_FALSE_POSITIVE, REVIEW_INTENTIONAL, REVIEW_STATUSES };

struct finding {
	const char *rule;       /* slug */
	enum category category; /* CATEGORY_NONE for rules that have none */
	enum level severity, confidence;
	const char *message;
	const char *file;
	unsigned line, column, end_line, end_column;
	const char *function;
	const char *callee; /* "" if the finding is not about a call */
	enum context context;
	char fingerprint[33];      /* hex; rule + function identity + callee + ordinal, no line numbers */
	enum review_status review; /* filled by store */
	const char *review_reason; /* "" if none */
	bool is_new;               /* not in the run before; filled by store */
	bool suppressed;           /* by a comment in the source */
	const char *suppression_reason;
	struct step *witness;
	size_t steps;
	enum advice_kind advice;
	const char *advice_text; /* "" if none */
};

struct findings {
	struct finding *items;
	size_t count, capacity;
};

struct coverage {
	unsigned units, units_failed, units_degraded;
	unsigned functions, calls, indirect_calls, unresolved_calls;
	unsigned outside_calls; /* indirect calls of what comes from outside of the program; none of the unresolved */
};

/* A unit that is not whole, for the report. */
struct unit_problem {
	const char *file;
	const char *status; /* "failed", "crashed", "timed-out", "degraded" */
	const char *message;
	unsigned calls_lost;
};

/* Everything one run of `check` says: what the outputs are made from. */
struct run {
	struct findings findings; /* sorted by file, line, column, rule */
	struct coverage coverage;
	struct unit_problem *problems;
	size_t problem_count;
	const char *root; /* project root, absolute: findings' files are relative to it */
};

const char *level_name(enum level level);            /* "low", "medium", "high" */
int level_from_name(const char *name);               /* -1 if unknown */
const char *step_kind_name(enum step_kind kind);     /* "registration", ... */
const char *advice_kind_name(enum advice_kind kind); /* "async", ...; "" for none */
const char *
review_status_name(enum review_status status); /* "unreviewed", "confirmed", "false-positive", "intentional" */
int review_status_from_name(const char *name); /* -1 if unknown */

#endif
