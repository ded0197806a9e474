/*
 * coroutine: who runs a coroutine, and how it gets from thread to thread.
 *
 * A coroutine never asks for anything while it runs; it leaves, and whoever had entered it does what it wants. So when
 * the task that carries it (`hop`) is submitted, nobody is on its stack any more, and a worker may enter at once.
 *
 *	loop's thread                                   worker
 *	continue: enter ─> … it moves, and leaves
 *	depart: sends the hop ────────────────────────> carry: enter ─> … it moves back, and leaves
 *	carried: enter ─> …                     <────── returns
 *
 * Nested scopes take the same way: a hop ends, and on the loop the next one begins. So no thread is held by those who
 * wait for another, and the pools cannot wait for each other in a circle. It has a price: an outer block that has begun
 * must go on, on a worker, even if its pool takes nothing more. Such a hop (`must`) is above queue limits and is not
 * cancelled while it waits; if the pool was shut down, it tries a second one:
 *
 *	attempt	0	the pool it wants
 *		1	the loop's own pool, without a limiter
 *		2	nothing is left: the loop's thread runs it (the loop and all of its pools were shut down)
 */
#include "coroutine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NEVER_INLINED __attribute__((noinline, noclone))

NEVER_INLINED int offload_errno(void)
{
	return errno;
}

NEVER_INLINED void offload__set_errno(int value)
{
	errno = value;
}

struct offload_coroutine *offload_coroutine_current(void)
{
	struct offload__fiber *fiber = offload__fiber_current();

	return fiber ? CONTAINER(fiber, struct offload_coroutine, fiber) : NULL;
}

struct offload_loop *offload_coroutine_loop(const struct offload_coroutine *coroutine)
{
	return coroutine->loop;
}

const char *offload_coroutine_name(const struct offload_coroutine *coroutine)
{
	return coroutine->name;
}

/* ---- on the way ------------------------------------------------------------------------------------------------------- */

static int carry(struct offload_task *hop)
{
	struct offload_coroutine *coroutine = CONTAINER(hop, struct offload_coroutine, hop);

	coroutine->here = coroutine->target;
	offload__overflow_prepare_thread();
	offload__fiber_enter(&coroutine->fiber);
	return 0;
}

static int send(struct offload_coroutine *coroutine)
{
	struct offload_task *hop = &coroutine->hop;
	bool first = coroutine->attempt == 0;

	hop->event.stack = offload__context_stack(&coroutine->fiber.inside);
	hop->pool = first ? coroutine->target.pool : NULL;
	hop->limiter = first ? coroutine->target.limiter : NULL;
	hop->flags = coroutine->must ? OFFLOAD__MUST : 0;
	if (coroutine->must && offload__coroutine_is_cancelled(coroutine))
		hop->flags |= OFFLOAD__ASKED;
	return offload__task_send(coroutine->loop, hop);
}

/* It could not go where it wanted to: it goes on where it was. That is a worker that it has left, or the loop. */
static void turn_back(struct offload_coroutine *coroutine, int error)
{
	coroutine->outcome = error;
	coroutine->target = coroutine->here;
	coroutine->must = true;
	coroutine->attempt = 0;
}

/* Sends it to `target`. True if it is on its way, and no longer ours; false if it is to go on here. */
static bool depart(struct offload_coroutine *coroutine)
{
	int error;

	for (; coroutine->target.worker && coroutine->attempt < 2; coroutine->attempt++) {
		error = send(coroutine);
		if (error == 0)
			return true;
		if (coroutine->must)
			continue;
		turn_back(coroutine, error);
		coroutine->attempt--;
	}
	coroutine->here = coroutine->target;
	return false;
}

static void end(struct offload_coroutine *coroutine)
{
	struct offload__stack stack = coroutine->fiber.stack;
	struct offload_loop *loop = coroutine->loop;
	struct offload_group *group = coroutine->self.group;
	bool closed;

	offload__fiber_finish(&coroutine->fiber);
	offload__group_leave(&coroutine->self);
	closed = group && offload__group_is_over(group);
	offload__stack_give(loop->stacks, &stack);
	if (closed)
		offload__group_closed(group);
	offload__loop_drop(loop);
}

/* Enters it, until it waits for something that continues it later. */
static void run(struct offload_coroutine *coroutine)
{
	offload__overflow_prepare_thread();
	for (;;) {
		offload__fiber_enter(&coroutine->fiber);
		if (coroutine->fiber.over) {
			end(coroutine);
			return;
		}
		if (!coroutine->moves || depart(coroutine))
			return;
	}
}

static void carried(struct offload__event *event)
{
	struct offload_task *hop = CONTAINER(event, struct offload_task, event);
	struct offload_coroutine *coroutine = CONTAINER(hop, struct offload_coroutine, hop);

	task_set_state(hop, TASK_IDLE);
	if (hop->result < 0 && !coroutine->must)
		turn_back(coroutine, hop->result);
	else if (hop->result < 0)
		coroutine->attempt++;
	if (!depart(coroutine))
		run(coroutine);
}

void offload__coroutine_fetch(const struct offload__event *hop)
{
	const struct offload_coroutine *coroutine =
		CONTAINER(CONTAINER(hop, struct offload_task, event), struct offload_coroutine, hop);

	fetch_lines(coroutine, offsetof(struct offload_coroutine, hop) / 64 + 1);
	fetch_lines(hop->stack, 5); /* a switch, the end of a scope, and some of the coroutine's own */
}

void offload__coroutine_continue(struct offload_coroutine *coroutine, int outcome)
{
	coroutine->outcome = outcome;
	run(coroutine);
}

static void posted(struct offload__event *event)
{
	run(CONTAINER(event, struct offload_coroutine, event));
}

void offload__coroutine_post(struct offload_coroutine *coroutine, int outcome)
{
	coroutine->outcome = outcome;
	coroutine->event.run = posted;
	offload__loop_post(coroutine->loop, &coroutine->event);
}

/* ---- cancelling ------------------------------------------------------------------------------------------------------- */

bool offload__coroutine_is_cancelled(const struct offload_coroutine *coroutine)
{
	return __atomic_load_n(&coroutine->cancelled, __ATOMIC_RELAXED) &&
	       !__atomic_load_n(&coroutine->shielded, __ATOMIC_RELAXED);
}

int offload_coroutine_cancel(struct offload_coroutine *coroutine)
{
	if (!offload__loop_ours(coroutine->loop))
		return -ECHILD;
	if (!offload__loop_here(coroutine->loop))
		return -EPERM;
	if (__atomic_exchange_n(&coroutine->cancelled, true, __ATOMIC_RELAXED))
		return 0;
	if (offload__coroutine_is_cancelled(coroutine))
		offload__coroutine_interrupt(coroutine);
	return 0;
}

void offload__coroutine_cancel_self(struct offload_task *self)
{
	offload_coroutine_cancel(CONTAINER(self, struct offload_coroutine, self));
}

bool offload__coroutine_is_queued(const struct offload_task *self)
{
	return task_is_queued(&CONTAINER(self, const struct offload_coroutine, self)->hop);
}

bool offload_shield(bool shielded)
{
	struct offload_coroutine *coroutine = offload_coroutine_current();

	return coroutine && __atomic_exchange_n(&coroutine->shielded, shielded, __ATOMIC_RELAXED);
}

/* ---- beginning -------------------------------------------------------------------------------------------------------- */

static void begin(void *data)
{
	struct offload_coroutine *coroutine = data;

	coroutine->function(coroutine->data);
}

static int go_check(struct offload_loop *loop, void (*function)(void *data), const struct offload_go_options *options)
{
	if (!offload__loop_ours(loop))
		return -ECHILD;
	if (!offload__loop_here(loop))
		return -EPERM;
	if (!function || (options->group && options->group->loop != loop))
		return -EINVAL;
	return loop->stopping || (options->group && options->group->closing) ? -ECANCELED : 0;
}

static int stack_for(struct offload_loop *loop, const struct offload_go_options *options, struct offload__stack *stack)
{
	if (!loop->stacks)
		loop->stacks = calloc(1, sizeof(*loop->stacks));
	if (!loop->stacks)
		return -ENOMEM;
	return offload__stack_take(loop->stacks, stack, options->stack_size ? options->stack_size : OFFLOAD_STACK_SIZE,
				   options->guard_size ? options->guard_size : 1);
}

/* Lays the coroutine at the top of the stack. */
static struct offload_coroutine *coroutine_on(struct offload__stack stack)
{
	size_t size = (sizeof(struct offload_coroutine) + 63) / 64 * 64;
	struct offload_coroutine *coroutine = (void *)(stack.base + stack.size - size);

	memset(coroutine, 0, sizeof(*coroutine));
	offload__fiber_init(&coroutine->fiber, stack, size, begin, coroutine);
	return coroutine;
}

int offload_go(struct offload_loop *loop, void (*function)(void *data), void *data,
	       const struct offload_go_options *options)
{
	static const struct offload_go_options usual;
	struct offload_coroutine *coroutine;
	struct offload__stack stack;
	int error;

	options = options ? options : &usual;
	error = go_check(loop, function, options);
	if (error == 0)
		error = stack_for(loop, options, &stack);
	if (error < 0)
		return error;
	coroutine = coroutine_on(stack);
	coroutine->loop = loop;
	coroutine->function = function;
	coroutine->data = data;
	coroutine->name = options->name ? options->name : "";
	coroutine->self.loop = loop;
	coroutine->self.group = options->group;
	task_set_state(&coroutine->self, TASK_COROUTINE);
	coroutine->hop.work = carry;
	coroutine->hop.event.run = carried;
	coroutine->hop.loop = loop;
	offload__loop_hold(loop);
	offload__group_join(&coroutine->self);
	if (options->coroutine)
		*options->coroutine = coroutine;
	offload__coroutine_post(coroutine, 0);
	return 0;
}

void offload__coroutines_finish(struct offload_loop *loop)
{
	if (loop->stacks)
		offload__stack_cache_finish(loop->stacks);
	free(loop->stacks);
	loop->stacks = NULL;
}
