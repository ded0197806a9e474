/*
 * A worker has something done on the loop, where the program's data is safe, and waits for it.
 */
#include "run.h"

static int visitors; /* the loop's */

static int count_visitor(void *data)
{
	visitors += *(int *)data;
	return visitors;
}

static int work(struct offload_task *task)
{
	int found = 3;

	return offload_call_loop(task->data, count_visitor, &found);
}

static void on_done(struct offload_task *task)
{
	int none = 0;

	printf("the loop said %d\n", task->result);
	printf("on the loop itself: %s\n",
	       offload_call_loop(task->data, count_visitor, &none) == -EDEADLK ? "refused" : "?");
}

int main(void)
{
	struct offload_loop *loop = new_loop();
	struct offload_task task;

	offload_task_init(&task, work, on_done, loop);
	if (offload_submit(loop, &task) < 0)
		return 1;
	return run_loop(loop);
}
// prints: the loop said 3
// prints: on the loop itself: refused
