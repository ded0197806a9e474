/*
 * pending: operations that go on by themselves once they were started, and the objects they still refer to.
 *
 *      s->idle = event_new(base, -1, 0, on_idle, s);      on_idle is called with s: s must live, or the event be freed
 *      uv_timer_start(&c->idle, on_idle, 30000, 0);       the loop keeps &c->idle, which lies in c
 *      job->client = client; job->done = answer;          answer gets a job that leads to the client
 *      submit(job);
 *
 * An object is known by its type: `struct session *`. What it takes to end the operation is known by fields: the ones
 * that hold what was started (`session.idle`), and the ones that lead to the object (`job.client`). All of it is read
 * from the start; closing.c looks for the other end, where such an object is freed.
 */
#ifndef LOOPLINT_PROGRAM_PENDING_H
#define LOOPLINT_PROGRAM_PENDING_H

#include "program/completion.h"

enum { PENDING_HANDLES = 8 };

struct pending {
	uint32_t call;                   /* that starts it */
	uint32_t callback;               /* 0: none was named there */
	uint32_t object;                 /* node: the variable of the starting function that holds the object */
	const char *type;                /* of that: "struct session *" */
	const char *via;                 /* key of the field that leads the callback to it; NULL: it gets it itself */
	const struct pending_form *form; /* NULL: a GAsyncReadyCallback, or inferred */
	const char *handles[PENDING_HANDLES];      /* keys of fields: what holds or leads to the operation */
	const char *handle_types[PENDING_HANDLES]; /* what they are: "struct uv_timer_s", "unsigned int" */
	unsigned handle_count;
	bool held;    /* what was started lies in the object */
	bool cancel;  /* only a cancellation ends it: its cancellable is no part of it that could be closed */
	bool of_file; /* the type is one file's: others may have another of that name */
	bool stored;  /* a field keeps what was started, so that it can be ended */
	bool apart;   /* that field, or that of the cancellable, is another struct's, which ends it as it goes itself */
};

/*
 * All of them whose object has a type of its own: an array of struct pending that the caller frees. `sites` is what
 * completions_find() found. After contexts.
 */
GArray *pending_find(struct program *p, const GArray *sites);

/* What an expression is declared to be, casts that check and `&` left out; "" if that is not said. */
const char *pending_type(const struct program *p, const struct program_function *f, uint32_t node);
/* pending_part.c: whether a function gives a part in an object of the type to somebody: a reference, or a count. */
bool pending_takes_part(const struct program *p, const struct program_function *f, const char *type);
/* Whether a callback, which gets the object or `via` a field what leads to it, gives such a part back. */
bool pending_gives_back(const struct program *p, const struct program_function *f, const char *type, const char *via);
/* Whether the object keeps a GTask, which has a reference to it until all that was started for the task is over. */
bool pending_has_task(const struct program *p, const struct pending *pending);
/* Whether a node counts a field of such an object up or down. */
bool pending_counts(const struct program *p, const struct program_function *f, const struct node *n,
		    enum node_op by_one, enum node_op by_some, const char *type);
/* The key of the field that a node is; NULL: it is none. */
const char *pending_field(const struct program_function *f, const struct node *n);

#endif
