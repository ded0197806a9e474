/*
 * A coroutine that awaits what the event loop itself completes, here a timer of the loop's own: await-NAME.c says how.
 * It counts down, then hashes a file on a worker, all in one function.
 */
#ifndef EXAMPLE_AWAIT_H
#define EXAMPLE_AWAIT_H

#include "job.h"

/* Of each example: waits in a coroutine. 0 or -ECANCELED. */
int wait_ms(void *event_loop, unsigned ms);

/* Starts the coroutine. With an argument on the command line it is cancelled while it counts. 0 or -errno. */
int await_start(struct offload_loop *loop, void *event_loop, int argc);

#endif
