/*
 * What every adapter must do, with the event loop of a driver (drivers/): wake it, keep it alive while something is
 * pending and not otherwise, keep time, and let go.
 */
#include "support.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>

#include "driver.h"

static void *event_loop;
static struct offload_loop *loop;

static int make(void **state)
{
	int error = 0;

	(void)state;
	event_loop = test_driver.make();
	loop = test_driver.offload(event_loop, &error);
	assert_non_null(loop);
	assert_int_equal(error, 0);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	if (loop)
		assert_int_equal(offload_loop_free(loop), 0);
	loop = NULL;
	test_driver.free(event_loop);
	return 0;
}

/* Until nothing is pending: by itself where the event loop ends then. */
static void run(void)
{
	if (test_driver.run)
		test_driver.run(event_loop);
	while (!test_driver.run && offload_loop_pending(loop) > 0)
		test_driver.once(event_loop);
	assert_int_equal(offload_loop_pending(loop), 0);
}

static void needs_an_end(void)
{
	if (!test_driver.run)
		skip();
}

struct chore {
	struct offload_task task;
	unsigned ms;
	int dones;
	struct chore *again;
};

static int sleep_in_work(struct offload_task *task)
{
	struct chore *chore = task->data;

	usleep(chore->ms * 1000);
	return (int)chore->ms;
}

static void chore_done(struct offload_task *task)
{
	((struct chore *)task->data)->dones++;
}

static void submit(struct chore *chore, unsigned ms)
{
	chore->ms = ms;
	offload_task_init(&chore->task, sleep_in_work, chore_done, chore);
	assert_int_equal(offload_submit(loop, &chore->task), 0);
}

static void an_idle_one_does_not_keep_the_loop_alive(void **state)
{
	(void)state;
	needs_an_end();
	test_driver.run(event_loop);
}

static void a_pending_task_does_until_it_is_done(void **state)
{
	struct chore chore = { .dones = 0 };

	(void)state;
	submit(&chore, 20);
	run();
	assert_int_equal(chore.dones, 1);
	assert_int_equal(chore.task.result, 20);
	submit(&chore, 1);
	run();
	assert_int_equal(chore.dones, 2);
}

static void set(void *flag)
{
	*(bool *)flag = true;
}

static void one_turn_of_the_loop_ends_with_a_completion(void **state)
{
	struct chore chore = { .dones = 0 };
	bool fired = false;

	(void)state;
	test_driver.after(event_loop, 1000, set, &fired);
	submit(&chore, 5);
	while (chore.dones == 0)
		test_driver.once(event_loop);
	assert_false(fired);
	while (!fired)
		test_driver.once(event_loop);
}

static void submit_again(struct offload_task *task)
{
	struct chore *chore = task->data;

	if (++chore->dones < 200)
		assert_int_equal(offload_submit(loop, task), 0);
}

static void done_may_submit_again(void **state)
{
	struct chore chore = { .dones = 0 };

	(void)state;
	offload_task_init(&chore.task, sleep_in_work, submit_again, &chore);
	assert_int_equal(offload_submit(loop, &chore.task), 0);
	run();
	assert_int_equal(chore.dones, 200);
}

static void a_thousand_tasks_all_complete(void **state)
{
	enum { MANY = 1000 };
	static struct chore chores[MANY];

	(void)state;
	memset(chores, 0, sizeof(chores));
	for (int i = 0; i < MANY; i++)
		submit(&chores[i], 0);
	run();
	for (int i = 0; i < MANY; i++)
		assert_int_equal(chores[i].dones, 1);
}

struct ticker {
	int ticks, stop_at;
	uint64_t last, longest;
};

static void tick(void *data)
{
	struct ticker *ticker = data;
	uint64_t now = offload_now();

	if (ticker->last && now - ticker->last > ticker->longest)
		ticker->longest = now - ticker->last;
	ticker->last = now;
	if (++ticker->ticks < ticker->stop_at)
		test_driver.after(event_loop, 5, tick, ticker);
}

static void the_loop_s_own_timers_run_while_a_task_blocks(void **state)
{
	struct ticker ticker = { .stop_at = 10 };
	struct chore chore = { .dones = 0 };

	(void)state;
	test_driver.after(event_loop, 5, tick, &ticker);
	submit(&chore, 200);
	while (ticker.ticks < 10)
		test_driver.once(event_loop);
	assert_int_equal(chore.dones, 0);
	run();
	assert_int_equal(chore.dones, 1);
}

static void sleep_and_measure(void *data)
{
	uint64_t *times = data, before = offload_now();

	usleep(3000); /* what the event loop believes to be now is older */
	for (int i = 0; i < 5; i++) {
		before = offload_now();
		assert_int_equal(offload_sleep((uint64_t)(i + 1) * 3 * MS), 0);
		times[i] = offload_now() - before;
	}
}

static void sleeps_are_never_short_and_hardly_long(void **state)
{
	uint64_t times[5] = { 0 };

	(void)state;
	assert_int_equal(offload_go(loop, sleep_and_measure, times, NULL), 0);
	run();
	for (int i = 0; i < 5; i++) {
		assert_true(times[i] >= (uint64_t)(i + 1) * 3 * MS);
		assert_true(times[i] < 1000 * MS);
	}
}

static void a_deadline_ends_a_task_that_waits(void **state)
{
	struct offload_limiter *none = offload_limiter_new("none", 0, NULL);
	struct chore chore = { .dones = 0 };

	(void)state;
	offload_task_init(&chore.task, sleep_in_work, chore_done, &chore);
	chore.task.limiter = none;
	chore.task.deadline = offload_now() + 20 * MS;
	assert_int_equal(offload_submit(loop, &chore.task), 0);
	run();
	assert_int_equal(chore.task.result, -ETIMEDOUT);
	assert_int_equal(offload_limiter_free(none), 0);
}

static void a_deadline_that_is_not_needed_does_not_keep_the_loop_alive(void **state)
{
	struct chore chore = { .dones = 0 };
	uint64_t before = offload_now();

	(void)state;
	needs_an_end();
	offload_task_init(&chore.task, sleep_in_work, chore_done, &chore);
	chore.task.deadline = offload_now() + 60000 * MS;
	assert_int_equal(offload_submit(loop, &chore.task), 0);
	run();
	assert_int_equal(chore.task.result, 0);
	assert_true(offload_now() - before < 30000 * MS);
}

static void resume(void *data)
{
	assert_int_equal(offload_resume(data, 17), 0);
}

static void await_the_loop_s_timer(void *data)
{
	struct offload_waiter waiter;

	offload_waiter_init(&waiter, NULL, NULL);
	test_driver.after(event_loop, 10, resume, &waiter);
	*(int *)data = offload_suspend(&waiter);
}

static void a_coroutine_awaits_the_loop_s_own_completion(void **state)
{
	int result = 0;

	(void)state;
	assert_int_equal(offload_go(loop, await_the_loop_s_timer, &result, NULL), 0);
	run();
	assert_int_equal(result, 17);
}

static int on_the_loop(void *data)
{
	return pthread_equal(*(pthread_t *)data, pthread_self()) ? 23 : -1;
}

static int call_the_loop(struct offload_task *task)
{
	return offload_call_loop(loop, on_the_loop, task->data);
}

static void keep_result(struct offload_task *task)
{
	*(pthread_t *)task->data = (pthread_t)task->result;
}

static void a_worker_calls_the_loop(void **state)
{
	pthread_t self = pthread_self();
	struct offload_task task;

	(void)state;
	offload_task_init(&task, call_the_loop, keep_result, &self);
	assert_int_equal(offload_submit(loop, &task), 0);
	run();
	assert_int_equal(self, 23);
}

static void free_the_loop(struct offload_task *task)
{
	(void)task;
	assert_int_equal(offload_loop_free(loop), 0);
	loop = NULL;
}

static void the_loop_can_be_freed_in_a_callback(void **state)
{
	struct chore chore = { .dones = 0 };

	(void)state;
	offload_task_init(&chore.task, sleep_in_work, free_the_loop, &chore);
	assert_int_equal(offload_submit(loop, &chore.task), 0);
	while (loop)
		test_driver.once(event_loop);
}

static void two_share_an_event_loop(void **state)
{
	struct offload_loop *first = loop, *second;
	struct chore chores[2] = { { .dones = 0 } };

	(void)state;
	if (test_driver.alone)
		skip();
	second = test_driver.offload(event_loop, NULL);
	assert_non_null(second);
	submit(&chores[0], 10);
	loop = second;
	submit(&chores[1], 20);
	while (chores[0].dones + chores[1].dones < 2)
		test_driver.once(event_loop);
	assert_int_equal(offload_loop_free(second), 0);
	loop = first;
}

static void in_a_forked_child_it_gives_back_and_the_parent_goes_on(void **state)
{
	struct chore chore = { .dones = 0 };
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0)
		_exit(offload_loop_free(loop) != 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	submit(&chore, 1);
	run();
	assert_int_equal(chore.dones, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_idle_one_does_not_keep_the_loop_alive),
		TEST(a_pending_task_does_until_it_is_done),
		TEST(one_turn_of_the_loop_ends_with_a_completion),
		TEST(done_may_submit_again),
		TEST(a_thousand_tasks_all_complete),
		TEST(the_loop_s_own_timers_run_while_a_task_blocks),
		TEST(sleeps_are_never_short_and_hardly_long),
		TEST(a_deadline_ends_a_task_that_waits),
		TEST(a_deadline_that_is_not_needed_does_not_keep_the_loop_alive),
		TEST(a_coroutine_awaits_the_loop_s_own_completion),
		TEST(a_worker_calls_the_loop),
		TEST(the_loop_can_be_freed_in_a_callback),
		TEST(two_share_an_event_loop),
		TEST(in_a_forked_child_it_gives_back_and_the_parent_goes_on),
	};

	return cmocka_run_group_tests_name(test_driver.name, tests, NULL, NULL);
}
