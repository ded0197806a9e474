/*
 * aftermath_walk: what the files of the interpreter share: aftermath.c walks statements and bodies, aftermath_eval.c
 * expressions, aftermath_call.c knows what calls do.
 */
#ifndef LOOPLINT_PROGRAM_AFTERMATH_WALK_H
#define LOOPLINT_PROGRAM_AFTERMATH_WALK_H

#include "program/aftermath.h"
#include "program/flow.h"
#include "program/value.h"

enum {
	MAX_VARIABLES = 200,
	MAX_NODES = 6000,      /* of a body */
	MAX_DEPTH = 300,       /* of an expression */
	MAX_HELPERS = 2,       /* helpers walked into, one in the other */
	CANCELLED_IN_GIO = 19, /* G_IO_ERROR_CANCELLED */
};

enum thing_kind {
	THING_UNKNOWN,
	THING_NUMBER,    /* `number`; NULL and FALSE are 0 */
	THING_SOMETHING, /* not NULL, not 0 */
	THING_ERROR,     /* the GError of the operation */
	THING_RESULT,    /* the GAsyncResult */
	THING_STATUS,    /* the number that says cancelled, whatever it is; `number` 1: its opposite, as ECANCELED */
	THING_FAILED,    /* a number that says failed, and not cancelled; the same */
	THING_DATA,      /* the user data */
	THING_PART,      /* what field `number` (symbol) of it points at */
	THING_DOMAIN,    /* G_IO_ERROR */
};

struct thing {
	enum thing_kind kind;
	int64_t number;
};

static const struct thing thing_unknown = { THING_UNKNOWN, 0 };
static const struct thing thing_zero = { THING_NUMBER, 0 };
static const struct thing thing_something = { THING_SOMETHING, 0 };

/* How sure it is that something is completed: by name, or perhaps by a pointer, which may be the caller's callback. */
enum completes { COMPLETES_NOTHING, COMPLETES_PERHAPS, COMPLETES_SURELY };

struct state {
	struct flow_state flow;
	enum completes completed; /* what is sure of every way to here */
	uint32_t disabled; /* the call that turned pthread cancellation off and that some way to here has not undone */
	uint32_t maybe_by, maybe_at; /* the same on some way, and the call that did so */
	uint32_t completed_by;       /* the variable, from 1, whose task was completed on every way to here; 0: none */
	bool returned;               /* the call that returns the outcome was made on some way to here */
	struct thing carried;        /* what the field holds that carries the outcome */
	struct thing variables[MAX_VARIABLES];
};

struct walk {
	struct flow flow;
	struct program *p;
	const struct completion_site *site;
	enum scenario scenario;
	const struct program_function *f;
	unsigned depth, helpers;
	bool part_asked; /* a field of the user data was compared with NULL: who cancels clears it */
	uint32_t where;  /* the innermost node around what is read that says where it stands */
	struct aftermath *out;
	struct thing evaluated; /* the last expression that stands for itself: of a `switch`, its value */
	struct thing returned;
	bool returns;
	bool helped;      /* the last call was of a helper that was walked into */
	bool helper_uses; /* ... which looks at what it was given of the data */
};

static inline struct state *walk_now(const struct walk *w)
{
	return w->flow.now;
}

static inline bool walk_dead(const struct walk *w)
{
	return walk_now(w)->flow.dead;
}

static inline const struct node *walk_node(const struct walk *w, uint32_t node)
{
	return function_node(w->f, node);
}

static inline const char *walk_text(const struct walk *w, uint32_t string)
{
	return facts_string(w->f->facts, string);
}

/* aftermath_value: what is known of a thing; what two ways have in common; `place` = `value`. */
enum truth thing_truth(struct thing thing);
struct thing thing_of_truth(enum truth truth);
bool things_same(struct thing a, struct thing b);
struct thing things_join(struct thing a, struct thing b);
void states_join(void *state, const void *other);
void walk_set(struct walk *w, uint32_t place, struct thing value);

/* Notes an event at a node, or at the innermost node around it that has a place; once. */
void walk_note(struct walk *w, enum aftermath_event_kind kind, uint32_t node, uint32_t symbol);
/* The same for what is looked into, if it is the user data or what that borrowed. */
void walk_note_use(struct walk *w, struct thing of, uint32_t node);
/* A question that tells cancellation apart was asked. */
void walk_note_told(struct walk *w, uint32_t node);

/* What the outcome is, as a number, when the walk is told it: by a parameter, a field or a result. */
struct thing aftermath_outcome(const struct walk *w);

/* The same of a field, or of a function that returns it, which is looked at here. */
struct thing aftermath_carried(struct walk *w, uint32_t node);

/* aftermath_eval.c: the value of an expression, whose effects on variables and events take place. */
struct thing aftermath_eval(struct walk *w, uint32_t node);
/* Whether a constant is one of the names that mean cancelled. */
bool aftermath_means_cancelled(const struct walk *w, const struct node *constant);

/* aftermath_call.c */
struct thing aftermath_call(struct walk *w, uint32_t node);

enum { MAX_ARGUMENTS = 16 };

struct arguments {
	struct thing things[MAX_ARGUMENTS];
	uint32_t nodes[MAX_ARGUMENTS];
	unsigned count;
};

/* aftermath.c: what a helper of the program returns for these arguments; unknown if it cannot be told. */
struct thing aftermath_walk_helper(struct walk *w, uint32_t function, const struct arguments *a);

#endif
