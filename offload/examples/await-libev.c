/*
 * libev: a coroutine awaits a watcher, which lies on its stack.
 */
#include "await.h"

#include <errno.h>
#include <ev.h>

static struct ev_loop *loop_of_timers;

static void on_timeout(struct ev_loop *ev, ev_timer *timer, int events)
{
	(void)ev;
	(void)events;
	offload_resume(timer->data, 0);
}

static void stop(struct offload_waiter *waiter)
{
	ev_timer_stop(loop_of_timers, waiter->data);
	offload_resume(waiter, -ECANCELED);
}

int wait_ms(void *ev, unsigned ms)
{
	struct offload_waiter waiter;
	ev_timer timer;

	offload_waiter_init(&waiter, stop, &timer);
	ev_timer_init(&timer, on_timeout, ms / 1000., 0.);
	timer.data = &waiter;
	ev_timer_start(ev, &timer);
	return offload_suspend(&waiter);
}

int main(int argc, char **argv)
{
	struct offload_loop *loop;

	(void)argv;
	loop_of_timers = ev_default_loop(0);
	loop = offload_loop_libev(loop_of_timers, NULL);
	if (!loop || await_start(loop, loop_of_timers, argc))
		return 1;
	ev_run(loop_of_timers, 0);
	offload_loop_free(loop);
	ev_loop_destroy(loop_of_timers);
	return 0;
}
