/*
 * sd-event: an I/O source for what has finished, and a time source of CLOCK_MONOTONIC in microseconds, without slack.
 *
 * sd_event_loop() runs until sd_event_exit(), whatever sources there are, so there is nothing to keep alive. After a fork
 * sd-event itself leaves the parent's epoll set alone.
 */
#include "adapter.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <systemd/sd-event.h>
#include <time.h>

struct loop_sd_event {
	struct offload_loop base;
	sd_event_source *readable, *timer;
};

static int on_readable(sd_event_source *source, int descriptor, uint32_t events, void *data)
{
	struct loop_sd_event *loop = data;

	(void)source;
	(void)descriptor;
	(void)events;
	offload__loop_dispatch(&loop->base);
	return 0;
}

static int on_timer(sd_event_source *source, uint64_t at, void *data)
{
	struct loop_sd_event *loop = data;

	(void)source;
	(void)at;
	offload__loop_timer_fired(&loop->base);
	return 0;
}

static int timer(struct offload_loop *base, uint64_t at)
{
	struct loop_sd_event *loop = (struct loop_sd_event *)base;
	int error;

	if (at == 0)
		return sd_event_source_set_enabled(loop->timer, SD_EVENT_OFF);
	error = sd_event_source_set_time(loop->timer, (at + 999) / 1000);
	return error < 0 ? error : sd_event_source_set_enabled(loop->timer, SD_EVENT_ONESHOT);
}

static void give_back(struct loop_sd_event *loop)
{
	sd_event_source_disable_unref(loop->readable);
	sd_event_source_disable_unref(loop->timer);
}

static void close_loop(struct offload_loop *base, bool forked)
{
	(void)forked;
	give_back((struct loop_sd_event *)base);
	offload__loop_finish(base);
	free(base);
}

static const struct offload_loop_ops ops = {
	.name = "sd-event",
	.timer = timer,
	.close = close_loop,
};

static int start(struct offload_loop *base, void *event)
{
	struct loop_sd_event *loop = (struct loop_sd_event *)base;
	int error = sd_event_add_io(event, &loop->readable, offload__loop_wakeup(base), EPOLLIN, on_readable, loop);

	if (error >= 0)
		error = sd_event_add_time(event, &loop->timer, CLOCK_MONOTONIC, UINT64_MAX, 1, on_timer, loop);
	if (error >= 0)
		error = sd_event_source_set_enabled(loop->timer, SD_EVENT_OFF);
	if (error < 0)
		give_back(loop);
	return error;
}

struct offload_loop *offload_loop_sd_event(struct sd_event *event, int *error)
{
	return offload__loop_new(sizeof(struct loop_sd_event), &ops, start, event, error);
}
