/*
 * A block moves to a worker and comes back, also by return; what follows is the loop's again.
 */
#include "run.h"

#include <pthread.h>

static pthread_t loop_thread;

/* Not inlined: to the compiler a thread never changes within a function. */
static __attribute__((noinline)) const char *where(void)
{
	return pthread_equal(pthread_self(), loop_thread) ? "the loop" : "a worker";
}

static int find(int wanted)
{
	OFFLOAD_SCOPE(NULL) {
		printf("inside: %s\n", where());
		if (wanted > 0)
			return wanted; /* comes back too */
	}
	return offload_scope_error(); /* 0, or why the block was skipped */
}

static void run(void *unused)
{
	(void)unused;
	printf("before: %s\n", where());
	printf("found %d on %s\n", find(7), where());
}

int main(void)
{
	struct offload_loop *loop = new_loop();

	loop_thread = pthread_self();
	if (offload_go(loop, run, NULL, NULL) < 0)
		return 1;
	return run_loop(loop);
}
// prints: before: the loop
// prints: inside: a worker
// prints: found 7 on the loop
