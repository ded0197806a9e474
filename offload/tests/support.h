/*
 * What the tests share: a loop of the plain descriptor that is run until nothing is pending, and cmocka.
 */
#ifndef OFFLOAD_TEST_SUPPORT_H
#define OFFLOAD_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "offload.h"

#define MS 1000000ull

/* A loop that was made without an error. */
static inline struct offload_loop *test_loop(void)
{
	int error = 0;
	struct offload_loop *loop = offload_loop_fd(&error);

	assert_non_null(loop);
	assert_int_equal(error, 0);
	return loop;
}

/* Waits for something to run, and runs it; false when nothing came within `timeout_ms`. */
static inline bool test_turn(struct offload_loop *loop, int timeout_ms)
{
	struct pollfd readable = { .fd = offload_loop_descriptor(loop), .events = POLLIN };

	if (poll(&readable, 1, timeout_ms) < 1)
		return false;
	assert_true(offload_loop_dispatch(loop) >= 0);
	return true;
}

/* Until nothing is pending. A test that hangs here fails after 30 s. */
static inline void test_run(struct offload_loop *loop)
{
	while (offload_loop_pending(loop) > 0)
		assert_true(test_turn(loop, 30000));
}

#endif
