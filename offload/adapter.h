/*
 * What makes an offload_loop of an event loop.
 *
 * The core owns an eventfd. An adapter watches it for being readable, level-triggered, and calls offload__loop_dispatch()
 * then; it sets one timer, and calls the same when that fires. Everything here happens on the loop's thread.
 *
 *	struct loop_x { struct offload_loop base; ... };
 *
 *	offload_loop_x():  offload__loop_new(), with a `start` that watches offload__loop_wakeup(&l->base)
 *	close:             stop the watches, and when the event loop has let go of the descriptor (at once, or in
 *	                   a callback): offload__loop_finish(&l->base), free it
 */
#ifndef OFFLOAD_ADAPTER_H
#define OFFLOAD_ADAPTER_H

#include "offload.h"

#include <pthread.h>

struct offload_loop_ops {
	const char *name;

	/* From now on offload has something pending, or no longer. Starts as not. NULL: the event loop has no such notion. */
	void (*keep_alive)(struct offload_loop *loop, bool alive);

	/*
	 * offload__loop_dispatch() is to be called at `at` (offload_now() or before: as soon as possible) instead of any time
	 * asked for earlier; 0: no more. Too early does no harm. Does not count as something that keeps the loop alive.
	 * 0 or -errno.
	 */
	int (*timer)(struct offload_loop *loop, uint64_t at);

	/* ns: later than that it may be, for that is how the event loop counts. */
	uint64_t grain;

	/* See above. The last call of the core's. In a forked child too: there only memory and descriptors are given back. */
	void (*close)(struct offload_loop *loop, bool forked);

	/* Of the plain descriptor only, else NULL. */
	int (*descriptor)(struct offload_loop *loop);
};

/* Bytes: what different threads write often is that far apart, so that they do not wait for each other's cache line. */
#define OFFLOAD__APART 64

/* Private to the core, here for its size. See loop.c. */
struct offload_loop {
	const struct offload_loop_ops *ops;
	int wakeup; /* eventfd */
	unsigned generation;
	pthread_t thread;
	struct offload__event *ready, **ready_end;
	uint64_t owed; /* writes to wakeup that were made, or are about to be made, and have not been read */
	bool stopping, alive, freeing;
	unsigned depth; /* of dispatch in dispatch */
	size_t pending;
	struct offload__timer *timers;
	struct offload__timer look; /* ends a nap, see loop.c */
	bool naps;
	uint64_t timer_set; /* what ops->timer was asked for last; 0: nothing */
	struct offload__link members, groups;
	struct offload_pool *pool, *own_pool;
	struct offload__watch *watch;
	struct offload__stack_cache *stacks; /* of coroutines */

	/* Written by any thread, see loop.c; far from what the loop's thread looks at all the time. */
	char apart[OFFLOAD__APART];
	struct offload__event *arrived;
	bool napping; /* nobody has ended the nap */
	uint64_t
		backlog; /* ns: what there is still to do behind the last task that is over, if that is made of short ones */
	char from_the_adapters[OFFLOAD__APART];
};

/*
 * Makes a loop of `size` bytes, zeroed, which begin with a struct offload_loop, and hands it to start(loop, of), which
 * watches the event loop's end of it; where that fails, it has undone what it did. NULL after setting *error (unless
 * NULL) to -errno, or to what `start` returned.
 */
struct offload_loop *offload__loop_new(size_t size, const struct offload_loop_ops *ops,
				       int (*start)(struct offload_loop *loop, void *of), void *of, int *error);

/* Everything but ops and the eventfd is zero. The calling thread is the loop's. 0 or -errno. */
int offload__loop_init(struct offload_loop *loop, const struct offload_loop_ops *ops);

/* The descriptor to watch. */
int offload__loop_wakeup(struct offload_loop *loop);

/* Runs what is due; how many. */
int offload__loop_dispatch(struct offload_loop *loop);

/* The same, for a timer that may have fired before what it was set to: then it is set again. */
int offload__loop_timer_fired(struct offload_loop *loop);

/* The other end of offload__loop_init(). */
void offload__loop_finish(struct offload_loop *loop);

/*
 * For coroutines: event->run runs on the loop, once, in the order of arrival. The event is the caller's and may be posted
 * again or freed in `run`. Any thread; nothing keeps the loop alive for it: see offload__loop_hold(). Never fails.
 */
void offload__loop_post(struct offload_loop *loop, struct offload__event *event);

/*
 * The same for a task that is over, told for how long (ns) threads have tasks like it queued; 0 if they are long ones: a
 * loop that naps is not woken for it.
 */
void offload__loop_complete(struct offload_loop *loop, struct offload__event *event, uint64_t backlog);

/* One more, or one less, thing is pending. */
void offload__loop_hold(struct offload_loop *loop);
void offload__loop_drop(struct offload_loop *loop);

/* timer->expire runs on the loop at timer->at or after. The timer is the caller's. 0 or what ops->timer says. */
int offload__timer_start(struct offload_loop *loop, struct offload__timer *timer);

/* Does nothing if it is not running. */
void offload__timer_stop(struct offload_loop *loop, struct offload__timer *timer);

/* Is this the loop's thread? Is the loop of this process, not of the one that forked it? */
bool offload__loop_here(const struct offload_loop *loop);
bool offload__loop_ours(const struct offload_loop *loop);

#endif
