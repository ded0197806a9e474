/*
 * libuv, as tests drive it.
 */
#include "driver.h"

#include <stdlib.h>
#include <uv.h>

struct timer {
	uv_timer_t uv;
	void (*function)(void *data);
	void *data;
};

static void *make(void)
{
	uv_loop_t *loop = malloc(sizeof(*loop));

	if (!loop || uv_loop_init(loop))
		abort();
	return loop;
}

static void free_loop(void *loop)
{
	uv_run(loop, UV_RUN_DEFAULT); /* handles that are being closed */
	if (uv_loop_close(loop))
		abort();
	free(loop);
}

static struct offload_loop *offload(void *loop, int *error)
{
	return offload_loop_uv(loop, error);
}

static void once(void *loop)
{
	uv_run(loop, UV_RUN_ONCE);
}

static void run(void *loop)
{
	uv_run(loop, UV_RUN_DEFAULT);
}

static void freed(uv_handle_t *handle)
{
	free(handle);
}

static void fired(uv_timer_t *uv)
{
	struct timer *timer = (struct timer *)uv;

	timer->function(timer->data);
	uv_close((uv_handle_t *)uv, freed);
}

static void after(void *loop, unsigned ms, void (*function)(void *data), void *data)
{
	struct timer *timer = calloc(1, sizeof(*timer));

	timer->function = function;
	timer->data = data;
	uv_timer_init(loop, &timer->uv);
	uv_timer_start(&timer->uv, fired, ms, 0);
}

const struct test_driver test_driver = {
	.name = "libuv",
	.make = make,
	.free = free_loop,
	.offload = offload,
	.once = once,
	.run = run,
	.after = after,
};
