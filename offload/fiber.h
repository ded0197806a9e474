/*
 * Fibers: a function on a stack of its own that any one thread at a time may enter, and that leaves to whoever entered.
 *
 *	thread A:  enter ──┐      ┌── returns       enter ──┐           ┌── returns; fiber is over
 *	fiber:             └─ … ──┘ leave                   └─ … ──┐ … ─┘
 *	thread B:                    enter ─ … ─ returns           (the function returned)
 *
 * This is a context (context.h) with which ASan and TSan keep step: they are told of each change of stack, else they
 * report frames as out of bounds and orders between threads as races.
 *
 *	ASan	before a switch: which stack comes next, and where to keep the fake stack of this one (NULL at the last
 *		leave: it is not needed again). After it: which stack that was, for the way back.
 *	TSan	a fiber of its own per stack; a switch orders what came before it before what comes after. TSan counts
 *		calls and returns on the stack it believes in, so those that change it may not be calls themselves.
 */
#ifndef OFFLOAD_FIBER_H
#define OFFLOAD_FIBER_H

#include "context.h"
#include "sanitizers.h"
#include "stack.h"

#include <stdbool.h>

typedef void offload__fiber_function(void *data);

/* First what a switch needs. */
struct offload__fiber {
	struct offload__context inside, outside;
	struct offload__fiber *below; /* whom this thread was in when it entered; NULL: in none */
	bool over;                    /* the function has returned */
#if defined(OFFLOAD_ASAN) || defined(OFFLOAD_TSAN)
	void *fake_inside, *fake_outside; /* ASan's stacks of frames that are checked after their return */
	const void *outside_bottom;       /* the stack of whoever entered */
	size_t outside_size;
	void *tsan_inside, *tsan_outside;
#endif
	struct offload__stack stack;
	offload__fiber_function *function;
	void *data;
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
OFFLOAD__INLINED void offload__fiber_leave(struct offload__fiber *fiber);

/* The fiber this thread is in, or NULL. Never inlined: after a hop it asks the thread that is running now. */
struct offload__fiber *offload__fiber_current(void);

/* ---- leaving, inlined: see context.h -------------------------------------------------------------------------------- */

OFFLOAD__INLINED void offload__fiber_before_leaving(struct offload__fiber *fiber)
{
#ifdef OFFLOAD_ASAN
	__sanitizer_start_switch_fiber(fiber->over ? NULL : &fiber->fake_inside, fiber->outside_bottom,
				       fiber->outside_size);
#endif
#ifdef OFFLOAD_TSAN
	__tsan_switch_to_fiber(fiber->tsan_outside, 0);
#endif
	(void)fiber;
}

OFFLOAD__INLINED void offload__fiber_when_inside(struct offload__fiber *fiber)
{
#ifdef OFFLOAD_ASAN
	__sanitizer_finish_switch_fiber(fiber->fake_inside, &fiber->outside_bottom, &fiber->outside_size);
#endif
	(void)fiber;
}

OFFLOAD__INLINED void offload__fiber_leave(struct offload__fiber *fiber)
{
	offload__fiber_before_leaving(fiber);
	offload__context_switch(&fiber->inside, &fiber->outside);
	offload__fiber_when_inside(fiber);
}

#endif
