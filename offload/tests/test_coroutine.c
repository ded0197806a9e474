/*
 * Coroutines: they start later, wait without blocking the loop, see their cancellation, and hold the loop until they end.
 */
#include "support.h"

#include <pthread.h>

static struct offload_loop *loop;

static int make_loop(void **state)
{
	(void)state;
	loop = test_loop();
	return 0;
}

static int free_loop(void **state)
{
	(void)state;
	assert_int_equal(offload_loop_pending(loop), 0);
	return offload_loop_free(loop);
}

static void go(void (*function)(void *data), void *data)
{
	assert_int_equal(offload_go(loop, function, data, NULL), 0);
}

static void set(void *data)
{
	*(int *)data = 1;
}

static void it_starts_later_and_keeps_the_loop_pending(void **state)
{
	int ran = 0;

	(void)state;
	go(set, &ran);
	assert_int_equal(ran, 0);
	assert_int_equal(offload_loop_pending(loop), 1);
	test_run(loop);
	assert_int_equal(ran, 1);
}

struct log {
	char text[64];
};

static void append(struct log *log, const char *text)
{
	strcat(log->text, text);
}

static void say_a(void *data)
{
	append(data, "a");
	offload_sleep(0);
	append(data, "A");
}

static void say_b(void *data)
{
	append(data, "b");
	offload_sleep(0);
	append(data, "B");
}

static void they_take_turns_in_the_order_of_their_start(void **state)
{
	struct log log = { "" };

	(void)state;
	go(say_a, &log);
	go(say_b, &log);
	test_run(loop);
	assert_string_equal(log.text, "abAB");
}

static int return_the_thread(struct offload_task *task)
{
	*(pthread_t *)task->data = pthread_self();
	return 42;
}

struct awaiting {
	pthread_t worker, before, after;
	int result;
};

static void await_one(void *data)
{
	struct awaiting *awaiting = data;
	struct offload_task task;

	awaiting->before = pthread_self();
	offload_task_init(&task, return_the_thread, NULL, &awaiting->worker);
	awaiting->result = offload_await(&task);
	awaiting->after = pthread_self();
}

static void await_gives_what_work_returned_back_on_the_loop(void **state)
{
	struct awaiting awaiting = { .result = -1 };

	(void)state;
	go(await_one, &awaiting);
	test_run(loop);
	assert_int_equal(awaiting.result, 42);
	assert_true(pthread_equal(awaiting.before, pthread_self()));
	assert_true(pthread_equal(awaiting.after, pthread_self()));
	assert_false(pthread_equal(awaiting.worker, pthread_self()));
}

static void sleep_20_ms(void *data)
{
	uint64_t before = offload_now();

	*(int *)data = offload_sleep(20 * MS);
	assert_true(offload_now() - before >= 20 * MS);
}

static void sleep_waits_at_least_that_long(void **state)
{
	int result = 1;

	(void)state;
	go(sleep_20_ms, &result);
	test_run(loop);
	assert_int_equal(result, 0);
}

/* ---- where one cannot wait -------------------------------------------------------------------------------------------- */

static int await_in_work(struct offload_task *task)
{
	struct offload_task inner;

	(void)task;
	offload_task_init(&inner, return_the_thread, NULL, NULL);
	return offload_await(&inner);
}

static void keep_result(struct offload_task *task)
{
	*(int *)task->data = task->result;
}

static void await_in_a_worker_is_refused_in_so_many_words(void **state)
{
	struct offload_task task;
	int result = 0;

	(void)state;
	offload_task_init(&task, await_in_work, keep_result, &result);
	assert_int_equal(offload_submit(loop, &task), 0);
	test_run(loop);
	assert_int_equal(result, -EDEADLK);
	assert_non_null(strstr(offload_strerror(result), "attempted to await"));
}

static void waiting_outside_of_a_coroutine_is_refused(void **state)
{
	struct offload_waiter waiter;
	struct offload_task task;

	(void)state;
	offload_task_init(&task, return_the_thread, NULL, NULL);
	offload_waiter_init(&waiter, NULL, NULL);
	assert_int_equal(offload_await(&task), -EPERM);
	assert_int_equal(offload_sleep(1), -EPERM);
	assert_int_equal(offload_suspend(&waiter), -EPERM);
	assert_null(offload_coroutine_current());
	assert_false(offload_shield(true));
	assert_false(offload_shield(true));
}

static void *go_elsewhere(void *data)
{
	*(int *)data = offload_go(loop, set, data, NULL);
	return NULL;
}

static void starting_is_refused_where_it_cannot_work(void **state)
{
	struct offload_loop *other = test_loop();
	struct offload_group group;
	struct offload_go_options options = { .group = &group };
	pthread_t thread;
	int error = 0;

	(void)state;
	assert_int_equal(offload_group_init(&group, other), 0);
	assert_int_equal(offload_go(loop, NULL, NULL, NULL), -EINVAL);
	assert_int_equal(offload_go(loop, set, NULL, &options), -EINVAL);
	options = (struct offload_go_options){ .stack_size = (size_t)1 << 60 };
	assert_int_equal(offload_go(loop, set, NULL, &options), -ENOMEM);
	assert_int_equal(pthread_create(&thread, NULL, go_elsewhere, &error), 0);
	pthread_join(thread, NULL);
	assert_int_equal(error, -EPERM);
	assert_int_equal(offload_loop_shutdown(other), 0);
	assert_int_equal(offload_go(other, set, NULL, NULL), -ECANCELED);
	assert_int_equal(offload_loop_free(other), 0);
}

/* ---- what the loop completes ------------------------------------------------------------------------------------------ */

struct suspended {
	struct offload_waiter waiter;
	int result, cancels;
};

static void suspend(void *data)
{
	struct suspended *suspended = data;

	suspended->result = offload_suspend(&suspended->waiter);
}

static void resume_gives_the_result_later_and_once(void **state)
{
	struct suspended suspended = { .result = -1 };

	(void)state;
	offload_waiter_init(&suspended.waiter, NULL, NULL);
	go(suspend, &suspended);
	assert_true(test_turn(loop, 1000));
	assert_int_equal(offload_resume(&suspended.waiter, 9), 0);
	assert_int_equal(offload_resume(&suspended.waiter, 10), -EALREADY);
	assert_int_equal(suspended.result, -1);
	test_run(loop);
	assert_int_equal(suspended.result, 9);
}

static void a_resume_that_comes_first_is_not_lost(void **state)
{
	struct suspended suspended = { .result = -1 };

	(void)state;
	offload_waiter_init(&suspended.waiter, NULL, NULL);
	assert_int_equal(offload_resume(&suspended.waiter, 5), 0);
	go(suspend, &suspended);
	test_run(loop);
	assert_int_equal(suspended.result, 5);
}

/* ---- cancelling ------------------------------------------------------------------------------------------------------- */

static struct offload_coroutine *start(void (*function)(void *data), void *data)
{
	struct offload_coroutine *coroutine;
	const struct offload_go_options options = { .coroutine = &coroutine, .name = "started" };

	assert_int_equal(offload_go(loop, function, data, &options), 0);
	assert_string_equal(offload_coroutine_name(coroutine), "started");
	assert_ptr_equal(offload_coroutine_loop(coroutine), loop);
	return coroutine;
}

static void sleep_long_twice(void *data)
{
	int *results = data;

	results[0] = offload_sleep(3600000 * MS);
	results[1] = offload_sleep(3600000 * MS);
}

static void cancel_ends_a_sleep_and_every_one_after_it(void **state)
{
	int results[2] = { 1, 1 };
	struct offload_coroutine *coroutine = start(sleep_long_twice, results);

	(void)state;
	assert_true(test_turn(loop, 1000));
	assert_int_equal(offload_coroutine_cancel(coroutine), 0);
	assert_int_equal(offload_coroutine_cancel(coroutine), 0);
	test_run(loop);
	assert_int_equal(results[0], -ECANCELED);
	assert_int_equal(results[1], -ECANCELED);
}

static void one_cancelled_before_it_began_runs_and_is_told(void **state)
{
	int results[2] = { 1, 1 };

	(void)state;
	offload_coroutine_cancel(start(sleep_long_twice, results));
	test_run(loop);
	assert_int_equal(results[0], -ECANCELED);
}

static int work_until_cancelled(struct offload_task *task)
{
	sem_post(task->data);
	while (!offload_cancelled())
		usleep(1000);
	return -ECANCELED;
}

struct patient {
	sem_t begun;
	int result;
};

static void await_patiently(void *data)
{
	struct patient *patient = data;
	struct offload_task task;

	offload_task_init(&task, work_until_cancelled, NULL, &patient->begun);
	patient->result = offload_await(&task);
}

static void cancel_asks_the_awaited_task_to_stop(void **state)
{
	struct patient patient = { .result = 1 };
	struct offload_coroutine *coroutine = start(await_patiently, &patient);

	(void)state;
	sem_init(&patient.begun, 0, 0);
	assert_true(test_turn(loop, 1000));
	sem_wait(&patient.begun);
	assert_int_equal(offload_coroutine_cancel(coroutine), 0);
	test_run(loop);
	assert_int_equal(patient.result, -ECANCELED);
	sem_destroy(&patient.begun);
}

static void stop_at_once(struct offload_waiter *waiter)
{
	((struct suspended *)waiter->data)->cancels++;
	offload_resume(waiter, -ECANCELED);
}

static void cancel_asks_what_the_loop_completes_to_stop(void **state)
{
	struct suspended suspended = { .result = 1 };
	struct offload_coroutine *coroutine = start(suspend, &suspended);

	(void)state;
	offload_waiter_init(&suspended.waiter, stop_at_once, &suspended);
	assert_true(test_turn(loop, 1000));
	offload_coroutine_cancel(coroutine);
	test_run(loop);
	assert_int_equal(suspended.result, -ECANCELED);
	assert_int_equal(suspended.cancels, 1);
}

static void a_waiter_that_cannot_be_cancelled_is_waited_for(void **state)
{
	struct suspended suspended = { .result = 1 };
	struct offload_coroutine *coroutine = start(suspend, &suspended);

	(void)state;
	offload_waiter_init(&suspended.waiter, NULL, NULL);
	assert_true(test_turn(loop, 1000));
	offload_coroutine_cancel(coroutine);
	assert_false(test_turn(loop, 20));
	offload_resume(&suspended.waiter, 3);
	test_run(loop);
	assert_int_equal(suspended.result, 3);
}

static void suspend_cancelled(void *data)
{
	offload_coroutine_cancel(offload_coroutine_current());
	suspend(data);
}

static void one_that_is_cancelled_stops_the_operation_before_it_waits(void **state)
{
	struct suspended suspended = { .result = 1 };

	(void)state;
	offload_waiter_init(&suspended.waiter, stop_at_once, &suspended);
	go(suspend_cancelled, &suspended);
	test_run(loop);
	assert_int_equal(suspended.result, -ECANCELED);
	assert_int_equal(suspended.cancels, 1);
}

static void tidy_up(void *data)
{
	int *results = data;

	results[0] = offload_sleep(3600000 * MS);
	assert_false(offload_shield(true));
	results[1] = offload_sleep(1 * MS);
	assert_true(offload_shield(false));
	results[2] = offload_sleep(1 * MS);
}

static void behind_a_shield_one_can_wait_to_tidy_up(void **state)
{
	int results[3] = { 1, 1, 1 };
	struct offload_coroutine *coroutine = start(tidy_up, results);

	(void)state;
	assert_true(test_turn(loop, 1000));
	offload_coroutine_cancel(coroutine);
	test_run(loop);
	assert_int_equal(results[0], -ECANCELED);
	assert_int_equal(results[1], 0);
	assert_int_equal(results[2], -ECANCELED);
}

static void note_closed(struct offload_group *group)
{
	*(int *)group->data += 1;
}

static void closing_a_group_cancels_its_coroutines_and_waits_for_them(void **state)
{
	int results[2] = { 1, 1 }, closed = 0;
	struct offload_group group;
	const struct offload_go_options options = { .group = &group };

	(void)state;
	offload_group_init(&group, loop);
	assert_int_equal(offload_go(loop, sleep_long_twice, results, &options), 0);
	assert_true(test_turn(loop, 1000));
	assert_int_equal(offload_group_close(&group, note_closed, &closed), 0);
	assert_int_equal(offload_go(loop, sleep_long_twice, results, &options), -ECANCELED);
	assert_int_equal(closed, 0);
	test_run(loop);
	assert_int_equal(closed, 1);
	assert_int_equal(results[0], -ECANCELED);
}

static void shutting_the_loop_down_cancels_its_coroutines(void **state)
{
	int results[2] = { 1, 1 };

	(void)state;
	go(sleep_long_twice, results);
	assert_true(test_turn(loop, 1000));
	assert_int_equal(offload_loop_free(loop), -EBUSY);
	assert_int_equal(offload_loop_shutdown(loop), 0);
	test_run(loop);
	assert_int_equal(results[0], -ECANCELED);
}

/* ---- many ------------------------------------------------------------------------------------------------------------- */

static int double_it(struct offload_task *task)
{
	return 2 * (int)(intptr_t)task->data;
}

struct one_of_many {
	int number, sum;
};

static void add_up(void *data)
{
	struct one_of_many *one = data;
	struct offload_task task;

	for (int i = 0; i < 10; i++) {
		offload_task_init(&task, double_it, NULL, (void *)(intptr_t)(one->number + i));
		one->sum += offload_await(&task);
		if (i % 3 == 0)
			offload_sleep(i * 1000);
	}
}

static void hundreds_run_the_same_function_at_once(void **state)
{
	enum { MANY = 400 };
	static struct one_of_many many[MANY];
	const struct offload_go_options small = { .stack_size = 32 * 1024 };

	(void)state;
	for (int i = 0; i < MANY; i++) {
		many[i] = (struct one_of_many){ .number = i };
		assert_int_equal(offload_go(loop, add_up, &many[i], &small), 0);
	}
	test_run(loop);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(many[i].sum, 20 * i + 90);
}

static void start_another(void *data)
{
	int *left = data;

	if (--*left > 0)
		go(start_another, left);
}

static void coroutines_start_coroutines(void **state)
{
	int left = 1000;

	(void)state;
	go(start_another, &left);
	test_run(loop);
	assert_int_equal(left, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_loop, free_loop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_starts_later_and_keeps_the_loop_pending),
		TEST(they_take_turns_in_the_order_of_their_start),
		TEST(await_gives_what_work_returned_back_on_the_loop),
		TEST(sleep_waits_at_least_that_long),
		TEST(await_in_a_worker_is_refused_in_so_many_words),
		TEST(waiting_outside_of_a_coroutine_is_refused),
		TEST(starting_is_refused_where_it_cannot_work),
		TEST(resume_gives_the_result_later_and_once),
		TEST(a_resume_that_comes_first_is_not_lost),
		TEST(cancel_ends_a_sleep_and_every_one_after_it),
		TEST(one_cancelled_before_it_began_runs_and_is_told),
		TEST(cancel_asks_the_awaited_task_to_stop),
		TEST(cancel_asks_what_the_loop_completes_to_stop),
		TEST(a_waiter_that_cannot_be_cancelled_is_waited_for),
		TEST(one_that_is_cancelled_stops_the_operation_before_it_waits),
		TEST(behind_a_shield_one_can_wait_to_tidy_up),
		TEST(closing_a_group_cancels_its_coroutines_and_waits_for_them),
		TEST(shutting_the_loop_down_cancels_its_coroutines),
		TEST(hundreds_run_the_same_function_at_once),
		TEST(coroutines_start_coroutines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
