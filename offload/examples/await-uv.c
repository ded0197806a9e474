/*
 * libuv: a coroutine awaits a uv_timer_t, which lies on its stack until libuv has let go of it.
 */
#include "await.h"

#include <errno.h>
#include <uv.h>

static void on_timeout(uv_timer_t *timer)
{
	offload_resume(timer->data, 0);
}

static void stop(struct offload_waiter *waiter)
{
	uv_timer_stop(waiter->data);
	offload_resume(waiter, -ECANCELED);
}

static void on_close(uv_handle_t *handle)
{
	offload_resume(handle->data, 0);
}

int wait_ms(void *uv, unsigned ms)
{
	struct offload_waiter waiter, closed;
	uv_timer_t timer;
	int result;

	offload_waiter_init(&waiter, stop, &timer);
	uv_timer_init(uv, &timer);
	timer.data = &waiter;
	uv_timer_start(&timer, on_timeout, ms, 0);
	result = offload_suspend(&waiter);

	offload_waiter_init(&closed, NULL, NULL); /* cannot be cancelled: a handle is closed in any case */
	timer.data = &closed;
	uv_close((uv_handle_t *)&timer, on_close);
	offload_suspend(&closed);
	return result;
}

int main(int argc, char **argv)
{
	uv_loop_t *uv = uv_default_loop();
	struct offload_loop *loop = offload_loop_uv(uv, NULL);

	(void)argv;
	if (!loop || await_start(loop, uv, argc))
		return 1;
	uv_run(uv, UV_RUN_DEFAULT);
	offload_loop_free(loop);
	uv_run(uv, UV_RUN_DEFAULT);
	return uv_loop_close(uv);
}
