/*
 * Fibers: a function on a stack of its own that any one thread at a time may enter, and that leaves to whoever entered.
 *
 *	thread A:  enter ──┐      ┌── returns       enter ──┐           ┌── returns; fiber is over
 *	fiber:             └─ … ──┘ leave                   └─ … ──┐ … ─┘
 *	thread B:                    enter ─ … ─ returns           (the function returned)
 *
 * This is a context (context.h) with which ASan and TSan keep step: they are told of each change of stack, else they
 * report frames as out of bounds and orders between threads as races.
 */
#ifndef OFFLOAD_FIBER_H
#define OFFLOAD_FIBER_H

#include "context.h"
#include "stack.h"

#include <stdbool.h>

typedef void offload__fiber_function(void *data);

struct offload__fiber {
	struct offload__context inside, outside;
	struct offload__stack stack;
	offload__fiber_function *function;
	void *data;
	bool over;                    /* the function has returned */
	struct offload__fiber *below; /* whom this thread was in when it entered; NULL: in none */
	/* Of the sanitizers. */
	void *fake_inside, *fake_outside; /* ASan's stacks of frames that are checked after their return */
	const void *outside_bottom;       /* the stack of whoever entered */
	size_t outside_size;
	void *tsan_inside, *tsan_outside;
};

/*
 * Makes a fiber of function(data). It takes over `stack`; `inside` bytes at its top are the caller's (the fiber may be
 * among them). It runs when first entered.
 */
void offload__fiber_init(struct offload__fiber *fiber, struct offload__stack stack, size_t inside,
			 offload__fiber_function *function, void *data);

/* For a fiber that is over, or was never entered. The stack is the caller's again. */
void offload__fiber_finish(struct offload__fiber *fiber);

/* Goes on where the fiber left, and returns when it leaves again or is over. What it wrote is seen. */
void offload__fiber_enter(struct offload__fiber *fiber);

/* In the fiber: makes enter return. Returns when the fiber is entered again, maybe in another thread. */
void offload__fiber_leave(struct offload__fiber *fiber);

/* The fiber this thread is in, or NULL. Never inlined: after a hop it asks the thread that is running now. */
struct offload__fiber *offload__fiber_current(void);

#endif
