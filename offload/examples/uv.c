/*
 * libuv: see job.h.
 *
 * What is pending keeps uv_run() going; the ticker and the signal are unreferenced, so that they do not.
 */
#include "job.h"

#include <uv.h>

static void on_tick(uv_timer_t *timer)
{
	jobs_tick(timer->data);
}

static void on_interrupt(uv_signal_t *interrupt, int number)
{
	(void)number;
	jobs_cancel(interrupt->data);
}

int main(int argc, char **argv)
{
	uv_loop_t *uv = uv_default_loop();
	uv_timer_t ticker;
	uv_signal_t interrupt;
	struct jobs jobs;
	int status = jobs_start(&jobs, offload_loop_uv(uv, NULL), argc, argv);

	if (status)
		return status;
	uv_timer_init(uv, &ticker);
	uv_timer_start(&ticker, on_tick, TICK_MS, TICK_MS);
	uv_signal_init(uv, &interrupt);
	uv_signal_start(&interrupt, on_interrupt, SIGINT);
	ticker.data = interrupt.data = &jobs;
	uv_unref((uv_handle_t *)&ticker);
	uv_unref((uv_handle_t *)&interrupt);
	uv_run(uv, UV_RUN_DEFAULT);

	status = jobs_finish(&jobs);
	uv_close((uv_handle_t *)&ticker, NULL);
	uv_close((uv_handle_t *)&interrupt, NULL);
	uv_run(uv, UV_RUN_DEFAULT); /* until libuv has let go of its handles */
	uv_loop_close(uv);
	return status;
}
