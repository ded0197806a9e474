/*
 * submit -> done, on the plain descriptor: once, on the right thread, in order, and what submit refuses.
 */
#include "support.h"

static void work_runs_elsewhere_and_done_on_the_loop(void **state)
{
	struct world world = world_new();
	struct job job;

	(void)state;
	job_init(&job, world.loop, world.pool);
	job.returns = 7;
	job_open(&job);
	job_submit(&job);
	assert_int_equal(offload_loop_pending(world.loop), 1);
	assert_int_equal(job.dones, 0);
	test_run(world.loop);
	assert_int_equal(job.dones, 1);
	assert_int_equal(job.task.result, 7);
	assert_false(pthread_equal(job.worker, pthread_self()));
	world_free(&world);
}

static void a_loop_has_a_pool_of_its_own(void **state)
{
	struct offload_loop *loop = test_loop();
	struct job job;

	(void)state;
	job_init(&job, loop, NULL);
	job_open(&job);
	job_submit(&job);
	test_run(loop);
	assert_int_equal(job.dones, 1);
	assert_int_equal(offload_loop_free(loop), 0);
}

static void a_loop_may_be_given_a_pool(void **state)
{
	struct world world = world_new();
	struct offload_stats stats;
	struct job job;

	(void)state;
	assert_int_equal(offload_loop_set_pool(world.loop, world.pool), 0);
	job_init(&job, world.loop, NULL);
	job_open(&job);
	job_submit(&job);
	test_run(world.loop);
	offload_pool_stats(world.pool, &stats);
	assert_int_equal(stats.done, 1);
	world_free(&world);
}

static void an_error_of_work_is_seen_in_done(void **state)
{
	struct world world = world_new();
	struct job job;

	(void)state;
	job_init(&job, world.loop, world.pool);
	job.returns = -ENOENT;
	job_open(&job);
	job_submit(&job);
	test_run(world.loop);
	assert_int_equal(job.task.result, -ENOENT);
	world_free(&world);
}

static void submit_again(struct offload_task *task)
{
	struct job *job = task->data;

	if (++job->dones < 3) {
		job_open(job);
		job_submit(job);
	}
}

static void a_task_may_be_submitted_again_in_done(void **state)
{
	struct world world = world_new();
	struct job job;

	(void)state;
	job_init(&job, world.loop, world.pool);
	job.task.done = submit_again;
	job_open(&job);
	job_submit(&job);
	test_run(world.loop);
	assert_int_equal(job.dones, 3);
	assert_int_equal(job.works, 3);
	world_free(&world);
}

static void free_in_done(struct offload_task *task)
{
	free(task->data);
}

static void a_task_may_be_freed_in_done(void **state)
{
	struct world world = world_new();

	(void)state;
	for (int i = 0; i < 100; i++) {
		struct job *job = malloc(sizeof(*job));

		assert_non_null(job);
		job_init(job, world.loop, world.pool);
		job->task.done = free_in_done;
		job_open(job);
		job_submit(job);
	}
	world_free(&world);
}

static void a_submitted_task_is_refused(void **state)
{
	struct world world = world_new();
	struct job job;

	(void)state;
	job_init(&job, world.loop, world.pool);
	job_submit(&job);
	assert_int_equal(offload_submit(world.loop, &job.task), -EBUSY);
	test_wait(&job.begun);
	assert_int_equal(offload_submit(world.loop, &job.task), -EBUSY);
	job_open(&job);
	test_run(world.loop);
	assert_int_equal(job.dones, 1);
	world_free(&world);
}

static void a_task_without_work_or_done_is_refused(void **state)
{
	struct world world = world_new();
	struct offload_task task;

	(void)state;
	offload_task_init(&task, NULL, job_done, NULL);
	assert_int_equal(offload_submit(world.loop, &task), -EINVAL);
	offload_task_init(&task, job_work, NULL, NULL);
	assert_int_equal(offload_submit(world.loop, &task), -EINVAL);
	world_free(&world);
}

static void a_full_queue_pushes_back(void **state)
{
	struct offload_loop *loop = test_loop();
	struct offload_pool *pool = test_pool(2, 3);
	struct job jobs[6];

	(void)state;
	for (int i = 0; i < 6; i++)
		job_init(&jobs[i], loop, pool);
	for (int i = 0; i < 5; i++)
		job_submit(&jobs[i]);
	assert_int_equal(offload_submit(loop, &jobs[5].task), -EAGAIN);
	for (int i = 0; i < 6; i++)
		job_open(&jobs[i]);
	test_run(loop);
	assert_int_equal(jobs[5].dones, 0);
	assert_int_equal(offload_submit(loop, &jobs[5].task), 0);
	test_run(loop);
	assert_int_equal(jobs[5].dones, 1);
	assert_int_equal(offload_pool_free(pool), 0);
	assert_int_equal(offload_loop_free(loop), 0);
}

static void *misuse(void *data)
{
	struct job *job = data;

	assert_int_equal(offload_submit(job->loop, &job->task), -EPERM);
	assert_int_equal(offload_loop_dispatch(job->loop), -EPERM);
	assert_int_equal(offload_loop_shutdown(job->loop), -EPERM);
	assert_int_equal(offload_loop_set_pool(job->loop, NULL), -EPERM);
	assert_int_equal(offload_loop_free(job->loop), -EPERM);
	return NULL;
}

static void another_thread_is_refused(void **state)
{
	struct world world = world_new();
	struct job job;
	pthread_t thread;

	(void)state;
	job_init(&job, world.loop, world.pool);
	assert_int_equal(pthread_create(&thread, NULL, misuse, &job), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	world_free(&world);
}

static void *run_there(void *data)
{
	struct job *job = data;

	assert_int_equal(offload_loop_adopt(job->loop), 0);
	job_submit(job);
	assert_int_equal(offload_loop_adopt(job->loop), -EBUSY);
	test_run(job->loop);
	assert_int_equal(offload_loop_free(job->loop), 0);
	return NULL;
}

static void a_loop_may_be_run_by_another_thread_than_its_maker(void **state)
{
	struct job job;
	pthread_t thread;

	(void)state;
	job_init(&job, test_loop(), NULL);
	job_open(&job);
	assert_int_equal(pthread_create(&thread, NULL, run_there, &job), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(job.dones, 1);
}

static void completions_come_in_the_order_of_finishing(void **state)
{
	struct world world = world_new();
	struct job jobs[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		job_init(&jobs[i], world.loop, world.pool);
	job_start(&jobs[0]);
	job_submit(&jobs[1]);
	job_submit(&jobs[2]);
	assert_int_equal(offload_cancel(&jobs[2].task), 0); /* which ends it first */
	job_open(&jobs[1]);
	job_open(&jobs[0]);
	test_run(world.loop);
	assert_int_equal(jobs[2].nth, 1);
	assert_int_equal(jobs[0].nth, 2);
	assert_int_equal(jobs[1].nth, 3);
	world_free(&world);
}

static void many_tasks_complete_once_each(void **state)
{
	enum { MANY = 5000 };
	struct offload_loop *loop = test_loop();
	struct job *jobs = calloc(MANY, sizeof(*jobs));

	(void)state;
	assert_non_null(jobs);
	for (int i = 0; i < MANY; i++) {
		job_init(&jobs[i], loop, NULL);
		job_open(&jobs[i]);
		job_submit(&jobs[i]);
	}
	test_run(loop);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(jobs[i].dones, 1);
		assert_int_equal(jobs[i].works, 1);
	}
	free(jobs);
	assert_int_equal(offload_loop_free(loop), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work_runs_elsewhere_and_done_on_the_loop),
		cmocka_unit_test(a_loop_has_a_pool_of_its_own),
		cmocka_unit_test(a_loop_may_be_given_a_pool),
		cmocka_unit_test(an_error_of_work_is_seen_in_done),
		cmocka_unit_test(a_task_may_be_submitted_again_in_done),
		cmocka_unit_test(a_task_may_be_freed_in_done),
		cmocka_unit_test(a_submitted_task_is_refused),
		cmocka_unit_test(a_task_without_work_or_done_is_refused),
		cmocka_unit_test(a_full_queue_pushes_back),
		cmocka_unit_test(another_thread_is_refused),
		cmocka_unit_test(a_loop_may_be_run_by_another_thread_than_its_maker),
		cmocka_unit_test(completions_come_in_the_order_of_finishing),
		cmocka_unit_test(many_tasks_complete_once_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
