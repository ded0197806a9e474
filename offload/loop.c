/*
 * loop: what is to run on the loop's thread, in the order in which it came there.
 *
 * Any thread pushes events on `arrived`, a stack without a lock (R. K. Treiber, 1986). The loop takes all of it, turns it
 * round and appends it to `ready`, which only it touches. What the stack ends in says whether the loop has to be woken:
 *
 *	arrived                 means                                        who pushes
 *	NULL                    the loop may be asleep                       writes to the eventfd
 *	e3 > e2 > e1 > NULL     who pushed e1 writes                         writes nothing
 *	&busy, e2 > e1 > &busy  the loop looks here again before it sleeps,  writes nothing
 *	                        or the eventfd is readable, or it naps
 *
 * A nap: while many short tasks are queued, workers would wake the loop for each of them, and each time one of them would
 * lose its processor to it. So the loop looks here again after a quarter of what there is still to do instead, by a
 * timer, and half a millisecond at most. Completions wait for that; whoever posts anything else ends it (`napping`).
 *
 * So a burst costs one write and one read. While events are ready the eventfd stays readable: a callback may run the
 * event loop, and a dispatch that ends early, to let others have the loop, is called again. `owed` counts the writes that
 * were made or are about to be: a stack that ends in NULL is one more, and so is a nap that somebody ended; a read takes
 * off as many as it read. Before the descriptor is closed each write has to have been made.
 */
#include "coroutine.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* Callbacks of one dispatch, so that others have their turn. */
#define DISPATCH_MOST 1024

#define NAP_LEAST 20000u  /* ns: else being woken is as well */
#define NAP_MOST  500000u /* ns */

static struct offload__event busy; /* only its address counts */

uint64_t offload_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

bool offload__loop_here(const struct offload_loop *loop)
{
	return pthread_equal(loop->thread, pthread_self());
}

bool offload__loop_ours(const struct offload_loop *loop)
{
	return loop->generation == offload__generation();
}

static int loop_check(const struct offload_loop *loop)
{
	if (!offload__loop_ours(loop))
		return -ECHILD;
	return offload__loop_here(loop) ? 0 : -EPERM;
}

/* Counts as so many writes. */
static void wakeup_write(const struct offload_loop *loop, uint64_t writes)
{
	while (write(loop->wakeup, &writes, sizeof(writes)) < 0 && errno == EINTR)
		;
}

static void wakeup_read(struct offload_loop *loop)
{
	uint64_t writes;

	if (loop->owed > 0 && read(loop->wakeup, &writes, sizeof(writes)) == sizeof(writes))
		loop->owed -= writes;
}

/* True if the loop has to be woken for it. If not, the loop may be gone already. */
static bool loop_push(struct offload_loop *loop, struct offload__event *event)
{
	struct offload__event *top = __atomic_load_n(&loop->arrived, __ATOMIC_RELAXED);

	do
		event->next = top;
	while (!__atomic_compare_exchange_n(&loop->arrived, &top, event, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
	return !top;
}

/* It is asked before the push, for after it the loop may be gone; a nap begins only where nothing was pushed. */
void offload__loop_post(struct offload_loop *loop, struct offload__event *event)
{
	uint64_t writes = __atomic_load_n(&loop->napping, __ATOMIC_RELAXED) &&
			  __atomic_exchange_n(&loop->napping, false, __ATOMIC_ACQ_REL);

	writes += loop_push(loop, event);
	if (writes > 0)
		wakeup_write(loop, writes);
}

void offload__loop_complete(struct offload_loop *loop, struct offload__event *event, uint64_t backlog)
{
	__atomic_store_n(&loop->backlog, backlog, __ATOMIC_RELAXED);
	if (loop_push(loop, event))
		wakeup_write(loop, 1);
}

/* Moves what has arrived to `ready`, first come first. */
static void loop_take(struct offload_loop *loop)
{
	struct offload__event *top = __atomic_exchange_n(&loop->arrived, &busy, __ATOMIC_ACQ_REL);
	struct offload__event *first = NULL, *last = top, *next;

	if (!top || top == &busy)
		return;
	for (; top && top != &busy; top = next) {
		next = top->next;
		top->next = first;
		first = top;
	}
	if (!top)
		loop->owed++;
	*loop->ready_end = first;
	loop->ready_end = &last->next;
	if (loop->owed > 0)
		return;
	loop->owed++;
	wakeup_write(loop, 1);
}

static void look(struct offload__timer *timer)
{
	(void)timer; /* the dispatch that this is called from does */
}

static void nap_end(struct offload_loop *loop)
{
	if (!loop->naps)
		return;
	loop->naps = false;
	offload__timer_stop(loop, &loop->look);
	if (!__atomic_exchange_n(&loop->napping, false, __ATOMIC_ACQ_REL))
		loop->owed++;
}

/* How long it may be, ns; 0: not at all. */
static uint64_t nap_length(struct offload_loop *loop)
{
	uint64_t most = loop->ops->grain > NAP_MOST ? loop->ops->grain : NAP_MOST;
	uint64_t least = loop->ops->grain > NAP_LEAST ? loop->ops->grain : NAP_LEAST;
	uint64_t length = __atomic_load_n(&loop->backlog, __ATOMIC_RELAXED) / 4;

	if (length < least || loop->stopping)
		return 0;
	return length < most ? length : most;
}

/* Nothing is ready, but soon will be: true if the loop looks again by itself then. */
static bool nap_begin(struct offload_loop *loop)
{
	uint64_t length = nap_length(loop);

	if (length == 0)
		return false;
	__atomic_store_n(&loop->backlog, 0, __ATOMIC_RELAXED); /* if nothing comes meanwhile, it was the last nap */
	wakeup_read(loop);
	loop->look = (struct offload__timer){ .at = offload_now() + length, .expire = look };
	if (offload__timer_start(loop, &loop->look) < 0)
		return false;
	loop->naps = true;
	__atomic_store_n(&loop->napping, true, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&loop->arrived, __ATOMIC_SEQ_CST) == &busy)
		return true;
	nap_end(loop);
	return false;
}

/* Nothing is ready: the loop may sleep, unless something came just now. */
static bool loop_rest(struct offload_loop *loop)
{
	struct offload__event *top = &busy;

	wakeup_read(loop);
	return __atomic_compare_exchange_n(&loop->arrived, &top, NULL, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* Is anything to run? If not, the loop may sleep. */
static bool loop_is_ready(struct offload_loop *loop)
{
	if (loop->ready)
		return true;
	nap_end(loop);
	do
		loop_take(loop);
	while (!loop->ready && !nap_begin(loop) && !loop_rest(loop));
	return loop->ready;
}

/* The next one, and what it will touch, comes from another processor while this one runs. */
static void loop_fetch(const struct offload__event *event)
{
	fetch_lines((const char *)event - 64, 3);
	if (event->stack)
		offload__coroutine_fetch(event);
}

static void loop_run_first(struct offload_loop *loop)
{
	struct offload__event *event = loop->ready;

	loop->ready = event->next;
	if (!loop->ready)
		loop->ready_end = &loop->ready;
	else
		loop_fetch(loop->ready);
	event->run(event);
}

/* Tells the event loop, not more often than it has to know. */
static void loop_update(struct offload_loop *loop)
{
	bool alive = loop->pending > 0;

	if (loop->depth > 0 || loop->alive == alive)
		return;
	loop->alive = alive;
	if (loop->ops->keep_alive)
		loop->ops->keep_alive(loop, alive);
}

void offload__loop_hold(struct offload_loop *loop)
{
	loop->pending++;
	loop_update(loop);
}

void offload__loop_drop(struct offload_loop *loop)
{
	loop->pending--;
	loop_update(loop);
}

size_t offload_loop_pending(struct offload_loop *loop)
{
	return loop->pending;
}

static void loop_close(struct offload_loop *loop)
{
	bool forked = !offload__loop_ours(loop);

	if (forked)
		offload__watch_forget(loop->watch);
	offload_pool_free(loop->own_pool); // looplint: allow(blocking-call) nothing runs: idle threads end at once
	loop->own_pool = NULL;
	loop->ops->close(loop, forked);
}

int offload__loop_dispatch(struct offload_loop *loop)
{
	int ran = 0, error = loop_check(loop);

	if (error < 0)
		return error;
	loop->depth++;
	offload__timers_expire(loop);
	for (; loop_is_ready(loop) && ran < DISPATCH_MOST; ran++)
		loop_run_first(loop);
	loop->depth--;
	if (offload__timers_arm(loop) < 0 &&
	    loop->owed == 0) { /* no timer: ask to be called, as for something to run */
		loop->owed++;
		wakeup_write(loop, 1);
	}
	loop_update(loop);
	if (loop->freeing && loop->depth == 0)
		loop_close(loop);
	return ran;
}

int offload__loop_timer_fired(struct offload_loop *loop)
{
	if (loop->timer_set > offload_now())
		loop->timer_set = 0;
	return offload__loop_dispatch(loop);
}

int offload_loop_dispatch(struct offload_loop *loop)
{
	return offload__loop_dispatch(loop);
}

int offload__loop_init(struct offload_loop *loop, const struct offload_loop_ops *ops)
{
	int error = offload__fork_watch();

	*loop = (struct offload_loop){ .ops = ops, .wakeup = -1, .thread = pthread_self() };
	if (error < 0)
		return error;
	loop->generation = offload__generation();
	loop->ready_end = &loop->ready;
	list_init(&loop->members);
	list_init(&loop->groups);
	loop->wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return loop->wakeup < 0 ? -errno : 0;
}

struct offload_loop *offload__loop_new(size_t size, const struct offload_loop_ops *ops,
				       int (*start)(struct offload_loop *loop, void *of), void *of, int *error)
{
	struct offload_loop *loop = calloc(1, size);
	int result = loop ? offload__loop_init(loop, ops) : -ENOMEM;

	if (result == 0)
		result = start(loop, of);
	if (result >= 0)
		return loop;
	if (loop)
		offload__loop_finish(loop);
	free(loop);
	if (error)
		*error = result;
	return NULL;
}

int offload__loop_wakeup(struct offload_loop *loop)
{
	return loop->wakeup;
}

/* Events that nobody waits for any more, such as a call whose caller gave up, give their memory back when they run. */
void offload__loop_finish(struct offload_loop *loop)
{
	struct pollfd readable = { .fd = loop->wakeup, .events = POLLIN };

	if (loop->wakeup < 0)
		return;
	if (offload__loop_ours(loop)) {
		loop->stopping = true;
		while (loop_is_ready(loop))
			loop_run_first(loop);
		while (loop->owed > 0) {
			poll(&readable, 1, -1); // looplint: allow(blocking-call) the write is made, or about to be
			wakeup_read(loop);
		}
	}
	offload__coroutines_finish(loop);
	close(loop->wakeup);
	loop->wakeup = -1;
}

int offload_loop_descriptor(struct offload_loop *loop)
{
	return loop->ops->descriptor ? loop->ops->descriptor(loop) : -ENOTSUP;
}

int offload_loop_adopt(struct offload_loop *loop)
{
	if (!offload__loop_ours(loop))
		return -ECHILD;
	if (loop->pending > 0)
		return -EBUSY;
	loop->thread = pthread_self();
	return 0;
}

int offload_loop_set_pool(struct offload_loop *loop, struct offload_pool *pool)
{
	int error = loop_check(loop);

	if (error == 0)
		loop->pool = pool;
	return error;
}

struct offload_pool *offload__loop_pool(struct offload_loop *loop, int *error)
{
	if (loop->pool)
		return loop->pool;
	if (!loop->own_pool)
		loop->own_pool = offload_pool_new(NULL, error);
	return loop->own_pool;
}

static void loop_cancel(struct offload_loop *loop, bool begun)
{
	offload__members_cancel(&loop->members, begun);
	for (struct offload__link *link = loop->groups.next; link != &loop->groups; link = link->next)
		offload__members_cancel(&CONTAINER(link, struct offload_group, of_loop)->members, begun);
}

int offload_loop_shutdown(struct offload_loop *loop)
{
	int error = loop_check(loop);

	if (error < 0)
		return error;
	loop->stopping = true;
	loop_cancel(loop, false);
	loop_cancel(loop, true);
	return 0;
}

int offload_loop_free(struct offload_loop *loop)
{
	if (!loop)
		return 0;
	if (offload__loop_ours(loop)) {
		if (!offload__loop_here(loop))
			return -EPERM;
		if (loop->pending > 0 || loop->watch || loop->freeing)
			return -EBUSY;
		loop->stopping = true;
		loop->freeing = loop->depth > 0;
		if (loop->freeing)
			return 0;
	}
	loop_close(loop);
	return 0;
}
