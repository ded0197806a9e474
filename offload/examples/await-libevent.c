/*
 * libevent: a coroutine awaits an event, which lies on its stack.
 */
#include "await.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>

static void on_timeout(evutil_socket_t descriptor, short what, void *waiter)
{
	(void)descriptor;
	(void)what;
	offload_resume(waiter, 0);
}

static void stop(struct offload_waiter *waiter)
{
	event_del(waiter->data);
	offload_resume(waiter, -ECANCELED);
}

int wait_ms(void *base, unsigned ms)
{
	const struct timeval timeout = { ms / 1000, ms % 1000 * 1000 };
	struct offload_waiter waiter;
	struct event timer;

	offload_waiter_init(&waiter, stop, &timer);
	evtimer_assign(&timer, base, on_timeout, &waiter);
	evtimer_add(&timer, &timeout);
	return offload_suspend(&waiter);
}

int main(int argc, char **argv)
{
	struct event_base *base = event_base_new();
	struct offload_loop *loop = offload_loop_libevent(base, NULL);

	(void)argv;
	if (!loop || await_start(loop, base, argc))
		return 1;
	event_base_dispatch(base);
	offload_loop_free(loop);
	event_base_free(base);
	return 0;
}
