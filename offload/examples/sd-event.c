/*
 * sd-event: see job.h.
 *
 * sd_event_loop() runs until sd_event_exit(): here by the tick that finds nothing left. sd-event takes signals that are
 * blocked; workers have them blocked anyway.
 */
#include "job.h"

#include <signal.h>
#include <systemd/sd-event.h>
#include <time.h>

static int on_tick(sd_event_source *ticker, uint64_t at, void *data)
{
	struct jobs *jobs = data;

	jobs_tick(jobs);
	if (jobs->left == 0)
		return sd_event_exit(sd_event_source_get_event(ticker), 0);
	sd_event_source_set_time(ticker, at + TICK_MS * 1000);
	return sd_event_source_set_enabled(ticker, SD_EVENT_ONESHOT);
}

static int on_interrupt(sd_event_source *interrupt, const struct signalfd_siginfo *info, void *data)
{
	(void)interrupt;
	(void)info;
	jobs_cancel(data);
	return 0;
}

int main(int argc, char **argv)
{
	struct jobs jobs;
	sd_event *event;
	sigset_t interrupt;
	int status;

	if (sd_event_default(&event) < 0)
		return 1;
	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, NULL);
	status = jobs_start(&jobs, offload_loop_sd_event(event, NULL), argc, argv);
	if (status)
		return status;
	sd_event_add_time_relative(event, NULL, CLOCK_MONOTONIC, TICK_MS * 1000, 1000, on_tick, &jobs);
	sd_event_add_signal(event, NULL, SIGINT, on_interrupt, &jobs);
	sd_event_loop(event);

	status = jobs_finish(&jobs);
	sd_event_unref(event);
	return status;
}
