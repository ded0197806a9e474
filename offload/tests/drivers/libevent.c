/*
 * libevent, as tests drive it.
 */
#include "driver.h"

#include <event2/event.h>
#include <stdlib.h>

struct timer {
	void (*function)(void *data);
	void *data;
};

static void *make(void)
{
	return event_base_new();
}

static void free_loop(void *loop)
{
	event_base_free(loop);
}

static struct offload_loop *offload(void *loop, int *error)
{
	return offload_loop_libevent(loop, error);
}

static void once(void *loop)
{
	event_base_loop(loop, EVLOOP_ONCE);
}

static void run(void *loop)
{
	event_base_dispatch(loop);
}

static void fired(evutil_socket_t descriptor, short what, void *data)
{
	struct timer *timer = data;

	(void)descriptor;
	(void)what;
	timer->function(timer->data);
	free(timer);
}

static void after(void *loop, unsigned ms, void (*function)(void *data), void *data)
{
	const struct timeval timeout = { ms / 1000, ms % 1000 * 1000 };
	struct timer *timer = malloc(sizeof(*timer));

	*timer = (struct timer){ function, data };
	event_base_once(loop, -1, EV_TIMEOUT, fired, timer, &timeout);
}

const struct test_driver test_driver = {
	.name = "libevent",
	.make = make,
	.free = free_loop,
	.offload = offload,
	.once = once,
	.run = run,
	.after = after,
};
