/*
 * offload_group_join: a coroutine ends after those that it started.
 */
#include "support.h"

static struct offload_loop *loop;
static struct offload_group group;
static int ended, joined;

static int make(void **state)
{
	(void)state;
	loop = test_loop();
	ended = 0;
	joined = 1;
	return offload_group_init(&group, loop);
}

static int finish(void **state)
{
	(void)state;
	return offload_loop_free(loop);
}

static void go(void (*function)(void *data), void *data, struct offload_group *of, struct offload_coroutine **handle)
{
	const struct offload_go_options options = { .group = of, .coroutine = handle };

	assert_int_equal(offload_go(loop, function, data, &options), 0);
}

/* Ends after so many ms, or when it is cancelled. */
static void child(void *ms)
{
	offload_sleep((uintptr_t)ms * MS);
	OFFLOAD_SCOPE(NULL)
		usleep(100);
	ended++;
}

static void join(void *data)
{
	(void)data;
	joined = offload_group_join(&group);
}

static void start_three_and_join(void *data)
{
	for (uintptr_t ms = 1; ms <= 3; ms++)
		go(child, (void *)ms, &group, NULL);
	join(data);
	assert_int_equal(ended, 3);
}

static void it_waits_for_all(void **state)
{
	(void)state;
	go(start_three_and_join, NULL, NULL, NULL);
	test_run(loop);
	assert_int_equal(joined, 0);
}

static void there_may_be_nothing_to_wait_for(void **state)
{
	(void)state;
	go(join, NULL, NULL, NULL);
	test_run(loop);
	assert_int_equal(joined, 0);
}

static void a_group_may_be_joined_again(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		ended = 0;
		go(start_three_and_join, NULL, NULL, NULL);
		test_run(loop);
	}
}

static int work(struct offload_task *task)
{
	(void)task;
	usleep(500);
	return 0;
}

/* The first time the task is submitted again: then the group is not empty when the coroutine would go on. */
static void submit_again(struct offload_task *task)
{
	if (++*(int *)task->data < 2)
		assert_int_equal(offload_submit(loop, task), 0);
}

static void tasks_count_and_so_does_what_is_added(void **state)
{
	struct offload_task task;
	int dones = 0;

	(void)state;
	offload_task_init(&task, work, submit_again, &dones);
	task.group = &group;
	assert_int_equal(offload_submit(loop, &task), 0);
	go(join, NULL, NULL, NULL);
	while (joined == 1)
		assert_true(test_turn(loop, 30000));
	assert_int_equal(dones, 2);
	assert_int_equal(joined, 0);
}

/* Sleeps for a minute unless it is cancelled, and then takes its time. */
static void slow_child(void *data)
{
	(void)data;
	assert_int_equal(offload_sleep(60000 * MS), -ECANCELED);
	offload_shield(true);
	assert_int_equal(offload_sleep(2 * MS), 0);
	ended++;
}

static void cancelled_it_cancels_them_and_waits_on(void **state)
{
	struct offload_coroutine *joiner;

	(void)state;
	go(slow_child, NULL, &group, NULL);
	go(slow_child, NULL, &group, NULL);
	go(join, NULL, NULL, &joiner);
	assert_true(test_turn(loop, 1000));
	assert_int_equal(offload_coroutine_cancel(joiner), 0);
	while (joined == 1) {
		assert_true(ended < 2);
		assert_true(test_turn(loop, 30000));
	}
	assert_int_equal(joined, -ECANCELED);
	assert_int_equal(ended, 2);
}

static void cancelled_before_it_waits_it_is_the_same(void **state)
{
	struct offload_coroutine *joiner;

	(void)state;
	go(slow_child, NULL, &group, NULL);
	go(join, NULL, NULL, &joiner);
	assert_int_equal(offload_coroutine_cancel(joiner), 0);
	test_run(loop);
	assert_int_equal(joined, -ECANCELED);
	assert_int_equal(ended, 1);
}

static void give_up(void *data)
{
	(void)data;
	offload_group_cancel(&group);
}

static void one_that_fails_ends_the_others(void **state)
{
	(void)state;
	go(slow_child, NULL, &group, NULL);
	go(join, NULL, NULL, NULL);
	go(give_up, NULL, &group, NULL);
	test_run(loop);
	assert_int_equal(ended, 1);
	assert_int_equal(joined, 0);
}

static void join_in_a_scope(void *data)
{
	OFFLOAD_SCOPE(NULL)
		join(data);
}

static void what_could_never_end_is_refused(void **state)
{
	struct offload_loop *other = test_loop();

	(void)state;
	assert_int_equal(offload_group_join(&group), -EPERM);
	go(join, NULL, &group, NULL);
	test_run(loop);
	assert_int_equal(joined, -EDEADLK);
	go(join_in_a_scope, NULL, NULL, NULL);
	test_run(loop);
	assert_int_equal(joined, -EDEADLK);
	assert_int_equal(offload_group_init(&group, other), 0);
	go(join, NULL, NULL, NULL);
	test_run(loop);
	assert_int_equal(joined, -EINVAL);
	assert_int_equal(offload_loop_free(other), 0);
}

static void note_closed(struct offload_group *closing)
{
	*(bool *)closing->data = true;
}

static void one_at_a_time_waits_and_not_for_one_that_closes(void **state)
{
	bool closed = false;

	(void)state;
	go(child, (void *)1, &group, NULL);
	go(join, NULL, NULL, NULL);
	assert_true(test_turn(loop, 1000));
	go(join, NULL, NULL, NULL);
	assert_true(test_turn(loop, 1000));
	assert_int_equal(joined, -EALREADY);
	assert_int_equal(offload_group_close(&group, note_closed, &closed), 0);
	test_run(loop);
	assert_true(closed);
	assert_int_equal(joined, 0);
	go(child, (void *)1, NULL, NULL);
	test_run(loop);
	assert_int_equal(offload_group_init(&group, loop), 0);
	group.closing = 1;
	go(join, NULL, NULL, NULL);
	test_run(loop);
	assert_int_equal(joined, -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_waits_for_all),
		TEST(there_may_be_nothing_to_wait_for),
		TEST(a_group_may_be_joined_again),
		TEST(tasks_count_and_so_does_what_is_added),
		TEST(cancelled_it_cancels_them_and_waits_on),
		TEST(cancelled_before_it_waits_it_is_the_same),
		TEST(one_that_fails_ends_the_others),
		TEST(what_could_never_end_is_refused),
		TEST(one_at_a_time_waits_and_not_for_one_that_closes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
