/*
 * limiters: so many at once, in order, and nobody else is held up.
 */
#include "support.h"

static struct offload_limiter *limiter_new(unsigned tokens)
{
	struct offload_limiter *limiter = offload_limiter_new("disk", tokens, NULL);

	assert_non_null(limiter);
	return limiter;
}

static void job_init_limited(struct job *job, struct offload_loop *loop, struct offload_pool *pool,
			     struct offload_limiter *limiter)
{
	job_init(job, loop, pool);
	job->task.limiter = limiter;
}

static unsigned waiting(struct offload_limiter *limiter)
{
	struct offload_limiter_usage stats;

	offload_limiter_stats(limiter, &stats);
	return stats.waiting;
}

static void one_class_waits_and_another_passes_it(void **state)
{
	struct offload_loop *loop = test_loop();
	struct offload_pool *pool = test_pool(2, 0);
	struct offload_limiter *limiter = limiter_new(1);
	struct offload_stats stats;
	struct job disk[3], other;

	(void)state;
	for (int i = 0; i < 3; i++)
		job_init_limited(&disk[i], loop, pool, limiter);
	job_init(&other, loop, pool);
	job_start(&disk[0]);
	job_submit(&disk[1]);
	job_submit(&disk[2]);
	assert_int_equal(waiting(limiter), 2);
	job_open(&other);
	job_submit(&other);
	while (other.dones == 0)
		assert_true(test_turn(loop, 5000));
	offload_pool_stats(pool, &stats);
	assert_int_equal(stats.waiting, 2);
	assert_int_equal(stats.running, 1);
	assert_int_equal(disk[1].works, 0);
	assert_int_equal(offload_limiter_free(limiter), -EBUSY);
	for (int i = 0; i < 3; i++)
		job_open(&disk[i]);
	test_run(loop);
	assert_true(disk[0].begun_nth < disk[1].begun_nth && disk[1].begun_nth < disk[2].begun_nth);
	assert_int_equal(offload_limiter_free(limiter), 0);
	assert_int_equal(offload_pool_free(pool), 0);
	assert_int_equal(offload_loop_free(loop), 0);
}

static void more_tokens_let_more_begin_and_none_stop_all(void **state)
{
	struct offload_loop *loop = test_loop();
	struct offload_limiter *limiter = limiter_new(0);
	struct offload_limiter_usage stats;
	struct job jobs[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		job_init_limited(&jobs[i], loop, NULL, limiter);
		job_submit(&jobs[i]);
	}
	usleep(10000);
	assert_int_equal(waiting(limiter), 4);
	assert_int_equal(offload_limiter_set(limiter, 3), 0);
	for (int i = 0; i < 3; i++)
		test_wait(&jobs[i].begun);
	offload_limiter_stats(limiter, &stats);
	assert_string_equal(stats.name, "disk");
	assert_int_equal(stats.held, 3);
	assert_int_equal(stats.waiting, 1);
	assert_int_equal(offload_limiter_set(limiter, 1), 0);
	job_open(&jobs[0]);
	job_open(&jobs[1]);
	while (jobs[0].dones + jobs[1].dones < 2)
		assert_true(test_turn(loop, 5000));
	assert_int_equal(jobs[3].works, 0);
	job_open(&jobs[2]);
	job_open(&jobs[3]);
	test_run(loop);
	offload_limiter_stats(limiter, &stats);
	assert_int_equal(stats.begun, 4);
	assert_in_range(stats.wait.max, 10 * MS, 60000 * MS); /* all of them waited for the first tokens */
	assert_int_equal(offload_limiter_free(limiter), 0);
	assert_int_equal(offload_loop_free(loop), 0);
}

static void what_waits_for_a_token_may_be_cancelled(void **state)
{
	struct world world = world_new();
	struct offload_limiter *limiter = limiter_new(1);
	struct job jobs[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		job_init_limited(&jobs[i], world.loop, world.pool, limiter);
	job_start(&jobs[0]);
	job_submit(&jobs[1]);
	job_submit(&jobs[2]);
	assert_int_equal(offload_cancel(&jobs[1].task), 0);
	job_open(&jobs[0]);
	job_open(&jobs[2]);
	test_run(world.loop);
	assert_int_equal(jobs[1].task.result, -ECANCELED);
	assert_int_equal(jobs[1].works, 0);
	assert_int_equal(jobs[2].works, 1);
	assert_int_equal(offload_limiter_free(limiter), 0);
	world_free(&world);
}

static void a_cancelled_task_gives_its_token_back(void **state)
{
	struct world world = world_new();
	struct offload_limiter *limiter = limiter_new(1);
	struct job blocker, first, second;

	(void)state;
	job_init(&blocker, world.loop, world.pool);
	job_init_limited(&first, world.loop, world.pool, limiter);
	job_init_limited(&second, world.loop, world.pool, limiter);
	job_start(&blocker);
	job_submit(&first); /* has the token, waits for a thread */
	job_submit(&second);
	assert_int_equal(waiting(limiter), 1);
	assert_int_equal(offload_cancel(&first.task), 0);
	assert_int_equal(waiting(limiter), 0);
	job_open(&blocker);
	job_open(&second);
	test_run(world.loop);
	assert_int_equal(second.works, 1);
	assert_int_equal(offload_limiter_free(limiter), 0);
	world_free(&world);
}

static void an_abandoned_task_keeps_its_token_until_its_thread_is_done(void **state)
{
	struct offload_loop *loop = test_loop();
	struct offload_limiter *limiter = limiter_new(1);
	struct job stuck, next;

	(void)state;
	job_init_limited(&stuck, loop, NULL, limiter);
	job_init_limited(&next, loop, NULL, limiter);
	stuck.task.flags = OFFLOAD_ABANDON;
	job_start(&stuck);
	job_open(&next);
	job_submit(&next);
	assert_int_equal(offload_cancel(&stuck.task), 0);
	assert_true(test_turn(loop, 5000));
	assert_int_equal(stuck.dones, 1);
	assert_int_equal(waiting(limiter), 1);
	job_open(&stuck);
	test_run(loop);
	assert_int_equal(next.dones, 1);
	assert_int_equal(offload_limiter_free(limiter), 0);
	assert_int_equal(offload_loop_free(loop), 0);
}

static void a_token_passes_from_pool_to_pool(void **state)
{
	struct world world = world_new();
	struct offload_pool *other = test_pool(1, 0);
	struct offload_limiter *limiter = limiter_new(1);
	struct job first, second;

	(void)state;
	job_init_limited(&first, world.loop, world.pool, limiter);
	job_init_limited(&second, world.loop, other, limiter);
	job_start(&first);
	job_submit(&second);
	assert_int_equal(waiting(limiter), 1);
	job_open(&first);
	job_open(&second);
	test_run(world.loop);
	assert_int_equal(second.dones, 1);
	assert_int_equal(offload_limiter_free(limiter), 0);
	assert_int_equal(offload_pool_free(other), 0);
	world_free(&world);
}

static void a_shut_pool_leaves_the_limiter_to_others(void **state)
{
	struct world world = world_new();
	struct offload_pool *other = test_pool(1, 0);
	struct offload_limiter *limiter = limiter_new(1);
	struct job first, second, third;

	(void)state;
	job_init_limited(&first, world.loop, world.pool, limiter);
	job_init_limited(&second, world.loop, other, limiter);
	job_init_limited(&third, world.loop, world.pool, limiter);
	job_start(&first);
	job_submit(&second);
	job_submit(&third);
	assert_int_equal(offload_pool_shutdown(other, UINT64_MAX), 0);
	job_open(&first);
	job_open(&third);
	test_run(world.loop);
	assert_int_equal(second.task.result, -ECANCELED);
	assert_int_equal(third.works, 1);
	assert_int_equal(offload_limiter_free(limiter), 0);
	assert_int_equal(offload_pool_free(other), 0);
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_class_waits_and_another_passes_it),
		cmocka_unit_test(more_tokens_let_more_begin_and_none_stop_all),
		cmocka_unit_test(what_waits_for_a_token_may_be_cancelled),
		cmocka_unit_test(a_cancelled_task_gives_its_token_back),
		cmocka_unit_test(an_abandoned_task_keeps_its_token_until_its_thread_is_done),
		cmocka_unit_test(a_token_passes_from_pool_to_pool),
		cmocka_unit_test(a_shut_pool_leaves_the_limiter_to_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
