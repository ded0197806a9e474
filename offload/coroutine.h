/*
 * What coroutine.c, wait.c, scope.c and overflow.c share: the coroutine itself, which lies at the top of its own stack.
 */
#ifndef OFFLOAD_COROUTINE_INTERNAL_H
#define OFFLOAD_COROUTINE_INTERNAL_H

#include "fiber.h"
#include "internal.h"

/* Where code runs: on the loop, or on a worker of a pool. */
struct offload__place {
	bool worker;
	struct offload_pool *pool; /* NULL: the loop's own */
	struct offload_limiter *limiter;
};

/* What a hop touches comes first, right above the frames of the coroutine: few cache lines follow it. */
struct offload_coroutine {
	struct offload__fiber fiber;
	struct offload_loop *loop;

	/* Whoever runs it. */
	struct offload__place here, target;
	bool moves;      /* it has left to get to `target` */
	bool must;       /* it has begun there, so it cannot be told that it may not */
	bool shielded;   /* atomic: workers ask */
	bool cancelled;  /* atomic: workers ask */
	int attempt;     /* see coroutine.c */
	int outcome;     /* of what it waited for */
	int scope_error; /* see offload_scope_error() */

	struct offload_task hop;     /* carries it to a worker */
	struct offload__event event; /* posted: it goes on */

	/* What it waits for: at most one of these. Loop's thread. */
	struct offload_task *awaited;
	struct offload_waiter *waiter;
	struct offload__timer timer;

	struct offload_task self; /* never submitted: what its group or loop knows of it */
	void (*function)(void *data);
	void *data;
	const char *name; /* "" if it has none */
};

/* Never inlined, as offload_errno(). */
void offload__set_errno(int value);

/* Goes on at once; or later, from the loop. Loop's thread, not in the coroutine. */
void offload__coroutine_continue(struct offload_coroutine *coroutine, int outcome);
void offload__coroutine_post(struct offload_coroutine *coroutine, int outcome);

/* It goes on soon, by this event of its hop: see fetch_lines(). */
void offload__coroutine_fetch(const struct offload__event *hop);

/* Was it cancelled, and not shielded? Any thread. */
bool offload__coroutine_is_cancelled(const struct offload_coroutine *coroutine);

/* Ends what it waits for. Loop's thread. */
void offload__coroutine_interrupt(struct offload_coroutine *coroutine);

/* If overflows are to be reported: this thread can do so from now on. */
void offload__overflow_prepare_thread(void);

/* Gives the stacks back that the loop keeps. */
void offload__coroutines_finish(struct offload_loop *loop);

/* ---- leaving, inlined: see context.h -------------------------------------------------------------------------------- */

OFFLOAD__INLINED int offload__coroutine_leave(struct offload_coroutine *coroutine)
{
	int value = offload_errno();

	offload__fiber_leave(&coroutine->fiber);
	offload__set_errno(value);
	return coroutine->outcome;
}

/* Leaves to the loop until offload__coroutine_continue(); gives its outcome. In the coroutine. */
OFFLOAD__INLINED int offload__coroutine_wait(struct offload_coroutine *coroutine)
{
	coroutine->moves = false;
	return offload__coroutine_leave(coroutine);
}

/*
 * Moves to another thread. With `must` it arrives at a worker in any case, if not at this one; to the loop, always.
 * 0, or why it could not: then it is where it was. In the coroutine.
 */
OFFLOAD__INLINED int offload__coroutine_move(struct offload_coroutine *coroutine, struct offload__place target,
					     bool must)
{
	coroutine->moves = true;
	coroutine->target = target;
	coroutine->must = must;
	coroutine->attempt = 0;
	coroutine->outcome = 0;
	return offload__coroutine_leave(coroutine);
}

#endif
