/*
 * fork: a child has none of the threads, and locks as they happened to be. So nothing of before is touched there: each
 * loop, pool and limiter knows in which generation of the process it was made, and compares. pthread_atfork(3).
 */
#include "internal.h"

static unsigned generation;

static void count_fork(void)
{
	generation++;
	offload__watch_forked();
}

unsigned offload__generation(void)
{
	return generation;
}

static int watched;

static void watch(void)
{
	watched = -pthread_atfork(NULL, NULL, count_fork);
}

int offload__fork_watch(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, watch);
	return watched;
}
