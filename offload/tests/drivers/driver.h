/*
 * An event loop of one kind, as tests drive it. Each file beside this one has one; a test program is linked with it.
 */
#ifndef OFFLOAD_TEST_DRIVER_H
#define OFFLOAD_TEST_DRIVER_H

#include "offload.h"

struct test_driver {
	const char *name;
	bool alone; /* one offload_loop per event loop */
	bool nests; /* it may be run in one of its callbacks */
	void *(*make)(void);
	void (*free)(void *loop);                                /* after its offload_loop */
	struct offload_loop *(*offload)(void *loop, int *error); /* what is tested */
	void (*once)(void *loop);                                /* waits for something, and handles it */
	void (*run)(void *loop); /* until nothing keeps it alive; NULL: no such notion */
	void (*after)(void *loop, unsigned ms, void (*function)(void *data), void *data); /* a timer of its own, once */
};

extern const struct test_driver test_driver;

#endif
