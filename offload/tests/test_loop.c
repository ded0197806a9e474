/*
 * loops: their end, loops in loops, and calls from workers into the loop.
 */
#include "support.h"

static void a_loop_with_something_pending_is_not_freed(void **state)
{
	struct world world = world_new();
	struct job job;

	(void)state;
	job_init(&job, world.loop, world.pool);
	job_start(&job);
	assert_int_equal(offload_loop_free(world.loop), -EBUSY);
	job_open(&job);
	world_free(&world);
	assert_int_equal(offload_loop_free(NULL), 0);
}

static void free_loop(struct offload_task *task)
{
	struct job *job = task->data;

	job->dones++;
	assert_int_equal(offload_loop_free(job->loop), 0);
	assert_int_equal(offload_submit(job->loop, task), -ECANCELED);
	assert_int_equal(offload_loop_free(job->loop), -EBUSY);
}

static void a_loop_may_be_freed_in_its_last_callback(void **state)
{
	struct job job;

	(void)state;
	job_init(&job, test_loop(), NULL);
	job.task.done = free_loop;
	job_open(&job);
	job_submit(&job);
	assert_true(test_turn(job.loop, 5000));
	assert_int_equal(job.dones, 1);
}

static void shutdown_cancels_all_and_takes_no_more(void **state)
{
	struct world world = world_new();
	struct offload_group group;
	struct job running, queued, grouped;

	(void)state;
	assert_int_equal(offload_group_init(&group, world.loop), 0);
	job_init(&running, world.loop, world.pool);
	job_init(&queued, world.loop, world.pool);
	job_init(&grouped, world.loop, world.pool);
	running.stops = true;
	grouped.task.group = &group;
	job_start(&running);
	job_submit(&queued);
	job_submit(&grouped);
	assert_int_equal(offload_loop_shutdown(world.loop), 0);
	assert_int_equal(offload_submit(world.loop, &queued.task), -EBUSY);
	test_run(world.loop);
	assert_int_equal(running.task.result, -ECANCELED);
	assert_int_equal(queued.task.result, -ECANCELED);
	assert_int_equal(grouped.task.result, -ECANCELED);
	assert_int_equal(offload_submit(world.loop, &queued.task), -ECANCELED);
	world_free(&world);
}

/* Runs the loop until nothing else is pending, inside a callback. */
static void run_inside(struct offload_task *task)
{
	struct job *job = task->data;

	job_done(task);
	test_run(job->loop);
}

static void a_callback_may_run_the_loop(void **state)
{
	enum { MANY = 50 };
	struct offload_loop *loop = test_loop();
	struct offload_pool *pool = test_pool(1, 0);
	struct job jobs[MANY], late;

	(void)state;
	test_finished = 0;
	for (int i = 0; i < MANY; i++) {
		job_init(&jobs[i], loop, pool);
		job_open(&jobs[i]);
		if (i % 7 == 3)
			jobs[i].task.done = run_inside;
		job_submit(&jobs[i]);
	}
	job_init(&late, loop, pool);
	job_submit(&late);
	test_wait(&late.begun); /* all the others are ready, or nearly */
	job_open(&late);
	test_run(loop);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(jobs[i].nth, i + 1);
	assert_int_equal(late.dones, 1);
	assert_int_equal(offload_pool_free(pool), 0);
	assert_int_equal(offload_loop_free(loop), 0);
}

static void a_dispatch_without_cause_does_nothing(void **state)
{
	struct world world = world_new();
	struct job job;

	(void)state;
	assert_int_equal(offload_loop_dispatch(world.loop), 0);
	assert_int_equal(offload_loop_dispatch(world.loop), 0);
	job_init(&job, world.loop, world.pool);
	job_start(&job);
	assert_int_equal(offload_loop_dispatch(world.loop), 0);
	job_open(&job);
	while (offload_loop_pending(world.loop) > 0)
		offload_loop_dispatch(world.loop); /* as a loop that spins */
	assert_int_equal(job.dones, 1);
	world_free(&world);
}

static void a_long_row_of_completions_lets_others_have_the_loop(void **state)
{
	enum { MANY = 3000 };
	struct offload_loop *loop = test_loop();
	struct offload_pool *pool = test_pool(1, 0);
	struct job *jobs = calloc(MANY, sizeof(*jobs));
	int turns = 0;

	(void)state;
	assert_non_null(jobs);
	for (int i = 0; i < MANY; i++) {
		job_init(&jobs[i], loop, pool);
		job_submit(&jobs[i]);
	}
	for (int i = MANY - 1; i >= 0; i--)
		assert_true(offload_cancel(&jobs[i].task) <= 0);
	job_open(&jobs[0]);
	while (offload_loop_pending(loop) > 0) {
		assert_true(test_turn(loop, 5000));
		turns++;
	}
	assert_true(turns >= 3);
	free(jobs);
	assert_int_equal(offload_pool_free(pool), 0);
	assert_int_equal(offload_loop_free(loop), 0);
}

/* ---- offload_call_loop ------------------------------------------------------------------------------------------ */

struct caller {
	struct job job;
	pthread_t called_on;
	int calls;
};

static int on_loop(void *data)
{
	struct caller *caller = data;

	caller->called_on = pthread_self();
	caller->calls++;
	assert_null(offload_current());
	return 42;
}

static int call_work(struct offload_task *task)
{
	struct caller *caller = CONTAINER(task, struct caller, job.task);

	sem_post(&caller->job.begun);
	return offload_call_loop(caller->job.loop, on_loop, caller);
}

static void caller_init(struct caller *caller, struct offload_loop *loop, struct offload_pool *pool)
{
	memset(caller, 0, sizeof(*caller));
	job_init(&caller->job, loop, pool);
	caller->job.task.work = call_work;
}

static void a_worker_calls_into_the_loop_and_waits(void **state)
{
	struct world world = world_new();
	struct caller caller;

	(void)state;
	caller_init(&caller, world.loop, world.pool);
	job_submit(&caller.job);
	test_run(world.loop);
	assert_int_equal(caller.job.task.result, 42);
	assert_true(pthread_equal(caller.called_on, pthread_self()));
	world_free(&world);
}

static void the_loop_cannot_call_itself(void **state)
{
	struct world world = world_new();
	struct caller caller;

	(void)state;
	caller_init(&caller, world.loop, world.pool);
	assert_int_equal(offload_call_loop(world.loop, on_loop, &caller), -EDEADLK);
	assert_int_equal(caller.calls, 0);
	world_free(&world);
}

/* A task that waits for the loop, which is busy here, and then for `ends`: it is not called, and was cancelled. */
static void assert_it_waits_no_more_when(int ends(struct world *world, struct caller *caller), int answer)
{
	struct world world = world_new();
	struct caller caller;

	caller_init(&caller, world.loop, world.pool);
	job_start(&caller.job);
	usleep(20000); /* it waits, or will find itself cancelled */
	assert_int_equal(ends(&world, &caller), answer);
	test_run(world.loop);
	assert_int_equal(caller.job.task.result, -ECANCELED);
	assert_int_equal(caller.calls, 0);
	world_free(&world);
}

static int cancel_task(struct world *world, struct caller *caller)
{
	(void)world;
	return offload_cancel(&caller->job.task);
}

static int end_pool(struct world *world, struct caller *caller)
{
	(void)caller;
	return offload_pool_shutdown(world->pool, UINT64_MAX);
}

static int end_loop(struct world *world, struct caller *caller)
{
	(void)caller;
	return offload_loop_shutdown(world->loop);
}

static void a_cancelled_task_waits_for_the_loop_no_more(void **state)
{
	(void)state;
	assert_it_waits_no_more_when(cancel_task, -EBUSY);
}

static void a_pool_that_ends_on_the_loops_thread_does_not_wait_for_a_call_to_it(void **state)
{
	(void)state;
	assert_it_waits_no_more_when(end_pool, 0);
}

static void a_loop_that_shuts_down_refuses_calls(void **state)
{
	(void)state;
	assert_it_waits_no_more_when(end_loop, 0);
}

static void *call_from_outside(void *data)
{
	struct caller *caller = data;

	caller->job.returns = offload_call_loop(caller->job.loop, on_loop, caller);
	return NULL;
}

static void any_thread_may_call(void **state)
{
	struct world world = world_new();
	struct caller caller;
	pthread_t thread;

	(void)state;
	caller_init(&caller, world.loop, world.pool);
	assert_int_equal(pthread_create(&thread, NULL, call_from_outside, &caller), 0);
	while (caller.calls == 0)
		assert_true(test_turn(world.loop, 5000));
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(caller.job.returns, 42);
	world_free(&world);
}

static void a_loop_that_is_freed_answers_who_waits(void **state)
{
	struct world world = world_new();
	struct pollfd readable = { .fd = offload_loop_descriptor(world.loop), .events = POLLIN };
	struct caller caller;
	pthread_t thread;

	(void)state;
	caller_init(&caller, world.loop, world.pool);
	assert_int_equal(pthread_create(&thread, NULL, call_from_outside, &caller), 0);
	assert_int_equal(poll(&readable, 1, 5000), 1);
	assert_int_equal(offload_loop_free(world.loop), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(caller.job.returns, -ECANCELED);
	assert_int_equal(caller.calls, 0);
	assert_int_equal(offload_pool_free(world.pool), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loop_with_something_pending_is_not_freed),
		cmocka_unit_test(a_loop_may_be_freed_in_its_last_callback),
		cmocka_unit_test(shutdown_cancels_all_and_takes_no_more),
		cmocka_unit_test(a_callback_may_run_the_loop),
		cmocka_unit_test(a_dispatch_without_cause_does_nothing),
		cmocka_unit_test(a_long_row_of_completions_lets_others_have_the_loop),
		cmocka_unit_test(a_worker_calls_into_the_loop_and_waits),
		cmocka_unit_test(the_loop_cannot_call_itself),
		cmocka_unit_test(a_cancelled_task_waits_for_the_loop_no_more),
		cmocka_unit_test(a_pool_that_ends_on_the_loops_thread_does_not_wait_for_a_call_to_it),
		cmocka_unit_test(a_loop_that_shuts_down_refuses_calls),
		cmocka_unit_test(any_thread_may_call),
		cmocka_unit_test(a_loop_that_is_freed_answers_who_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
