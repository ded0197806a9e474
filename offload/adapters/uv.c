/*
 * libuv: a uv_poll_t for what has finished, and a uv_timer_t, both unreferenced while nothing is pending.
 *
 * libuv counts milliseconds of CLOCK_MONOTONIC, rounded down, from a time that it read before the callbacks of this
 * turn. A time to wake at, rounded up, is therefore never too early if it is given as the distance from uv_now().
 *
 * In a forked child the handles stay: libuv would take the descriptor out of an epoll set that is the parent's too.
 */
#include "adapter.h"

#include <stdlib.h>
#include <uv.h>

struct loop_uv {
	struct offload_loop base;
	uv_poll_t poll;
	uv_timer_t timer;
	int open; /* handles that libuv has not let go of */
};

static struct loop_uv *loop_of_handle(uv_handle_t *handle)
{
	return handle->data;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	offload__loop_dispatch(&loop_of_handle((uv_handle_t *)poll)->base);
}

static void on_timer(uv_timer_t *timer)
{
	offload__loop_dispatch(&loop_of_handle((uv_handle_t *)timer)->base);
}

static void keep_alive(struct offload_loop *base, bool alive)
{
	struct loop_uv *loop = (struct loop_uv *)base;

	if (alive)
		uv_ref((uv_handle_t *)&loop->poll);
	else
		uv_unref((uv_handle_t *)&loop->poll);
}

static int timer(struct offload_loop *base, uint64_t at)
{
	struct loop_uv *loop = (struct loop_uv *)base;
	uint64_t at_ms = at / 1000000 + (at % 1000000 != 0), now_ms = uv_now(loop->timer.loop);

	if (at == 0)
		return uv_timer_stop(&loop->timer);
	return uv_timer_start(&loop->timer, on_timer, at_ms > now_ms ? at_ms - now_ms : 0, 0);
}

static void on_close(uv_handle_t *handle)
{
	struct loop_uv *loop = loop_of_handle(handle);

	if (--loop->open > 0)
		return;
	offload__loop_finish(&loop->base);
	free(loop);
}

static void close_loop(struct offload_loop *base, bool forked)
{
	struct loop_uv *loop = (struct loop_uv *)base;

	if (forked) {
		offload__loop_finish(base);
		return;
	}
	uv_close((uv_handle_t *)&loop->poll, on_close);
	uv_close((uv_handle_t *)&loop->timer, on_close);
}

static const struct offload_loop_ops ops = {
	.name = "libuv",
	.keep_alive = keep_alive,
	.timer = timer,
	.grain = 1000000,
	.close = close_loop,
};

static int start(struct offload_loop *base, void *uv)
{
	struct loop_uv *loop = (struct loop_uv *)base;
	int error = uv_poll_init(uv, &loop->poll, offload__loop_wakeup(base));

	if (error < 0)
		return error;
	uv_timer_init(uv, &loop->timer); /* fails nowhere */
	loop->open = 2;
	loop->poll.data = loop->timer.data = loop;
	uv_poll_start(&loop->poll, UV_READABLE, on_readable); /* the descriptor was accepted: fails no more */
	uv_unref((uv_handle_t *)&loop->poll);
	uv_unref((uv_handle_t *)&loop->timer);
	return 0;
}

struct offload_loop *offload_loop_uv(struct uv_loop_s *uv, int *error)
{
	return offload__loop_new(sizeof(struct loop_uv), &ops, start, uv, error);
}
