/*
 * A function runs in another thread, its completion on the loop. The task is the caller's: here part of a struct.
 */
#include "run.h"

struct question {
	struct offload_task task;
	int number;
};

static int square(struct offload_task *task)
{
	struct question *question = task->data;

	usleep(1000); /* blocks; not the loop */
	return question->number * question->number;
}

static void on_square(struct offload_task *task)
{
	printf("the result is %d\n", task->result);
}

int main(void)
{
	struct offload_loop *loop = new_loop();
	struct question question = { .number = 6 };

	offload_task_init(&question.task, square, on_square, &question);
	if (offload_submit(loop, &question.task) < 0)
		return 1;
	printf("submitted\n");
	return run_loop(loop);
}
// prints: submitted
// prints: the result is 36
