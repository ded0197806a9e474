/*
 * A pool starts threads while all of them block, up to a cap; past its queue limit, submit says so at once.
 */
#include "run.h"

#include <semaphore.h>

static sem_t go_on;
static int done;

static int block(struct offload_task *task)
{
	(void)task;
	sem_wait(&go_on);
	return 0;
}

static void on_done(struct offload_task *task)
{
	(void)task;
	done++;
}

int main(void)
{
	const struct offload_pool_options options = { .name = "files", .max_threads = 3, .queue_limit = 2 };
	struct offload_pool *pool = offload_pool_new(&options, NULL);
	struct offload_loop *loop = new_loop();
	struct offload_task tasks[6];
	struct offload_stats stats;
	int taken = 0, refused = 0;

	sem_init(&go_on, 0, 0);
	for (int i = 0; i < 6; i++) {
		offload_task_init(&tasks[i], block, on_done, NULL);
		tasks[i].pool = pool;
		if (offload_submit(loop, &tasks[i]) == -EAGAIN)
			refused++;
		else
			taken++;
	}
	do
		offload_pool_stats(pool, &stats);
	while (stats.running < 3);
	printf("taken %d, refused %d, threads %u, queued %u\n", taken, refused, stats.threads, stats.queued);
	for (int i = 0; i < taken; i++)
		sem_post(&go_on);
	if (run_loop(loop))
		return 1;
	printf("done %d\n", done);
	return offload_pool_free(pool);
}
// prints: taken 5, refused 1, threads 3, queued 2
// prints: done 5
