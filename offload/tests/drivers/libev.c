/*
 * libev, as tests drive it.
 */
#include "driver.h"

#include <ev.h>
#include <stdlib.h>

struct timer {
	void (*function)(void *data);
	void *data;
};

static void *make(void)
{
	return ev_loop_new(EVFLAG_AUTO);
}

static void free_loop(void *loop)
{
	ev_loop_destroy(loop);
}

static struct offload_loop *offload(void *loop, int *error)
{
	return offload_loop_libev(loop, error);
}

static void once(void *loop)
{
	ev_run(loop, EVRUN_ONCE);
}

static void run(void *loop)
{
	ev_run(loop, 0);
}

static void fired(int events, void *data)
{
	struct timer *timer = data;

	(void)events;
	timer->function(timer->data);
	free(timer);
}

static void after(void *loop, unsigned ms, void (*function)(void *data), void *data)
{
	struct timer *timer = malloc(sizeof(*timer));

	*timer = (struct timer){ function, data };
	ev_once(loop, -1, 0, ms / 1000., fired, timer);
}

const struct test_driver test_driver = {
	.name = "libev",
	.nests = true,
	.make = make,
	.free = free_loop,
	.offload = offload,
	.once = once,
	.run = run,
	.after = after,
};
