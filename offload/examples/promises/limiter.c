/*
 * A class of calls that hangs does not hold up another: its limiter has fewer tokens than the pool has threads.
 */
#include "run.h"

static struct offload_limiter *dns, *disk;

static int slow(struct offload_task *task)
{
	(void)task;
	usleep(200 * 1000); /* a name server that does not answer */
	return 0;
}

static int fast(struct offload_task *task)
{
	(void)task;
	return 0;
}

static int slow_left = 8;

static void on_slow(struct offload_task *task)
{
	(void)task;
	slow_left--;
}

static void on_fast(struct offload_task *task)
{
	(void)task;
	printf("the file is there, look-ups left: %d\n", slow_left);
}

static int submit(struct offload_loop *loop, struct offload_task *task, struct offload_limiter *limiter)
{
	if (limiter == dns)
		offload_task_init(task, slow, on_slow, NULL);
	else
		offload_task_init(task, fast, on_fast, NULL);
	task->limiter = limiter;
	return offload_submit(loop, task);
}

int main(void)
{
	struct offload_loop *loop = new_loop();
	struct offload_task look_ups[8], file;
	int error = 0;

	dns = offload_limiter_new("dns", 4, NULL); /* of 16 threads */
	disk = offload_limiter_new("disk", 4, NULL);
	for (int i = 0; i < 8 && error == 0; i++)
		error = submit(loop, &look_ups[i], dns);
	if (error == 0)
		error = submit(loop, &file, disk);
	if (error < 0)
		return 1;
	error = run_loop(loop);
	offload_limiter_free(dns);
	offload_limiter_free(disk);
	return error != 0;
}
// prints: the file is there, look-ups left: 8
