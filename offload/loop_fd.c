/*
 * loop_fd: the plain descriptor, for programs that poll for themselves. It is an epoll descriptor (which can be polled
 * like any other, epoll(7)) around the loop's eventfd and a timer.
 */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct loop_fd {
	struct offload_loop base;
	int poll, timer;
};

static int loop_fd_timer(struct offload_loop *base, uint64_t at)
{
	struct loop_fd *loop = CONTAINER(base, struct loop_fd, base);
	struct itimerspec when = { .it_value = { (time_t)(at / 1000000000u), (long)(at % 1000000000u) } };

	return timerfd_settime(loop->timer, TFD_TIMER_ABSTIME, &when, NULL) < 0 ? -errno : 0;
}

static void give_back(struct loop_fd *loop)
{
	if (loop->timer >= 0)
		close(loop->timer);
	if (loop->poll >= 0)
		close(loop->poll);
}

static void loop_fd_close(struct offload_loop *base, bool forked)
{
	struct loop_fd *loop = CONTAINER(base, struct loop_fd, base);

	(void)forked;
	give_back(loop);
	offload__loop_finish(base);
	free(loop);
}

static int loop_fd_descriptor(struct offload_loop *base)
{
	return CONTAINER(base, struct loop_fd, base)->poll;
}

static const struct offload_loop_ops loop_fd_ops = {
	.name = "descriptor",
	.timer = loop_fd_timer,
	.close = loop_fd_close,
	.descriptor = loop_fd_descriptor,
};

static int loop_fd_add(struct loop_fd *loop, int fd)
{
	struct epoll_event readable = { .events = EPOLLIN };

	return epoll_ctl(loop->poll, EPOLL_CTL_ADD, fd, &readable) < 0 ? -errno : 0;
}

static int loop_fd_open(struct loop_fd *loop)
{
	int error;

	loop->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (loop->timer < 0)
		return -errno;
	loop->poll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->poll < 0)
		return -errno;
	error = loop_fd_add(loop, offload__loop_wakeup(&loop->base));
	return error < 0 ? error : loop_fd_add(loop, loop->timer);
}

static int loop_fd_start(struct offload_loop *base, void *of)
{
	struct loop_fd *loop = CONTAINER(base, struct loop_fd, base);
	int error;

	(void)of;
	loop->poll = loop->timer = -1;
	error = loop_fd_open(loop);
	if (error < 0)
		give_back(loop);
	return error;
}

struct offload_loop *offload_loop_fd(int *error)
{
	return offload__loop_new(sizeof(struct loop_fd), &loop_fd_ops, loop_fd_start, NULL, error);
}
