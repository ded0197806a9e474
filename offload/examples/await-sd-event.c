/*
 * sd-event: a coroutine awaits a time source.
 */
#include "await.h"

#include <errno.h>
#include <systemd/sd-event.h>
#include <time.h>

static int on_timeout(sd_event_source *timer, uint64_t at, void *waiter)
{
	(void)timer;
	(void)at;
	offload_resume(waiter, 0);
	return 0;
}

static void stop(struct offload_waiter *waiter)
{
	sd_event_source_set_enabled(waiter->data, SD_EVENT_OFF);
	offload_resume(waiter, -ECANCELED);
}

int wait_ms(void *event, unsigned ms)
{
	struct offload_waiter waiter;
	sd_event_source *timer = NULL;
	int result;

	offload_waiter_init(&waiter, stop, NULL);
	result = sd_event_add_time_relative(event, &timer, CLOCK_MONOTONIC, ms * 1000ull, 1000, on_timeout, &waiter);
	if (result < 0)
		return result;
	waiter.data = timer;
	result = offload_suspend(&waiter);
	sd_event_source_disable_unref(timer);
	return result;
}

int main(int argc, char **argv)
{
	struct offload_loop *loop;
	sd_event *event;

	(void)argv;
	if (sd_event_default(&event) < 0)
		return 1;
	loop = offload_loop_sd_event(event, NULL);
	if (!loop || await_start(loop, event, argc))
		return 1;
	while (offload_loop_pending(loop) > 0) /* sd_event_loop() would wait for sd_event_exit() */
		sd_event_run(event, UINT64_MAX);
	offload_loop_free(loop);
	sd_event_unref(event);
	return 0;
}
