/*
 * completion: who is told how an asynchronous operation ended, and what becomes of the data it gets then.
 *
 * Two ways to be told: by a number (libuv's `status`), which a pack describes; or by a GAsyncResult, which a `_finish`
 * function turns into a result and a GError (GIO's convention, recognised by the prototypes, without a pack). A number is
 * a parameter, a field of what the callback gets (`task->result`), or, where no callback is told, what a call returns.
 */
#ifndef LOOPLINT_PROGRAM_COMPLETION_H
#define LOOPLINT_PROGRAM_COMPLETION_H

#include "program/internal.h"

enum completion_kind { COMPLETION_RESULT, COMPLETION_STATUS };

/* What becomes of the user data between the call that starts the operation and the callback. */
enum lifetime {
	LIFETIME_UNKNOWN,
	LIFETIME_KEPT,     /* the operation has a reference of its own, or the callback frees it: it is there */
	LIFETIME_BORROWED, /* its owner may be gone; the cancellation says so */
};

/* Who can cancel. */
enum canceller {
	CANCELLER_NONE,    /* nobody: no cancellable was given, or nothing cancels that one */
	CANCELLER_OWNER,   /* it lies in the user data itself, and something cancels it on the way out */
	CANCELLER_REQUEST, /* ... and what cancels it goes on with the object: a request that is to be answered */
	CANCELLER_OTHER,   /* something else of the program that is cancelled somewhere */
	CANCELLER_CALLER,  /* it came as a parameter: callers may */
};

/* A call that starts an operation and names the function that is told. */
struct completion_site {
	enum completion_kind kind;
	uint32_t call;
	uint32_t callback;   /* a function with a body */
	uint32_t data;       /* argument: what the callback gets as user data; 0: none */
	uint32_t data_param; /* of the callback, from 0; UINT32_MAX: none */
	uint32_t outcome;    /* parameter of the callback, from 0: the GAsyncResult, or the status; UINT32_MAX: none */
	const char *field;   /* "struct-tag.field" that carries the status instead; NULL: none */
	const char *data_field;             /* ... and the user data */
	uint32_t returned;                  /* or the call, in the callback, that returns the status; 0: none */
	const struct outcome_form *returns; /* ... and what is said of it */
	uint32_t holder, stored; /* `call` 0: function and node that store the callback; 0: nothing hands it over */
	const struct completion *model; /* COMPLETION_STATUS: what its values mean */
	const struct pack *pack;        /* ... and whose names they are */
	enum lifetime lifetime;
	enum canceller canceller;
};

/* What packs say a function has to do with how an operation ends: bits. */
enum cancel_role {
	CANCEL_COMPLETES = 1 << 0,
	CANCEL_SUCCEEDS = 1 << 1,
	CANCEL_ASKS = 1 << 2,
	CANCEL_CANCELS = 1 << 3,
	CANCEL_REPORTS = 1 << 4,
	CANCEL_LOGS = 1 << 5,
	CANCEL_STARTS = 1 << 6,
	CANCEL_SHIELDS = 1 << 7,
};

/* cancel_role.c: reads the packs. Once, before all others of this header. */
void cancel_roles_find(struct program *p);
/* enum cancel_role of a function by its name; 0 for function 0. */
unsigned cancel_role(const struct program *p, uint32_t function);
/* Whether a function has one of these roles, or calls one that has, a few calls deep. Calls through pointers do not count. */
bool cancel_role_within(const struct program *p, uint32_t function, unsigned roles);

/* completion_named.c: adds those of a call that no pack knows, told by a parameter they hold against such a constant. */
void completions_find_named(struct program *p, uint32_t index, GArray *sites);

/* completion_field.c: adds those that are told by a field, or by what a call returns. `places` is of completion.c. */
void completions_find_fields(struct program *p, GArray *sites, GHashTable *places);
/* The first look at a field in a function, other than one that sets it; 0: none. */
uint32_t completion_looks_at(const struct program_function *f, const char *field);
/* completion_returned.c: those that are told by what a call of theirs returns, a site for each call; the caller frees it. */
GArray *completions_find_returned(struct program *p);
/* Whether an expression is what such a call returns, or a local that is set to it. After completions_find_returned(). */
bool completion_is_returned(const struct program *p, const struct program_function *f, uint32_t node);
/*
 * shield.c: whether a cancellation is held back from a call: the last function before it with CANCEL_SHIELDS, on every
 * way, was given true; or, where none stands before it, all calls of the function are so.
 */
bool shield_covers(struct program *p, const struct program_function *f, uint32_t call);
/* Who can cancel an operation that takes one of those places among its arguments; else what the site says already. */
enum canceller completion_owner(struct program *p, const struct completion_site *site, GHashTable *places);
/* Whether a program that a function is part of calls what cancels such operations, as far as a pack says what does. */
bool completion_can_be_cancelled(struct program *p, const struct completion *how, uint32_t function);
/* The pack that a registration is of. */
const struct pack *completion_pack(const struct program *p, const struct registration *r);

/* All of them, ordered by callback, then by call: an array of struct completion_site that the caller frees. */
GArray *completions_find(struct program *p);

/* Whether a constant's name says that something was cancelled: ISC_R_CANCELED, -ECANCELED. */
bool completion_names_cancelled(const char *text);
/* cancel_code.c: calls that hand a function such a code, as if it were told by them; the caller frees the array. */
GArray *cancel_codes_find(struct program *p);

/* cancel_result.c: the first call in a callback that is given what the work of the operation leaves for it; 0: none. */
uint32_t cancel_uses_result(struct program *p, const struct completion_site *site);

/* lifetime.c: whether a call cancels what a node among its arguments is, itself or as a function of the program. */
bool completion_cancels(struct program *p, const struct program_function *f, const struct node *call,
			unsigned argument);

/* Of the user data of an operation. */
enum lifetime completion_lifetime(struct program *p, const struct completion_site *site);

/* The canonical type of the user data where it has one, or of a field of it (symbol of the callback's unit; 0: none). */
const char *completion_type(const struct program *p, const struct completion_site *site, uint32_t field_symbol);

/*
 * Whether a field of the user data, which is kept, was filled at the start of the operation with something that is not:
 * `data->self = self`, without a reference.
 */
bool completion_lends(struct program *p, const struct completion_site *site, uint32_t field_symbol,
		      const struct program_function *callback);

/* What is called by name; "" through a pointer. completion_callee_of() gives its number, 0 through a pointer. */
uint32_t completion_callee_of(const struct program *p, const struct program_function *f, const struct node *call);
const char *completion_callee(const struct program *p, const struct program_function *f, const struct node *call);
/* The node behind casts that check. */
uint32_t completion_without_cast(const struct program *p, const struct program_function *f, uint32_t node);
bool completion_same_variable(const struct node *a, const struct node *b);

/* What a call does with a pointer it is given, by how such functions are named in C libraries. */
bool completion_casts(const char *name);           /* GTK_WIDGET, g_type_check_instance_cast: looks at the object */
bool completion_takes_reference(const char *name); /* g_object_ref, foo_ref, g_strdup, foo_new ... */
/* Whether a local was given a reference of its own by such a call, perhaps cast. */
bool completion_has_reference(const struct program *p, const struct program_function *f, const struct node *n);
bool completion_releases(const char *name); /* g_object_unref, foo_free, g_slice_free1 ... */

#endif
