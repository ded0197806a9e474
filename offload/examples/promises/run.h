/*
 * What the examples of single promises share: an event loop as small as can be, around the plain descriptor.
 */
#ifndef EXAMPLE_RUN_H
#define EXAMPLE_RUN_H

#include <offload.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MS 1000000ull

/* A loop that could be made. */
static inline struct offload_loop *new_loop(void)
{
	struct offload_loop *loop = offload_loop_fd(NULL);

	if (!loop)
		abort();
	return loop;
}

/* Runs it until nothing is pending, and frees it. */
static inline int run_loop(struct offload_loop *loop)
{
	while (offload_loop_pending(loop) > 0) {
		struct pollfd readable = { .fd = offload_loop_descriptor(loop), .events = POLLIN };

		poll(&readable, 1, -1);
		offload_loop_dispatch(loop);
	}
	return offload_loop_free(loop);
}

#endif
