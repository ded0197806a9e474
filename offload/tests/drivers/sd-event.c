/*
 * sd-event, as tests drive it.
 */
#include "driver.h"

#include <stdlib.h>
#include <systemd/sd-event.h>
#include <time.h>

struct timer {
	void (*function)(void *data);
	void *data;
};

static void *make(void)
{
	sd_event *event = NULL;

	if (sd_event_new(&event) < 0)
		abort();
	return event;
}

static void free_loop(void *loop)
{
	sd_event_unref(loop);
}

static struct offload_loop *offload(void *loop, int *error)
{
	return offload_loop_sd_event(loop, error);
}

static void once(void *loop)
{
	sd_event_run(loop, UINT64_MAX);
}

static int fired(sd_event_source *source, uint64_t at, void *data)
{
	struct timer *timer = data;

	(void)at;
	timer->function(timer->data);
	free(timer);
	sd_event_source_unref(source);
	return 0;
}

static void after(void *loop, unsigned ms, void (*function)(void *data), void *data)
{
	struct timer *timer = malloc(sizeof(*timer));
	sd_event_source *source;

	*timer = (struct timer){ function, data };
	sd_event_add_time_relative(loop, &source, CLOCK_MONOTONIC, ms * 1000ull, 1, fired, timer);
}

const struct test_driver test_driver = {
	.name = "sd-event",
	.make = make,
	.free = free_loop,
	.offload = offload,
	.once = once,
	.after = after,
};
