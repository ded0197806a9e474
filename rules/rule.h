/*
 * rule: what a rule is, and all that it may see of a program. rules/NAME.c includes only this header.
 *
 * A rule reads a linked program with contexts and adds findings. It does not look at source text, packs or SQL. Adding
 * one: rules/NAME.c, a line in rules.def, fixtures/NAME/, and `looplint explain --markdown > docs/rules.md`.
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
	bool off;               /* not in the default set */
	void (*check)(const struct program *program, struct check *out);
};

/* A call, reached on the loop, that does something to the loop's thread; each call and effect once. */
struct loop_call {
	uint32_t index;        /* of next_loop_call */
	enum effect_kind kind; /* EFFECT_BLOCKS, EFFECT_RUNS_LOOP or EFFECT_WAITS */
	enum category category;
	const char *callee;   /* name as called */
	bool nested;          /* the program's own loop is entered again from one of its callbacks */
	bool polls;           /* a nap between looks at a condition, which HAZARD_SPIN reports */
	bool startup;         /* before the loop runs; only where asked for */
	const char *declared; /* not the loop's, but of this function, which is declared not to block; else NULL */
};

/* Moves on to the next such call; false after the last. Begin with { 0 }. */
bool next_loop_call(const struct program *program, struct loop_call *call);

#define for_each_loop_call(c, program) for (struct loop_call c = { 0 }; next_loop_call((program), &(c));)

/* Reports `call` with its witness; the message is lower case, no full stop, one line. */
void finding_add(struct check *out, const struct loop_call *call, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What a worker does that belongs on the loop, or does to the loop. */
struct hazard_view {
	uint32_t index;         /* of next_hazard */
	const char *callee;     /* the call it is reported at */
	const char *cause;      /* what that call comes to */
	bool direct;            /* which is the call itself */
	const char *container;  /* HAZARD_OFF_LOOP: the container of the loop's that `cause` changes; else NULL */
	const char *handler;    /* HAZARD_OFF_LOOP: the handler of the loop's that `cause` calls; else NULL */
	const char *lock;       /* HAZARD_LOCK: what is held; its struct and field, or a variable */
	const char *where;      /* HAZARD_LOCK: the function in which the loop takes it */
	enum category category; /* HAZARD_LOCK: why the call blocks */
	enum spin spin;         /* HAZARD_SPIN */
};

/* Moves on to the next hazard of a kind; false after the last. Begin with { 0 }. */
bool next_hazard(const struct program *program, enum hazard_kind kind, struct hazard_view *hazard);

#define for_each_hazard(h, kind, program) for (struct hazard_view h = { 0 }; next_hazard((program), (kind), &(h));)

/* Reports `hazard` with its witness. `advice` is what to do; NULL: nothing is said. */
void hazard_add(struct check *out, const struct hazard_view *hazard, const char *advice, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* A completion callback that does the wrong thing when its operation was cancelled. */
struct cancel_view {
	uint32_t index;        /* of next_cancel */
	const char *operation; /* what starts the operation: "g_file_read_async"; "" where there is none */
	const char *callback;  /* the function that is told */
	const char *what;      /* what it calls or looks into there; "" if that has no name */
	enum level severity;
	bool told;    /* it tells cancellation apart before, and still comes here */
	bool recodes; /* CANCEL_AS_FAILURE: it makes the code of the cancellation `what`, and passes that on */
	bool carried; /* the outcome is a field: `task->result` */
	bool refused; /* nothing was started: the operation takes no more from then on */
	bool lent;    /* CANCEL_USE_AFTER: what the user data points at, not the user data itself */
};

/* Moves on to the next fault of a kind; false after the last. Begin with { 0 }. */
bool next_cancel(const struct program *program, enum cancel_kind kind, struct cancel_view *view);

#define for_each_cancel(c, kind, program) for (struct cancel_view c = { 0 }; next_cancel((program), (kind), &(c));)

/* Reports it with its witness: the operation, the branch, the effect. `advice` is what to write. */
void cancel_add(struct check *out, const struct cancel_view *view, const char *advice, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* An object that is freed while an operation that refers to it goes on. */
struct abandoned_view {
	uint32_t index;        /* of next_abandoned */
	const char *function;  /* that frees it */
	const char *operation; /* what started the operation: "event_new" */
	const char *callback;  /* that will be called with the object; "" if none was named there */
	bool ends;             /* `function` is where the class of the object ends it */
	bool held;             /* what was started lies in the object itself */
};

/* Moves on to the next such object; false after the last. Begin with { 0 }. */
bool next_abandoned(const struct program *program, struct abandoned_view *abandoned);

#define for_each_abandoned(a, program) for (struct abandoned_view a = { 0 }; next_abandoned((program), &(a));)

/* Reports it with its witness: the start, the way to where it is freed. `advice` is what to write. */
void abandoned_add(struct check *out, const struct abandoned_view *abandoned, const char *advice, const char *format,
		   ...) __attribute__((format(printf, 4, 5)));

/* Why the target of an indirect call is not known. */
enum unresolved {
	UNRESOLVED_STORED,    /* nothing in the program is stored in the field or variable it goes through */
	UNRESOLVED_PARAMETER, /* no caller passes a function for the parameter */
	UNRESOLVED_RETURNED,  /* what a call returns, or leaves in an argument, is not known */
	UNRESOLVED_OTHER,     /* the value comes from no place that is followed: a number, a union, bytes */
};

struct unresolved_view {
	uint32_t index; /* of next_unresolved */
	enum unresolved why;
	const char *through;  /* "ops.read", the name of a variable or parameter; "" if it has none */
	const char *function; /* UNRESOLVED_RETURNED: that is called for it; "" if that has no name */
};

/* Moves on to the next indirect call whose target is not known; false after the last. Begin with { 0 }. */
bool next_unresolved(const struct program *program, struct unresolved_view *unresolved);

#define for_each_unresolved(u, program) for (struct unresolved_view u = { 0 }; next_unresolved((program), &(u));)

/* Reports it, of low severity. */
void unresolved_add(struct check *out, const struct unresolved_view *unresolved, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A handler that catches everything, and lets no cancellation out. */
struct swallowed_view {
	uint32_t index; /* of next_swallowed */
	enum swallowed_how how;
	const char *callee;    /* how the handler is written: "PG_CATCH" */
	const char *cancelled; /* the call that a cancellation may come out of */
};

/* Moves on to the next such handler; false after the last. Begin with { 0 }. */
bool next_swallowed(const struct program *program, struct swallowed_view *swallowed);

#define for_each_swallowed(s, program) for (struct swallowed_view s = { 0 }; next_swallowed((program), &(s));)

/* Reports it with its witness, and with the advice of the pack that declares this kind of handler. */
void swallowed_add(struct check *out, const struct swallowed_view *swallowed, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
