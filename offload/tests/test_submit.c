/*
 * submit -> done, on the plain descriptor.
 */
#include "support.h"

#include <pthread.h>

struct job {
	struct offload_task task;
	pthread_t worked_on, done_on;
	int dones;
};

static int work(struct offload_task *task)
{
	struct job *job = task->data;

	job->worked_on = pthread_self();
	return 7;
}

static void done(struct offload_task *task)
{
	struct job *job = task->data;

	job->done_on = pthread_self();
	job->dones++;
}

static void work_runs_elsewhere_and_done_on_the_loop(void **state)
{
	struct offload_loop *loop = test_loop();
	struct job job = { .dones = 0 };

	(void)state;
	offload_task_init(&job.task, work, done, &job);
	assert_int_equal(offload_submit(loop, &job.task), 0);
	assert_int_equal(offload_loop_pending(loop), 1);
	test_run(loop);
	assert_int_equal(job.dones, 1);
	assert_int_equal(job.task.result, 7);
	assert_false(pthread_equal(job.worked_on, pthread_self()));
	assert_true(pthread_equal(job.done_on, pthread_self()));
	assert_int_equal(offload_loop_free(loop), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work_runs_elsewhere_and_done_on_the_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
