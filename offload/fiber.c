/*
 * fiber: see fiber.h. Here it begins, ends and is entered.
 */
#include "fiber.h"

#include <stdlib.h>
#include <string.h>

static _Thread_local struct offload__fiber *current;

__attribute__((noinline, noclone)) struct offload__fiber *offload__fiber_current(void)
{
	return current;
}

OFFLOAD__INLINED void before_entering(struct offload__fiber *fiber)
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

OFFLOAD__INLINED void when_outside(struct offload__fiber *fiber)
{
#ifdef OFFLOAD_ASAN
	__sanitizer_finish_switch_fiber(fiber->fake_outside, NULL, NULL);
#endif
	(void)fiber;
}

static void run(void *data)
{
	struct offload__fiber *fiber = data;

	offload__fiber_when_inside(fiber);
	fiber->function(fiber->data);
	fiber->over = true;
	offload__fiber_leave(fiber);
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

/* Who enters stays in its thread: it may keep the address of `current`. */
void offload__fiber_enter(struct offload__fiber *fiber)
{
	fiber->below = current;
	current = fiber;
	before_entering(fiber);
	offload__context_switch(&fiber->outside, &fiber->inside);
	when_outside(fiber);
	current = fiber->below;
}
