/*
 * Statistics of a pool; and a loop that stalls is reported while it does, with where it is.
 */
#include "run.h"

static bool reported, has_stack; /* written by the watching thread, read after it has ended */

static void on_stall(const struct offload_stall *stall)
{
	reported = true;
	has_stack |= stall->depth > 0;
}

static int work(struct offload_task *task)
{
	(void)task;
	usleep(5000);
	return 0;
}

static void block_the_loop(struct offload_task *task)
{
	struct offload_stats stats;
	struct offload_pool *pool = task->data;

	offload_pool_stats(pool, &stats);
	printf("done %llu, it took 5 ms or more: %s\n", (unsigned long long)stats.done,
	       stats.run.max >= 5 * MS ? "yes" : "no");
	usleep(300 * 1000); // looplint: allow(blocking-call) it is what is to be reported
}

int main(void)
{
	struct offload_loop *loop = new_loop();
	struct offload_pool *pool = offload_pool_new(NULL, NULL);
	struct offload_task task;

	offload_task_init(&task, work, block_the_loop, pool);
	task.pool = pool;
	if (offload_watch(loop, 50, on_stall, NULL) < 0 || offload_submit(loop, &task) < 0)
		return 1;
	while (offload_loop_pending(loop) > 0) {
		struct pollfd readable = { .fd = offload_loop_descriptor(loop), .events = POLLIN };

		poll(&readable, 1, -1);
		offload_loop_dispatch(loop);
	}
	offload_unwatch(loop);
	printf("stall reported: %s, with a stack: %s\n", reported ? "yes" : "no", has_stack ? "yes" : "no");
	return offload_loop_free(loop) || offload_pool_free(pool);
}
// prints: done 1, it took 5 ms or more: yes
// prints: stall reported: yes, with a stack: yes
