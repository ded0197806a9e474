/*
 * The plain descriptor in a program that polls itself, as tests drive it: with a list of timers for a loop's own.
 */
#include "driver.h"

#include <poll.h>
#include <stdlib.h>

struct timer {
	struct timer *next;
	uint64_t at;
	void (*function)(void *data);
	void *data;
};

struct fd_loop {
	struct offload_loop *offload;
	struct timer *first;
};

static void *make(void)
{
	return calloc(1, sizeof(struct fd_loop));
}

static void free_loop(void *loop)
{
	free(loop);
}

static struct offload_loop *offload(void *loop, int *error)
{
	return ((struct fd_loop *)loop)->offload = offload_loop_fd(error);
}

static int timeout_of(const struct timer *timer)
{
	uint64_t now = offload_now();

	if (!timer)
		return -1;
	return timer->at > now ? (int)((timer->at - now) / 1000000) + 1 : 0;
}

static void once(void *data)
{
	struct fd_loop *loop = data;
	struct pollfd readable = { .fd = offload_loop_descriptor(loop->offload), .events = POLLIN };
	struct timer *timer = loop->first;

	if (poll(&readable, 1, timeout_of(timer)) > 0)
		offload_loop_dispatch(loop->offload);
	if (!timer || timer->at > offload_now())
		return;
	loop->first = timer->next;
	timer->function(timer->data);
	free(timer);
}

static void after(void *data, unsigned ms, void (*function)(void *data), void *argument)
{
	struct fd_loop *loop = data;
	struct timer *timer = malloc(sizeof(*timer)), **place = &loop->first;

	*timer = (struct timer){ NULL, offload_now() + ms * 1000000ull, function, argument };
	while (*place && (*place)->at <= timer->at)
		place = &(*place)->next;
	timer->next = *place;
	*place = timer;
}

const struct test_driver test_driver = {
	.name = "descriptor",
	.alone = true,
	.nests = true,
	.make = make,
	.free = free_loop,
	.offload = offload,
	.once = once,
	.after = after,
};
