/*
 * timer: the timers of a loop, the first one known. A pairing heap (Fredman, Sedgewick, Sleator, Tarjan, 1986) through
 * the timers themselves: no allocation, start O(1), stop and expire O(log n) amortised.
 *
 *	child   the first of those below
 *	next    the one beside it
 *	prev    the one beside it on the other side; of a first child: its parent
 *
 * The event loop is asked for the first timer only when it does not wake before that anyway.
 */
#include "internal.h"

/* Either may be NULL; both are roots. */
static struct offload__timer *heap_meld(struct offload__timer *a, struct offload__timer *b)
{
	struct offload__timer *first = a, *second = b;

	if (!a || !b)
		return a ? a : b;
	if (b->at < a->at) {
		first = b;
		second = a;
	}
	second->prev = first;
	second->next = first->child;
	if (first->child)
		first->child->prev = second;
	first->child = second;
	return first;
}

/* Makes one heap of a row of them: pairs from the left, then all from the right. */
static struct offload__timer *heap_pair(struct offload__timer *row)
{
	struct offload__timer *done = NULL, *heap = NULL, *next;

	for (; row; row = next) {
		struct offload__timer *second = row->next;

		next = second ? second->next : NULL;
		row->next = row->prev = NULL;
		if (second)
			second->next = second->prev = NULL;
		row = heap_meld(row, second);
		row->prev = done; /* a stack of pairs, for a moment */
		done = row;
	}
	for (; done; done = next) {
		next = done->prev;
		done->prev = NULL;
		heap = heap_meld(heap, done);
	}
	return heap;
}

static void heap_remove(struct offload_loop *loop, struct offload__timer *timer)
{
	struct offload__timer *below = heap_pair(timer->child);

	if (timer == loop->timers) {
		loop->timers = below;
	} else {
		if (timer->prev->child == timer)
			timer->prev->child = timer->next;
		else
			timer->prev->next = timer->next;
		if (timer->next)
			timer->next->prev = timer->prev;
		loop->timers = heap_meld(loop->timers, below);
	}
	timer->child = timer->next = timer->prev = NULL;
	timer->at = 0;
}

int offload__timers_arm(struct offload_loop *loop)
{
	uint64_t first = loop->timers ? loop->timers->at : 0;
	int error;

	if (first == 0 || (loop->timer_set != 0 && loop->timer_set <= first))
		return 0;
	error = loop->ops->timer(loop, first);
	if (error == 0)
		loop->timer_set = first;
	return error;
}

int offload__timer_start(struct offload_loop *loop, struct offload__timer *timer)
{
	int error;

	timer->child = timer->next = timer->prev = NULL;
	loop->timers = heap_meld(loop->timers, timer);
	error = offload__timers_arm(loop);
	if (error < 0)
		heap_remove(loop, timer);
	return error;
}

void offload__timer_stop(struct offload_loop *loop, struct offload__timer *timer)
{
	if (timer->at != 0)
		heap_remove(loop, timer);
}

void offload__timers_expire(struct offload_loop *loop)
{
	uint64_t now;

	if (!loop->timers && loop->timer_set == 0)
		return;
	now = offload_now();
	if (loop->timer_set > now)
		return;
	if (loop->timer_set != 0) /* else the event loop refused it: see offload__loop_dispatch() */
		loop->ops->timer(loop, 0);
	loop->timer_set = 0;
	while (loop->timers && loop->timers->at <= now) {
		struct offload__timer *timer = loop->timers;

		heap_remove(loop, timer);
		timer->expire(timer);
	}
}
