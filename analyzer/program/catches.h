/*
 * catches: what the files about catch-alls share. catch_find.c says which statements are handlers that catch everything
 * and what they guard, catch_reach.c whether that can be cancelled, catch_value.c and catch_walk.c what becomes of a
 * cancellation in a handler, catches.c what of it is a finding.
 */
#ifndef LOOPLINT_PROGRAM_CATCHES_H
#define LOOPLINT_PROGRAM_CATCHES_H

#include "program/value.h"

/* --- where they are --- */

struct catch_site {
	const struct catch_form *form;
	uint32_t function;
	uint32_t handler; /* node: what is done with an error */
	uint32_t guarded; /* node: where it comes from */
	uint32_t place;   /* node: where the macro of the handler stands */
	unsigned line;    /* of that */
};

/* The macros of a form in the strings of one unit. */
struct catch_macros {
	const struct catch_form *form;
	uint32_t opener, handler; /* strings; 0: this unit does not use it */
};

/* catch_find.c: `macros`, which ends with a form of NULL, is what the unit of `function` uses. Appends to `sites`. */
GArray *catch_macros_of(const struct program *p, uint32_t unit); /* struct catch_macros; the caller frees it */
void catch_find(const struct program *p, uint32_t function, const GArray *macros, GArray *sites);
/* Whether a name is in a list of a form; a name in the list that ends in `*` is a beginning. */
bool catch_listed(const char *const *list, const char *name);
/* Whether a name or constant means that something was cancelled. */
bool catch_means_cancelled(const struct catch_form *form, const char *name);

/* --- whether there is anything to catch --- */

/* What was found out of functions under one form. */
struct catch_reach;
/* `cancels`: what the form lists under that is ended by a cancellation, too. */
struct catch_reach *catch_reach_new(struct program *p, const struct catch_form *form, bool cancels);
void catch_reach_free(struct catch_reach *reach);
/* The folder with the headers of the library whose form it is; NULL: the project declares it. */
const char *catch_home(const struct catch_reach *reach);
/* How surely a statement can be ended by a cancellation, and by which call of it; LEVELS: it cannot. */
enum level catch_reaches(struct catch_reach *reach, uint32_t function, uint32_t node, uint32_t *call);

/* --- what becomes of it --- */

/* What is known of a value while a cancellation is on its way. */
struct caught {
	struct program_value value;
	bool error; /* the error itself, or a pointer to it */
	bool code;  /* which error it is */
};

enum { MAX_KEPT = 24 };

/* What a variable or global holds, or a field of it or of what it points at. */
struct kept {
	uint8_t kind;   /* NODE_PARAM, NODE_LOCAL, NODE_GLOBAL; 0: no place that is followed */
	bool pointed;   /* what it points at */
	bool asked;     /* a call has said so */
	uint32_t root;  /* variable, or symbol of the global */
	uint32_t field; /* symbol; 0: the whole */
	struct caught value;
};

/* One way that control takes through a handler and on. */
struct way {
	bool dead;    /* it does not come here */
	bool handed;  /* the error was kept where others find it, or what was cancelled is over */
	bool recoded; /* the error was made another one */
	bool weak;    /* only if something that was tried in the handler went wrong */
	unsigned count;
	struct kept items[MAX_KEPT];
};

struct frame; /* a function on the way, see catch_walk.c */

/* One cancellation, followed from its handler on. */
struct handling {
	struct program *p;
	const struct catch_site *site;
	const char *home;    /* catch_home() */
	GArray **macros;     /* per unit: what catch_macros_of() says */
	struct frame *frame; /* the innermost */
	unsigned effort;     /* nodes walked over */
	unsigned depth;      /* of the expression at hand */
	struct catch_end {
		bool passed;               /* on some way it is passed on */
		uint32_t swallowed;        /* the node where it is lost; 0: nowhere */
		uint32_t raised;           /* where another error takes its place; 0: nowhere */
		bool raised_weak, retried; /* raised: only if the handler itself fails; swallowed: it is tried again */
		bool unknown;              /* too long to say */
	} end;
};

/* catch_walk.c: fills handling->end. */
void catch_follow(struct handling *h);
/* The way at hand, and the function it is in. */
struct way *catch_way(const struct handling *h);
const struct program_function *catch_function(const struct handling *h);
/* A call of a function of the program: what it returns; the way is dead if it does not. */
struct caught catch_enter(struct handling *h, uint32_t call, uint32_t callee, const struct caught *arguments,
			  unsigned count);
/* The cancellation is passed on, or another error is raised in its place, at `node`; the way is dead. */
void catch_pass(struct handling *h);
void catch_raise(struct handling *h, uint32_t node);
/* The outermost node of the macro, in the source, that the node at hand came from; 0: none. */
uint32_t catch_macro_use(const struct handling *h);

/* catch_value.c: what an expression is, with all that comes of it. */
extern const struct caught caught_unknown;
struct caught catch_eval(struct handling *h, uint32_t node);
enum truth catch_truth(const struct caught *value);
/* `value == node`, where `node` is a constant or a case. */
enum truth catch_equals(struct handling *h, const struct caught *value, uint32_t node);
/* What a macro raises, at `node`: what was caught, or something else. */
void catch_throw(struct handling *h, uint32_t node);
/* The handler begins: what its macros have set before is known. */
void catch_begin(struct handling *h);
/* Whether a condition asks what the handler itself tried. */
bool catch_asks_itself(struct handling *h, uint32_t node);
struct caught caught_join(const struct caught *a, const struct caught *b);
struct caught caught_not_null(void);
/* The code of a cancellation. */
struct caught catch_code(const struct handling *h);
const char *catch_symbol(const struct handling *h, uint32_t symbol);
/* How the source spells a constant, or the global that stands for one; "" for anything else. */
const char *catch_constant(struct handling *h, uint32_t node);

/* What ways keep: the place that a node is, with kind 0 if it is none; what is kept there, or NULL; and to keep it. */
struct kept way_place(const struct handling *h, uint32_t node);
struct kept *way_kept(struct way *way, const struct kept *place);
void way_keep(struct handling *h, struct kept place, struct caught value, bool asked);
void way_join(struct way *to, const struct way *other);

enum { CATCH_DEPTH = 300 /* an expression deeper than that is machine-made, and not followed */ };

/* Whether an expression, or anything in it, passes the test. */
typedef bool catch_test(struct handling *h, uint32_t node);
bool catch_finds(struct handling *h, uint32_t node, catch_test *test);

/* catch_call.c */
struct caught catch_call(struct handling *h, uint32_t node);

#endif
