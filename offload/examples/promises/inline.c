/*
 * The same generated function, called on a worker: there it runs at once, since nothing is gained by another thread.
 */
#include "run.h"

static int add(int a, int b)
{
	return a + b;
}

OFFLOAD_FUNCTION(add, (int), (int, a), (int, b))

static int add_three(int a, int b, int c)
{
	struct add_call call = { 0 };
	int error = add_await(&call, a, b); /* on the loop it would suspend the coroutine; here it is a plain call */

	return error < 0 ? error : call.value + c;
}

OFFLOAD_FUNCTION(add_three, (int), (int, a), (int, b), (int, c))

static void on_sum(struct add_three_call *call)
{
	if (call->task.result == 0)
		printf("the sum is %d\n", call->value);
}

int main(void)
{
	struct offload_loop *loop = new_loop();
	struct add_three_call call = { 0 };

	if (add_three_offload(loop, &call, 1, 2, 3, on_sum, NULL) < 0)
		return 1;
	return run_loop(loop);
}
// prints: the sum is 6
