/*
 * stress: random operations on a loop of any kind, checked against what the header promises.
 *
 *	OFFLOAD_STRESS_OPERATIONS   how many (40,000: a second or two)
 *	OFFLOAD_STRESS_SEED         which; printed, so that a failure can be replayed (threads still race as they like)
 */
#ifndef OFFLOAD_TEST_STRESS_H
#define OFFLOAD_TEST_STRESS_H

#include "support.h"

/* A kind of event loop. */
struct stress_loop {
	const char *name;
	void *(*open)(void);
	struct offload_loop *(*attach)(void *event_loop, int *error);

	/* Waits until something happens, 10 ms at most, and runs what there is. */
	void (*turn)(void *event_loop);

	/* After offload_loop_free(). */
	void (*close)(void *event_loop);

	bool nests; /* turn may be called in a callback */
};

/* What main() returns. */
int stress_main(const struct stress_loop *kind);

#endif
