/*
 * epoll: see job.h. A program that polls for itself watches the plain descriptor, and dispatches when it is readable.
 */
#include "job.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { OFFLOAD, TICKER, INTERRUPT };

static void watch(int epoll, int descriptor, uint32_t what)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = what };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event))
		abort();
}

static int open_ticker(void)
{
	const struct timespec interval = { 0, TICK_MS * 1000000 };
	const struct itimerspec times = { interval, interval };
	int ticker = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	timerfd_settime(ticker, 0, &times, NULL);
	return ticker;
}

static int open_interrupt(void)
{
	sigset_t interrupt;

	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, NULL);
	return signalfd(-1, &interrupt, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void handle(struct jobs *jobs, uint32_t what, int ticker, int interrupt)
{
	struct signalfd_siginfo info;
	uint64_t ticks;

	if (what == OFFLOAD)
		offload_loop_dispatch(jobs->loop);
	else if (what == TICKER && read(ticker, &ticks, sizeof(ticks)) > 0)
		jobs_tick(jobs);
	else if (what == INTERRUPT && read(interrupt, &info, sizeof(info)) > 0)
		jobs_cancel(jobs);
}

int main(int argc, char **argv)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC), ticker = open_ticker(), interrupt = open_interrupt();
	struct epoll_event event;
	struct jobs jobs;
	int status = jobs_start(&jobs, offload_loop_fd(NULL), argc, argv);

	if (status)
		return status;
	watch(epoll, offload_loop_descriptor(jobs.loop), OFFLOAD);
	watch(epoll, ticker, TICKER);
	watch(epoll, interrupt, INTERRUPT);
	while (offload_loop_pending(jobs.loop) > 0)
		if (epoll_wait(epoll, &event, 1, -1) == 1)
			handle(&jobs, event.data.u32, ticker, interrupt);

	status = jobs_finish(&jobs);
	close(interrupt);
	close(ticker);
	close(epoll);
	return status;
}
