/*
 * pools: how they grow and shrink, what they tell, how they end.
 */
#include "support.h"

#include <signal.h>

static struct offload_stats stats_of(struct offload_pool *pool)
{
	struct offload_stats stats;

	offload_pool_stats(pool, &stats);
	return stats;
}

static void a_pool_grows_while_all_workers_block_up_to_its_cap(void **state)
{
	struct offload_loop *loop = test_loop();
	struct offload_pool *pool = test_pool(3, 0);
	struct job jobs[5];

	(void)state;
	assert_int_equal(stats_of(pool).threads, 0);
	for (int i = 0; i < 5; i++) {
		job_init(&jobs[i], loop, pool);
		job_submit(&jobs[i]);
	}
	for (int i = 0; i < 3; i++)
		test_wait(&jobs[i].begun);
	assert_int_equal(stats_of(pool).threads, 3);
	assert_int_equal(stats_of(pool).running, 3);
	assert_int_equal(stats_of(pool).queued, 2);
	for (int i = 0; i < 5; i++)
		job_open(&jobs[i]);
	test_run(loop);
	assert_int_equal(stats_of(pool).threads, 3);
	assert_int_equal(offload_pool_free(pool), 0);
	assert_int_equal(offload_loop_free(loop), 0);
}

static void work_one_after_the_other_needs_one_thread(void **state)
{
	struct offload_loop *loop = test_loop();
	struct offload_pool *pool = test_pool(8, 0);
	struct job job;

	(void)state;
	job_init(&job, loop, pool);
	for (int i = 0; i < 20; i++) {
		job_open(&job);
		job_submit(&job);
		test_run(loop);
		while (stats_of(pool).idle == 0)
			usleep(100);
	}
	assert_int_equal(stats_of(pool).threads, 1);
	assert_int_equal(offload_pool_free(pool), 0);
	assert_int_equal(offload_loop_free(loop), 0);
}

static void idle_threads_end_down_to_the_least(void **state)
{
	struct offload_pool_options options = { .name = "idle", .min_threads = 1, .max_threads = 4, .idle_ms = 20 };
	struct offload_loop *loop = test_loop();
	struct offload_pool *pool = offload_pool_new(&options, NULL);
	struct job jobs[4];

	(void)state;
	assert_non_null(pool);
	for (int i = 0; i < 4; i++) {
		job_init(&jobs[i], loop, pool);
		job_start(&jobs[i]);
	}
	assert_int_equal(stats_of(pool).threads, 4);
	for (int i = 0; i < 4; i++)
		job_open(&jobs[i]);
	test_run(loop);
	for (int i = 0; i < 500 && stats_of(pool).threads > 1; i++)
		usleep(10000);
	assert_int_equal(stats_of(pool).threads, 1);
	usleep(60000);
	assert_int_equal(stats_of(pool).threads, 1);
	job_open(&jobs[0]);
	job_submit(&jobs[0]);
	test_run(loop);
	assert_int_equal(jobs[0].dones, 2);
	assert_int_equal(offload_pool_free(pool), 0);
	assert_int_equal(offload_loop_free(loop), 0);
}

/* A thread that is just about to end for idleness does not leave a task behind. */
static void a_task_that_comes_when_the_last_thread_tires_is_run(void **state)
{
	struct offload_pool_options options = { .max_threads = 1, .idle_ms = 1 };
	struct offload_loop *loop = test_loop();
	struct offload_pool *pool = offload_pool_new(&options, NULL);
	struct job job;

	(void)state;
	assert_non_null(pool);
	job_init(&job, loop, pool);
	for (unsigned i = 0; i < 400; i++) {
		job_open(&job);
		job_submit(&job);
		test_run(loop);
		for (uint64_t until = offload_now() + 950000 + i * 500; offload_now() < until;)
			;
	}
	assert_int_equal(job.dones, 400);
	assert_int_equal(offload_pool_free(pool), 0);
	assert_int_equal(offload_loop_free(loop), 0);
}

static void times_are_counted(void **state)
{
	struct world world = world_new();
	struct offload_stats stats;
	struct job job, queued;

	(void)state;
	job_init(&job, world.loop, world.pool);
	job_init(&queued, world.loop, world.pool);
	job_start(&job);
	job_open(&queued);
	job_submit(&queued);
	usleep(20000);
	job_open(&job);
	test_run(world.loop);
	stats = stats_of(world.pool);
	assert_int_equal(stats.done, 2);
	assert_int_equal(stats.cancelled, 0);
	assert_in_range(stats.run.max, 20 * MS, 10000 * MS);
	assert_in_range(stats.wait.max, 20 * MS, 10000 * MS);
	assert_true(stats.run.p50 < stats.run.p99 && stats.run.p99 <= stats.run.max);
	world_free(&world);
}

static int look_at_thread(struct offload_task *task)
{
	struct job *job = task->data;
	sigset_t blocked;

	pthread_getname_np(pthread_self(), (char *)job->task.data + sizeof(*job), 16);
	pthread_sigmask(SIG_BLOCK, NULL, &blocked);
	assert_ptr_equal(offload_current(), task);
	return sigismember(&blocked, SIGTERM) && sigismember(&blocked, SIGINT);
}

static void threads_are_named_and_leave_signals_to_the_loop(void **state)
{
	struct world world = world_new();
	struct {
		struct job job;
		char name[16];
	} named;

	(void)state;
	job_init(&named.job, world.loop, world.pool);
	named.job.task.work = look_at_thread;
	job_submit(&named.job);
	test_run(world.loop);
	assert_string_equal(named.name, "test/0");
	assert_int_equal(named.job.task.result, 1);
	world_free(&world);
}

static void options_that_make_no_sense_are_refused(void **state)
{
	struct offload_pool_options options = { .min_threads = 3, .max_threads = 2 };
	int error = 0;

	(void)state;
	assert_null(offload_pool_new(&options, &error));
	assert_int_equal(error, -EINVAL);
	options = (struct offload_pool_options){ .stack_size = 1 };
	assert_null(offload_pool_new(&options, &error));
	assert_int_equal(error, -EINVAL);
	assert_null(offload_pool_new(&options, NULL));
	assert_int_equal(offload_pool_free(NULL), 0);
}

/* ---- the end ---------------------------------------------------------------------------------------------------- */

static void shutdown_ends_what_waits_and_asks_what_runs(void **state)
{
	struct offload_loop *loop = test_loop();
	struct offload_pool *pool = test_pool(1, 0);
	struct job running, waiting, late;

	(void)state;
	job_init(&running, loop, pool);
	job_init(&waiting, loop, pool);
	job_init(&late, loop, pool);
	running.stops = true;
	job_start(&running);
	job_submit(&waiting);
	assert_int_equal(offload_pool_shutdown(pool, UINT64_MAX), 0);
	assert_int_equal(offload_submit(loop, &late.task), -ECANCELED);
	assert_int_equal(running.dones + waiting.dones, 0);
	test_run(loop);
	assert_int_equal(running.task.result, -ECANCELED);
	assert_int_equal(waiting.task.result, -ECANCELED);
	assert_int_equal(waiting.works, 0);
	assert_int_equal(offload_pool_free(pool), 0);
	assert_int_equal(offload_loop_free(loop), 0);
}

static void shutdown_has_a_deadline_and_loses_nothing(void **state)
{
	struct offload_loop *loop = test_loop();
	struct offload_pool *pool = test_pool(2, 0);
	uint64_t before = offload_now();
	struct job deaf, waiting;

	(void)state;
	job_init(&deaf, loop, pool);
	job_init(&waiting, loop, pool);
	deaf.returns = 9;
	job_start(&deaf);
	assert_int_equal(offload_pool_shutdown(pool, before + 30 * MS), -ETIMEDOUT);
	assert_true(offload_now() >= before + 30 * MS);
	assert_int_equal(offload_pool_free(pool), -EBUSY);
	assert_int_equal(offload_pool_shutdown(pool, 0), -ETIMEDOUT);
	assert_int_equal(stats_of(pool).running, 1);
	job_open(&deaf);
	assert_int_equal(offload_pool_shutdown(pool, UINT64_MAX), 0);
	test_run(loop);
	assert_int_equal(deaf.dones, 1);
	assert_int_equal(deaf.task.result, 9);
	assert_int_equal(offload_pool_free(pool), 0);
	assert_int_equal(offload_loop_free(loop), 0);
}

static void shutdown_abandons_what_may_be(void **state)
{
	struct world world = world_new();
	struct job job;

	(void)state;
	job_init(&job, world.loop, world.pool);
	job.task.flags = OFFLOAD_ABANDON;
	job.task.released = job_released;
	job_start(&job);
	assert_int_equal(offload_pool_shutdown(world.pool, offload_now() + 5 * MS), -ETIMEDOUT);
	assert_true(test_turn(world.loop, 1000));
	assert_int_equal(job.dones, 1);
	assert_int_equal(job.releases, 0);
	job_open(&job);
	test_run(world.loop);
	assert_int_equal(job.releases, 1);
	world_free(&world);
}

static int shut_own_pool(struct offload_task *task)
{
	assert_int_equal(offload_pool_free(task->pool), -EDEADLK);
	return offload_pool_shutdown(task->pool, 0);
}

static void a_worker_cannot_wait_for_its_own_end(void **state)
{
	struct world world = world_new();
	struct job job;

	(void)state;
	job_init(&job, world.loop, world.pool);
	job.task.work = shut_own_pool;
	job_submit(&job);
	test_run(world.loop);
	assert_int_equal(job.task.result, -EDEADLK);
	world_free(&world);
}

static void a_pool_may_be_freed_before_the_loop_has_its_completions(void **state)
{
	struct offload_loop *loop = test_loop();
	struct offload_pool *pool = test_pool(2, 0);
	struct job jobs[10];

	(void)state;
	for (int i = 0; i < 10; i++) {
		job_init(&jobs[i], loop, pool);
		job_open(&jobs[i]);
		job_submit(&jobs[i]);
	}
	assert_int_equal(offload_pool_shutdown(pool, UINT64_MAX), 0);
	assert_int_equal(offload_pool_free(pool), 0);
	test_run(loop);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(jobs[i].dones, 1);
		assert_int_equal(jobs[i].task.result, jobs[i].works ? 0 : -ECANCELED);
	}
	assert_int_equal(offload_loop_free(loop), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pool_grows_while_all_workers_block_up_to_its_cap),
		cmocka_unit_test(work_one_after_the_other_needs_one_thread),
		cmocka_unit_test(idle_threads_end_down_to_the_least),
		cmocka_unit_test(a_task_that_comes_when_the_last_thread_tires_is_run),
		cmocka_unit_test(times_are_counted),
		cmocka_unit_test(threads_are_named_and_leave_signals_to_the_loop),
		cmocka_unit_test(options_that_make_no_sense_are_refused),
		cmocka_unit_test(shutdown_ends_what_waits_and_asks_what_runs),
		cmocka_unit_test(shutdown_has_a_deadline_and_loses_nothing),
		cmocka_unit_test(shutdown_abandons_what_may_be),
		cmocka_unit_test(a_worker_cannot_wait_for_its_own_end),
		cmocka_unit_test(a_pool_may_be_freed_before_the_loop_has_its_completions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
