/*
 * libev: a watcher for what has finished, and a timer. Started watchers keep a loop running; ev_unref() takes ours off
 * that count while nothing is pending, and the timer always. What was taken off is put back before a watcher is stopped,
 * and after libev has stopped a timer that fired.
 *
 * Timeouts count from a time that libev may have read earlier in this turn, so the timer can be early;
 * offload__loop_timer_fired() then asks for it again.
 */
#include "adapter.h"

#include <ev.h>
#include <stdlib.h>

struct loop_libev {
	struct offload_loop base;
	struct ev_loop *ev;
	ev_io readable;
	ev_timer timer;
	bool alive;
};

static void on_readable(struct ev_loop *ev, ev_io *watcher, int events)
{
	struct loop_libev *loop = watcher->data;

	(void)ev;
	(void)events;
	offload__loop_dispatch(&loop->base);
}

static void on_timer(struct ev_loop *ev, ev_timer *watcher, int events)
{
	struct loop_libev *loop = watcher->data;

	(void)events;
	ev_ref(ev);
	offload__loop_timer_fired(&loop->base);
}

static void keep_alive(struct offload_loop *base, bool alive)
{
	struct loop_libev *loop = (struct loop_libev *)base;

	loop->alive = alive;
	if (alive)
		ev_ref(loop->ev);
	else
		ev_unref(loop->ev);
}

static void stop_timer(struct loop_libev *loop)
{
	if (!ev_is_active(&loop->timer))
		return;
	ev_ref(loop->ev);
	ev_timer_stop(loop->ev, &loop->timer);
}

static int timer(struct offload_loop *base, uint64_t at)
{
	struct loop_libev *loop = (struct loop_libev *)base;
	uint64_t now = offload_now();

	stop_timer(loop);
	if (at == 0)
		return 0;
	ev_timer_set(&loop->timer, at > now ? (double)(at - now) / 1e9 : 0., 0.);
	ev_timer_start(loop->ev, &loop->timer);
	ev_unref(loop->ev);
	return 0;
}

static void close_loop(struct offload_loop *base, bool forked)
{
	struct loop_libev *loop = (struct loop_libev *)base;

	(void)forked; /* libev tells the kernel of what it stops when it runs again, and then it knows of the fork */
	stop_timer(loop);
	if (!loop->alive)
		ev_ref(loop->ev);
	ev_io_stop(loop->ev, &loop->readable);
	offload__loop_finish(base);
	free(loop);
}

static const struct offload_loop_ops ops = {
	.name = "libev",
	.keep_alive = keep_alive,
	.timer = timer,
	.grain = 1000000,
	.close = close_loop,
};

static int start(struct offload_loop *base, void *of)
{
	struct loop_libev *loop = (struct loop_libev *)base;
	struct ev_loop *ev = of;

	loop->ev = ev;
	ev_io_init(&loop->readable, on_readable, offload__loop_wakeup(base), EV_READ);
	ev_timer_init(&loop->timer, on_timer, 0., 0.);
	loop->readable.data = loop->timer.data = loop;
	ev_io_start(ev, &loop->readable);
	ev_unref(ev);
	return 0;
}

struct offload_loop *offload_loop_libev(struct ev_loop *ev, int *error)
{
	return offload__loop_new(sizeof(struct loop_libev), &ops, start, ev, error);
}
