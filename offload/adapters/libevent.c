/*
 * libevent: an event for what has finished, and a timer.
 *
 * libevent leaves its loop when no event is added. Its own wake-up does not count there: it carries EVLIST_INTERNAL. So
 * do both of ours. A third, a timer that does nothing and is far off, carries it while nothing is pending; to change that
 * it is taken out of libevent's heap of timers and put back, which cannot fail (the heap never shrinks) and asks nothing
 * of the system. EVLOOP_ONCE goes on when only internal events have run, so ours activates a fourth one.
 *
 * Timeouts count from a time that libevent may have read earlier in this turn, so the timer can be early;
 * offload__loop_timer_fired() then asks for it again.
 *
 * In a forked child the events stay: libevent would take the descriptor out of an epoll set that is the parent's too.
 */
#include "adapter.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>

#if LIBEVENT_VERSION_NUMBER >= 0x02010000
#define FLAGS ev_evcallback.evcb_flags
#else
#define FLAGS ev_flags
#endif

static const struct timeval far_off = { .tv_sec = 86400 }; /* comes again */

struct loop_libevent {
	struct offload_loop base;
	struct event readable, timer, keeper, ran;
};

static void on_readable(evutil_socket_t descriptor, short what, void *data)
{
	struct loop_libevent *loop = data;

	(void)descriptor;
	(void)what;
	event_active(&loop->ran, EV_TIMEOUT, 0);
	offload__loop_dispatch(&loop->base);
}

static void on_timer(evutil_socket_t descriptor, short what, void *data)
{
	struct loop_libevent *loop = data;

	(void)descriptor;
	(void)what;
	offload__loop_timer_fired(&loop->base);
}

static void on_nothing(evutil_socket_t descriptor, short what, void *data)
{
	(void)descriptor;
	(void)what;
	(void)data;
}

static void keep_alive(struct offload_loop *base, bool alive)
{
	struct loop_libevent *loop = (struct loop_libevent *)base;

	event_del(&loop->keeper);
	if (alive)
		loop->keeper.FLAGS &= (short)~EVLIST_INTERNAL;
	else
		loop->keeper.FLAGS |= EVLIST_INTERNAL;
	event_add(&loop->keeper, &far_off);
}

static int timer(struct offload_loop *base, uint64_t at)
{
	struct loop_libevent *loop = (struct loop_libevent *)base;
	uint64_t now = offload_now(), microseconds = at > now ? (at - now + 999) / 1000 : 0;
	struct timeval timeout = { .tv_sec = (time_t)(microseconds / 1000000),
				   .tv_usec = (suseconds_t)(microseconds % 1000000) };

	if (at == 0)
		return event_del(&loop->timer) ? -EIO : 0;
	return event_add(&loop->timer, &timeout) ? -ENOMEM : 0;
}

static void close_loop(struct offload_loop *base, bool forked)
{
	struct loop_libevent *loop = (struct loop_libevent *)base;

	if (!forked) {
		event_del(&loop->readable);
		event_del(&loop->timer);
		event_del(&loop->keeper);
		event_del(&loop->ran);
	}
	offload__loop_finish(base);
	if (!forked)
		free(loop);
}

static const struct offload_loop_ops ops = {
	.name = "libevent",
	.keep_alive = keep_alive,
	.timer = timer,
	.grain = 1000000,
	.close = close_loop,
};

static int start(struct offload_loop *base, void *of)
{
	struct loop_libevent *loop = (struct loop_libevent *)base;

	if (event_assign(&loop->readable, of, offload__loop_wakeup(base), EV_READ | EV_PERSIST, on_readable, loop) ||
	    event_assign(&loop->timer, of, -1, 0, on_timer, loop) ||
	    event_assign(&loop->keeper, of, -1, EV_PERSIST, on_nothing, loop) ||
	    event_assign(&loop->ran, of, -1, 0, on_nothing, loop))
		return -EINVAL;
	loop->readable.FLAGS |= EVLIST_INTERNAL;
	loop->timer.FLAGS |= EVLIST_INTERNAL;
	loop->keeper.FLAGS |= EVLIST_INTERNAL;
	if (event_add(&loop->keeper, &far_off))
		return -ENOMEM;
	if (!event_add(&loop->readable, NULL))
		return 0;
	event_del(&loop->keeper);
	return -ENOMEM;
}

struct offload_loop *offload_loop_libevent(struct event_base *base, int *error)
{
	return offload__loop_new(sizeof(struct loop_libevent), &ops, start, base, error);
}
