/*
 * Awaiting on a worker would wait for a loop that may wait for this worker: an error with that meaning, never a hang.
 */
#include "run.h"

static void run(void *unused)
{
	int error = 0;

	(void)unused;
	OFFLOAD_SCOPE(NULL) {
		error = offload_sleep(1 * MS);
	}
	printf("inside: %s\n", error == -EDEADLK ? offload_strerror(error) : "?");
	printf("after it: %d\n", offload_sleep(1 * MS));
}

int main(void)
{
	struct offload_loop *loop = new_loop();

	if (offload_go(loop, run, NULL, NULL) < 0)
		return 1;
	return run_loop(loop);
}
// prints: inside: attempted to await, or to call the loop, in a thread where that would wait for itself
// prints: after it: 0
