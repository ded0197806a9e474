/*
 * libevent: see job.h.
 *
 * libevent has no events that do not count, so the ticker ends when nothing is left; then event_base_dispatch() returns.
 */
#include "job.h"

#include <event2/event.h>
#include <signal.h>

static struct event *ticker, *interrupt;

static void on_tick(evutil_socket_t descriptor, short what, void *data)
{
	struct jobs *jobs = data;

	(void)descriptor;
	(void)what;
	jobs_tick(jobs);
	if (jobs->left > 0)
		return;
	event_del(ticker);
	event_del(interrupt);
}

static void on_interrupt(evutil_socket_t number, short what, void *data)
{
	(void)number;
	(void)what;
	jobs_cancel(data);
}

int main(int argc, char **argv)
{
	const struct timeval interval = { 0, TICK_MS * 1000 };
	struct event_base *base = event_base_new();
	struct jobs jobs;
	int status = jobs_start(&jobs, offload_loop_libevent(base, NULL), argc, argv);

	if (status)
		return status;
	ticker = event_new(base, -1, EV_PERSIST, on_tick, &jobs);
	interrupt = evsignal_new(base, SIGINT, on_interrupt, &jobs);
	event_add(ticker, &interval);
	event_add(interrupt, NULL);
	event_base_dispatch(base);

	event_free(ticker);
	event_free(interrupt);
	status = jobs_finish(&jobs);
	event_base_free(base);
	return status;
}
