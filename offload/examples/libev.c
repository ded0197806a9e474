/*
 * libev: see job.h.
 *
 * What is pending keeps ev_run() going; ev_unref() takes the ticker and the signal off that count.
 */
#include "job.h"

#include <ev.h>
#include <signal.h>

static void on_tick(struct ev_loop *ev, ev_timer *ticker, int events)
{
	(void)ev;
	(void)events;
	jobs_tick(ticker->data);
}

static void on_interrupt(struct ev_loop *ev, ev_signal *interrupt, int events)
{
	(void)ev;
	(void)events;
	jobs_cancel(interrupt->data);
}

int main(int argc, char **argv)
{
	struct ev_loop *ev = ev_default_loop(0);
	struct jobs jobs;
	ev_timer ticker;
	ev_signal interrupt;
	int status = jobs_start(&jobs, offload_loop_libev(ev, NULL), argc, argv);

	if (status)
		return status;
	ev_timer_init(&ticker, on_tick, TICK_MS / 1000., TICK_MS / 1000.);
	ev_signal_init(&interrupt, on_interrupt, SIGINT);
	ticker.data = interrupt.data = &jobs;
	ev_timer_start(ev, &ticker);
	ev_signal_start(ev, &interrupt);
	ev_unref(ev);
	ev_unref(ev);
	ev_run(ev, 0);

	ev_ref(ev);
	ev_ref(ev);
	ev_timer_stop(ev, &ticker);
	ev_signal_stop(ev, &interrupt);
	status = jobs_finish(&jobs);
	ev_loop_destroy(ev);
	return status;
}
