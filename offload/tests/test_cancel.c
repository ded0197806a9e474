/*
 * cancel and deadline: of what waits, what runs, what is abandoned, what is over.
 */
#include "support.h"

static void queued_work_ends_at_once_and_never_begins(void **state)
{
	struct world world = world_new();
	struct job first, second;

	(void)state;
	job_init(&first, world.loop, world.pool);
	job_init(&second, world.loop, world.pool);
	job_start(&first);
	job_submit(&second);
	assert_int_equal(offload_cancel(&second.task), 0);
	assert_int_equal(second.dones, 0);                       /* never inside offload_cancel() */
	assert_int_equal(offload_cancel(&second.task), -ENOENT); /* its completion is on its way */
	assert_true(test_turn(world.loop, 1000));
	assert_int_equal(second.dones, 1);
	assert_int_equal(second.works, 0);
	assert_int_equal(second.task.result, -ECANCELED);
	job_open(&first);
	world_free(&world);
}

static void running_work_is_asked_and_its_result_counts(void **state)
{
	struct world world = world_new();
	struct job job;

	(void)state;
	job_init(&job, world.loop, world.pool);
	job.returns = 5;
	job_start(&job);
	assert_int_equal(offload_cancel(&job.task), -EBUSY);
	job_open(&job);
	test_run(world.loop);
	assert_int_equal(job.task.result, 5);
	world_free(&world);
}

static void running_work_sees_that_it_is_cancelled(void **state)
{
	struct world world = world_new();
	struct job job;

	(void)state;
	job_init(&job, world.loop, world.pool);
	job.stops = true;
	job_start(&job);
	assert_int_equal(offload_cancel(&job.task), -EBUSY);
	test_run(world.loop);
	assert_int_equal(job.task.result, -ECANCELED);
	assert_false(offload_cancelled());
	assert_null(offload_current());
	world_free(&world);
}

static void what_is_not_submitted_cannot_be_cancelled(void **state)
{
	struct world world = world_new();
	struct job job;

	(void)state;
	job_init(&job, world.loop, world.pool);
	assert_int_equal(offload_cancel(&job.task), -ENOENT);
	job_open(&job);
	job_submit(&job);
	test_run(world.loop);
	assert_int_equal(offload_cancel(&job.task), -ENOENT);
	world_free(&world);
}

static void finished_work_keeps_its_result(void **state)
{
	struct world world = world_new();
	struct job job;
	struct pollfd readable = { .fd = offload_loop_descriptor(world.loop), .events = POLLIN };

	(void)state;
	job_init(&job, world.loop, world.pool);
	job.returns = 3;
	job_open(&job);
	job_submit(&job);
	assert_int_equal(poll(&readable, 1, 10000), 1);
	assert_int_equal(offload_cancel(&job.task), -ENOENT);
	test_run(world.loop);
	assert_int_equal(job.task.result, 3);
	world_free(&world);
}

static void what_is_over_may_be_cancelled_after_its_pool_is_gone(void **state)
{
	struct offload_loop *loop = test_loop();
	struct offload_pool *pool = test_pool(1, 0);
	struct job job;

	(void)state;
	job_init(&job, loop, pool);
	job_start(&job);
	job_open(&job);
	assert_int_equal(offload_pool_shutdown(pool, UINT64_MAX), 0);
	assert_int_equal(offload_pool_free(pool), 0);
	assert_int_equal(offload_cancel(&job.task), -ENOENT);
	test_run(loop);
	assert_int_equal(job.dones, 1);
	assert_int_equal(offload_loop_free(loop), 0);
}

static void job_init_abandonable(struct job *job, struct world *world)
{
	job_init(job, world->loop, world->pool);
	job->task.flags = OFFLOAD_ABANDON;
	job->task.released = job_released;
}

static void abandoned_work_is_done_at_once_and_released_later(void **state)
{
	struct world world = world_new();
	struct job job;

	(void)state;
	job_init_abandonable(&job, &world);
	job_start(&job);
	assert_int_equal(offload_cancel(&job.task), 0);
	assert_int_equal(offload_cancel(&job.task), -ENOENT);
	assert_true(test_turn(world.loop, 1000));
	assert_int_equal(job.dones, 1);
	assert_int_equal(job.task.result, -ECANCELED);
	assert_int_equal(job.releases, 0);
	assert_int_equal(offload_loop_pending(world.loop), 1);
	assert_int_equal(offload_submit(world.loop, &job.task), -EBUSY);
	assert_int_equal(offload_pool_free(world.pool), -EBUSY);
	job_open(&job);
	test_run(world.loop);
	assert_int_equal(job.dones, 1);
	assert_int_equal(job.releases, 1);
	assert_int_equal(job.task.result, -ECANCELED);
	world_free(&world);
}

static void released_comes_after_done_when_the_thread_was_quicker(void **state)
{
	struct world world = world_new();
	struct offload_stats stats;
	struct job job;

	(void)state;
	job_init_abandonable(&job, &world);
	job_start(&job);
	assert_int_equal(offload_cancel(&job.task), 0);
	job_open(&job);
	do
		offload_pool_stats(world.pool, &stats);
	while (stats.running > 0);
	test_run(world.loop);
	assert_int_equal(job.dones, 1);
	assert_int_equal(job.releases, 1);
	world_free(&world);
}

static void work_that_may_be_abandoned_but_is_not_is_released_right_after_done(void **state)
{
	struct world world = world_new();
	struct job job;

	(void)state;
	job_init_abandonable(&job, &world);
	job_open(&job);
	job_submit(&job);
	test_run(world.loop);
	assert_int_equal(job.dones, 1);
	assert_int_equal(job.releases, 1);
	world_free(&world);
}

static void released_may_be_left_out(void **state)
{
	struct world world = world_new();
	struct job job;

	(void)state;
	job_init_abandonable(&job, &world);
	job.task.released = NULL;
	job_start(&job);
	assert_int_equal(offload_cancel(&job.task), 0);
	job_open(&job);
	test_run(world.loop);
	assert_int_equal(job.dones, 1);
	world_free(&world);
}

static void a_deadline_ends_queued_work(void **state)
{
	struct world world = world_new();
	struct job first, second;
	uint64_t before = offload_now();

	(void)state;
	job_init(&first, world.loop, world.pool);
	job_init(&second, world.loop, world.pool);
	job_start(&first);
	second.task.deadline = before + 30 * MS;
	job_submit(&second);
	while (second.dones == 0)
		assert_true(test_turn(world.loop, 5000));
	assert_true(offload_now() >= before + 30 * MS);
	assert_int_equal(second.task.result, -ETIMEDOUT);
	assert_int_equal(second.works, 0);
	job_open(&first);
	world_free(&world);
}

static void a_deadline_asks_running_work(void **state)
{
	struct world world = world_new();
	struct job job;

	(void)state;
	job_init(&job, world.loop, world.pool);
	job.stops = true;
	job.task.deadline = offload_now() + 20 * MS;
	job_start(&job);
	test_run(world.loop);
	assert_int_equal(job.task.result, -ETIMEDOUT);
	world_free(&world);
}

static void a_deadline_abandons(void **state)
{
	struct world world = world_new();
	struct job job;

	(void)state;
	job_init_abandonable(&job, &world);
	job.task.deadline = offload_now() + 20 * MS;
	job_start(&job);
	while (job.dones == 0)
		assert_true(test_turn(world.loop, 5000));
	assert_int_equal(job.task.result, -ETIMEDOUT);
	job_open(&job);
	test_run(world.loop);
	assert_int_equal(job.releases, 1);
	world_free(&world);
}

static void a_deadline_that_is_not_needed_does_no_harm(void **state)
{
	struct world world = world_new();
	struct job job;

	(void)state;
	job_init(&job, world.loop, world.pool);
	job.task.deadline = offload_now() + 1000 * MS;
	job_open(&job);
	job_submit(&job);
	test_run(world.loop);
	assert_int_equal(job.task.result, 0);
	test_turn(world.loop, 1100);
	assert_int_equal(job.dones, 1);
	world_free(&world);
}

static void deadlines_expire_in_their_order(void **state)
{
	enum { MANY = 200 };
	struct world world = world_new();
	struct job first, *jobs = calloc(MANY, sizeof(*jobs));
	uint64_t base = offload_now() + 20 * MS, last = 0;

	(void)state;
	assert_non_null(jobs);
	job_init(&first, world.loop, world.pool);
	job_start(&first);
	for (int i = 0; i < MANY; i++) {
		job_init(&jobs[i], world.loop, world.pool);
		jobs[i].task.deadline = base + (uint64_t)(i * 7919 % MANY) * 50000;
		job_submit(&jobs[i]);
	}
	for (int i = 0; i < MANY; i += 3)
		assert_int_equal(offload_cancel(&jobs[i].task), 0);
	while (test_finished < MANY)
		assert_true(test_turn(world.loop, 5000));
	for (int nth = 1; nth <= MANY; nth++)
		for (int i = 0; i < MANY; i++) {
			if (jobs[i].nth != nth || i % 3 == 0)
				continue;
			assert_int_equal(jobs[i].task.result, -ETIMEDOUT);
			assert_true(jobs[i].task.deadline >= last);
			last = jobs[i].task.deadline;
		}
	job_open(&first);
	world_free(&world);
	free(jobs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queued_work_ends_at_once_and_never_begins),
		cmocka_unit_test(running_work_is_asked_and_its_result_counts),
		cmocka_unit_test(running_work_sees_that_it_is_cancelled),
		cmocka_unit_test(what_is_not_submitted_cannot_be_cancelled),
		cmocka_unit_test(finished_work_keeps_its_result),
		cmocka_unit_test(what_is_over_may_be_cancelled_after_its_pool_is_gone),
		cmocka_unit_test(abandoned_work_is_done_at_once_and_released_later),
		cmocka_unit_test(released_comes_after_done_when_the_thread_was_quicker),
		cmocka_unit_test(work_that_may_be_abandoned_but_is_not_is_released_right_after_done),
		cmocka_unit_test(released_may_be_left_out),
		cmocka_unit_test(a_deadline_ends_queued_work),
		cmocka_unit_test(a_deadline_asks_running_work),
		cmocka_unit_test(a_deadline_abandons),
		cmocka_unit_test(a_deadline_that_is_not_needed_does_no_harm),
		cmocka_unit_test(deadlines_expire_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
