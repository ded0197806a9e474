/*
 * io_uring: see job.h. The plain descriptor is polled by the ring (a poll that ends is submitted again); the ticker is a
 * timeout of the ring, and the signal a read.
 */
#include "job.h"

#include <liburing.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { OFFLOAD = 1, TICKER, INTERRUPT };

static struct __kernel_timespec interval = { 0, TICK_MS * 1000000 };
static struct signalfd_siginfo info;

static int open_interrupt(void)
{
	sigset_t interrupt;

	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, NULL);
	return signalfd(-1, &interrupt, SFD_CLOEXEC);
}

static void submit(struct io_uring *ring, struct jobs *jobs, int interrupt, uint64_t what)
{
	struct io_uring_sqe *entry = io_uring_get_sqe(ring);

	if (what == OFFLOAD)
		io_uring_prep_poll_add(entry, offload_loop_descriptor(jobs->loop), POLLIN);
	else if (what == TICKER)
		io_uring_prep_timeout(entry, &interval, 0, 0);
	else
		io_uring_prep_read(entry, interrupt, &info, sizeof(info), 0);
	entry->user_data = what;
}

static void handle(struct jobs *jobs, uint64_t what)
{
	if (what == OFFLOAD)
		offload_loop_dispatch(jobs->loop);
	else if (what == TICKER)
		jobs_tick(jobs);
	else
		jobs_cancel(jobs);
}

static void run(struct io_uring *ring, struct jobs *jobs, int interrupt)
{
	struct io_uring_cqe *completion;

	for (uint64_t what = OFFLOAD; what <= INTERRUPT; what++)
		submit(ring, jobs, interrupt, what);
	while (offload_loop_pending(jobs->loop) > 0) {
		uint64_t what;

		io_uring_submit(ring);
		if (io_uring_wait_cqe(ring, &completion) < 0)
			continue;
		what = completion->user_data;
		io_uring_cqe_seen(ring, completion);
		handle(jobs, what);
		submit(ring, jobs, interrupt, what);
	}
}

int main(int argc, char **argv)
{
	struct io_uring ring;
	struct jobs jobs;
	int interrupt = open_interrupt(), error = io_uring_queue_init(8, &ring, 0), status;

	if (error < 0) {
		fprintf(stderr, "io_uring: %s\n", strerror(-error));
		return 77; /* not allowed here */
	}
	status = jobs_start(&jobs, offload_loop_fd(NULL), argc, argv);
	if (status)
		return status;
	run(&ring, &jobs, interrupt);

	io_uring_queue_exit(&ring);
	status = jobs_finish(&jobs);
	close(interrupt);
	return status;
}
