/*
 * A C program with nothing but the installed library: one scope on a worker.
 */
#include <offload.h>
#include <poll.h>
#include <stdio.h>

static int twice(int number)
{
	return 2 * number;
}

OFFLOAD_FUNCTION(twice, (int), (int, number))

static void run(void *data)
{
	struct twice_call call = { 0 };

	if (twice_await(&call, 20) == 0)
		*(int *)data += call.value;
	OFFLOAD_SCOPE(NULL) {
		*(int *)data += 2;
	}
}

int main(void)
{
	struct offload_loop *loop = offload_loop_fd(NULL);
	int sum = 0;

	if (!loop || offload_go(loop, run, &sum, NULL))
		return 1;
	while (offload_loop_pending(loop) > 0) {
		struct pollfd readable = { offload_loop_descriptor(loop), POLLIN, 0 };

		poll(&readable, 1, -1);
		offload_loop_dispatch(loop);
	}
	printf("%d\n", sum);
	return offload_loop_free(loop) || sum != 42;
}
