/*
 * closing: objects that are freed while an operation that was started with them goes on; see pending.h for the start.
 *
 *      on_event   the client hung up           a root of the loop
 *        session_free(s)                       nothing on the way ends `session.idle`
 *          free(s)                             and yet on_idle will be called with s
 *
 * From each place that frees an object of the type, callers are followed up to a callback of the loop. A way counts if
 * nothing on it ends the operation, tells it that the object is gone, or waits. It does not count where the object was
 * just made, where the start itself failed, and where the operation's own callback frees. Of a GObject the end is its
 * class's `dispose` and `finalize`.
 */
#ifndef LOOPLINT_PROGRAM_CLOSING_H
#define LOOPLINT_PROGRAM_CLOSING_H

#include "program/lasting.h"
#include "program/pending.h"

enum { CLOSING_DEPTH = 8 };

struct abandoned {
	struct pending pending;
	uint32_t function, node;       /* where the object is freed */
	uint32_t calls[CLOSING_DEPTH]; /* from the root down to there: of functions, and of the registration of one */
	unsigned call_count;
	uint32_t root; /* function that the loop calls */
	bool counted;  /* on the way, references to it are counted */
	bool ends;     /* of a GObject: `node` is where its class ends it */
	enum level confidence;
};

/* Fills p->abandoned: each callback and each place that frees once. `sites` is what completions_find() found. */
void closing_find(struct program *p, const GArray *sites, struct lasting *lasting);

/* closing_start.c: whether one of these programs (bits) may come to the function that starts an operation. */
bool closing_may_start(struct program *p, uint32_t starter, uint64_t programs);

/* closing_end.c: whether code ends the operation. */
struct ending;
struct ending *ending_new(struct program *p, const struct pending *pending);
void ending_free(struct ending *ending);
/* Whether anything on the way through `function` to a node of it, or behind it, does so, itself or in what it calls. */
bool ending_on_the_way(struct ending *ending, uint32_t function, uint32_t node);
/* Whether anything in the function does. */
bool ending_within(struct ending *ending, uint32_t function);
/* Whether a call behind a node of the function does. */
bool ending_behind(struct ending *ending, uint32_t function, uint32_t node);

#endif
