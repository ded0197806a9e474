/*
 * fiber: see fiber.h. Who tells the sanitizers what:
 *
 *	ASan	before a switch: which stack comes next, and where to keep the fake stack of this one (NULL at the last
 *		leave: it is not needed again). After it: which stack that was, for the way back.
 *	TSan	a fiber of its own per stack; a switch orders what came before it before what comes after.
 */
#include "fiber.h"

#include "sanitizers.h"

#include <stdlib.h>
#include <string.h>

static _Thread_local struct offload__fiber *current;

#define NEVER_INLINED __attribute__((noinline, noclone))

/* TSan counts calls and returns on the stack it believes in, so those that change it may not be calls themselves. */
#define ALWAYS_INLINED static inline __attribute__((always_inline))

NEVER_INLINED struct offload__fiber *offload__fiber_current(void)
{
	return current;
}

NEVER_INLINED static void set_current(struct offload__fiber *fiber)
{
	current = fiber;
}

ALWAYS_INLINED void before_entering(struct offload__fiber *fiber)
{
#ifdef OFFLOAD_ASAN
	__sanitizer_start_switch_fiber(&fiber->fake_outside, fiber->stack.base, fiber->stack.size);
#endif
#ifdef OFFLOAD_TSAN
	fiber->tsan_outside = __tsan_get_current_fiber();
	__tsan_switch_to_fiber(fiber->tsan_inside, 0);
#endif
	(void)fiber;
}

ALWAYS_INLINED void when_inside(struct offload__fiber *fiber)
{
#ifdef OFFLOAD_ASAN
	__sanitizer_finish_switch_fiber(fiber->fake_inside, &fiber->outside_bottom, &fiber->outside_size);
#endif
	(void)fiber;
}

ALWAYS_INLINED void before_leaving(struct offload__fiber *fiber)
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

ALWAYS_INLINED void when_outside(struct offload__fiber *fiber)
{
#ifdef OFFLOAD_ASAN
	__sanitizer_finish_switch_fiber(fiber->fake_outside, NULL, NULL);
#endif
	(void)fiber;
}

static void run(void *data)
{
	struct offload__fiber *fiber = data;

	when_inside(fiber);
	fiber->function(fiber->data);
	fiber->over = true;
	before_leaving(fiber);
	offload__context_switch(&fiber->inside, &fiber->outside);
	abort(); /* nobody enters a fiber that is over */
}

void offload__fiber_init(struct offload__fiber *fiber, struct offload__stack stack, size_t inside,
			 offload__fiber_function *function, void *data)
{
	size_t size = stack.size - (inside + 63) / 64 * 64;

	memset(fiber, 0, sizeof *fiber);
	fiber->stack = stack;
	fiber->function = function;
	fiber->data = data;
#ifdef OFFLOAD_TSAN
	fiber->tsan_inside = __tsan_create_fiber(0);
#endif
	offload__context_make(&fiber->inside, stack.base, size, run, fiber);
}

void offload__fiber_finish(struct offload__fiber *fiber)
{
#ifdef OFFLOAD_TSAN
	__tsan_destroy_fiber(fiber->tsan_inside);
#endif
	(void)fiber;
}

void offload__fiber_enter(struct offload__fiber *fiber)
{
	fiber->below = offload__fiber_current();
	set_current(fiber);
	before_entering(fiber);
	offload__context_switch(&fiber->outside, &fiber->inside);
	when_outside(fiber);
	set_current(fiber->below);
}

void offload__fiber_leave(struct offload__fiber *fiber)
{
	before_leaving(fiber);
	offload__context_switch(&fiber->inside, &fiber->outside);
	when_inside(fiber);
}
