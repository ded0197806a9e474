/*
 * failure: whatever the library asks of the system may be refused, at any point, once or from then on (failing.h). Then
 * a call fails with an error, and nothing else: every task that was accepted completes, every coroutine that was started
 * ends, nothing hangs, nothing leaks. On each kind of event loop.
 *
 *	OFFLOAD_FAILURE_EVERY   7: every seventh point only, where each takes long
 */
#include "support.h"

#include <dirent.h>
#include <stdatomic.h>

#include "driver.h"
#include "failing.h"

/* ---- a program that uses everything --------------------------------------------------------------------------------- */

enum { TASKS = 8, COROUTINES = 6 };

struct program {
	void *event_loop;
	struct offload_loop *loop;
	struct offload_pool *pool;
	struct offload_limiter *limiter;
	struct offload_group group;
	struct offload_task tasks[TASKS];
	int accepted, dones, released, abandonable, closed, started, ended;
	pthread_t thread;
};

static int zero(void *data)
{
	(void)data;
	return 0;
}

static int program_work(struct offload_task *task)
{
	struct program *program = task->data;
	int result = offload_call_loop(program->loop, zero, NULL);

	if (result < 0 && result != -ENOMEM && result != -ECANCELED)
		abort();
	usleep(300);
	return result;
}

static void program_done(struct offload_task *task)
{
	((struct program *)task->data)->dones++;
}

static void program_released(struct offload_task *task)
{
	((struct program *)task->data)->released++;
}

static void program_closed(struct offload_group *group)
{
	((struct program *)group->data)->closed++;
}

static void program_report(const struct offload_stall *stall)
{
	(void)stall;
}

static void program_submit(struct program *program, int i)
{
	struct offload_task *task = &program->tasks[i];
	int error;

	offload_task_init(task, program_work, program_done, program);
	task->pool = i % 4 == 3 ? NULL : program->pool;
	task->limiter = i % 3 == 0 ? program->limiter : NULL;
	task->group = i % 2 == 0 ? &program->group : NULL;
	task->deadline = i % 4 == 1 ? offload_now() + 400000 : 0;
	task->flags = i == 5 ? OFFLOAD_ABANDON : 0;
	task->released = program_released;
	error = offload_submit(program->loop, task);
	assert_true(error == 0 || error == -EAGAIN || error == -ENOMEM || error == -EINVAL);
	program->accepted += error == 0;
	program->abandonable += error == 0 && i == 5;
}

/* ---- its coroutines --------------------------------------------------------------------------------------------------- */

/* Not inlined: to the compiler pthread_self() never changes within a function. */
static __attribute__((noinline, noclone)) void expect_the_loop(const struct program *program)
{
	if (!pthread_equal(pthread_self(), program->thread))
		abort();
}

static void expect_refusal(int error)
{
	if (error != 0 && error != -EAGAIN && error != -ENOMEM && error != -EINVAL && error != -ECANCELED)
		abort();
}

static int nap(struct offload_task *task)
{
	(void)task;
	usleep(100);
	return 0;
}

/* On a worker; the outer block goes on after an inner one in any case. */
static void nest(struct program *program, bool *inner, bool *after)
{
	OFFLOAD_SCOPE(NULL, program->limiter) {
		usleep(100);
		*inner = true;
	}
	expect_refusal(offload_scope_error());
	*after = *inner == (offload_scope_error() == 0);
	usleep(2000); /* threads of the other pool tire meanwhile, and have to be started again */
	OFFLOAD_SCOPE(NULL)
		usleep(2000);
	expect_refusal(offload_scope_error());
}

static void walk(void *data)
{
	struct program *program = data;
	bool ran = false, inner = false, after = false;
	struct offload_task task;

	expect_the_loop(program);
	OFFLOAD_SCOPE(program->pool) {
		ran = true;
		nest(program, &inner, &after);
	}
	expect_the_loop(program);
	expect_refusal(offload_scope_error());
	if (ran != (offload_scope_error() == 0) || after != ran)
		abort();
	offload_task_init(&task, nap, NULL, NULL);
	task.pool = program->pool;
	task.deadline = offload_now() + 1000000000;
	expect_refusal(offload_await(&task));
	expect_refusal(offload_sleep(200000));
	expect_refusal(offload_sleep(0));
	expect_the_loop(program);
	program->ended++;
}

static void program_go(struct program *program, int i)
{
	const struct offload_go_options options = { .group = i % 2 == 0 ? &program->group : NULL,
						    .stack_size = i % 3 == 0 ? 64 * 1024 : 0 };
	int error = offload_go(program->loop, walk, program, &options);

	assert_true(error == 0 || error == -ENOMEM);
	program->started += error == 0;
}

/* ---- from beginning to end -------------------------------------------------------------------------------------------- */

/* Anything may be NULL after an error, and then it is done without. */
static void program_begin(struct program *program)
{
	struct offload_pool_options options = { .name = "failing", .max_threads = 3, .idle_ms = 1 };
	int error = 0;

	program->thread = pthread_self();
	program->loop = test_driver.offload(program->event_loop, &error);
	assert_true((program->loop != NULL) == (error == 0));
	program->pool = offload_pool_new(&options, &error);
	program->limiter = offload_limiter_new("failing", 1, &error);
	if (!program->loop)
		return;
	assert_int_equal(offload_group_init(&program->group, program->loop), 0);
	error = offload_watch(program->loop, 600000, program_report, NULL);
	assert_true(error == 0 || error == -ENOMEM || error == -EAGAIN);
}

static void program_run(struct program *program)
{
	for (int i = 0; i < TASKS; i++)
		program_submit(program, i);
	for (int i = 0; i < COROUTINES; i++)
		program_go(program, i);
	if (offload_loop_pending(program->loop) > 0)
		test_driver.once(program->event_loop);
	offload_cancel(&program->tasks[2]);
	offload_cancel(&program->tasks[5]);
	assert_int_equal(offload_group_close(&program->group, program_closed, program), 0);
	while (offload_loop_pending(program->loop) > 0)
		test_driver.once(program->event_loop);
	assert_int_equal(program->closed, 1);
}

static void program_end(struct program *program)
{
	if (program->loop)
		offload_unwatch(program->loop);
	if (program->pool)
		assert_int_equal(offload_pool_shutdown(program->pool, UINT64_MAX), 0);
	assert_int_equal(offload_pool_free(program->pool), 0);
	assert_int_equal(offload_limiter_free(program->limiter), 0);
	assert_int_equal(offload_loop_free(program->loop), 0);
	assert_int_equal(program->dones, program->accepted);
	assert_int_equal(program->released, program->abandonable);
	assert_int_equal(program->ended, program->started);
}

/* Entries of a folder of /proc/self: threads, descriptors. */
static int count_entries(const char *folder)
{
	DIR *dir = opendir(folder);
	int count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* How many refusable calls it made. */
static int run_with_failure_at(int nth, bool for_good)
{
	int descriptors = count_entries("/proc/self/fd"), allocated = failing_allocated(), mapped = failing_mapped(),
	    calls;
	struct program program = { .event_loop = test_driver.make() };

	failing_begin(nth, for_good);
	program_begin(&program);
	if (program.loop)
		program_run(&program);
	program_end(&program);
	calls = failing_end();
	test_driver.free(program.event_loop);
	assert_int_equal(failing_allocated(), allocated);
	assert_int_equal(failing_mapped(), mapped);
	assert_int_equal(count_entries("/proc/self/fd"), descriptors);
	return calls;
}

static void fail_everywhere(bool for_good)
{
	const char *every = getenv("OFFLOAD_FAILURE_EVERY");
	int step = every && atoi(every) > 0 ? atoi(every) : 1, reached = INT32_MAX, nth;

	/* Threads race: how many calls a run makes differs a little. */
	for (nth = 1; nth <= reached || nth < 60; nth += step)
		reached = run_with_failure_at(nth, for_good);
	assert_true(nth > 30);
}

static void nothing_fails_and_everything_ends(void **state)
{
	(void)state;
	assert_true(run_with_failure_at(0, false) > 15);
}

static void each_single_failure_is_only_an_error(void **state)
{
	(void)state;
	fail_everywhere(false);
}

static void a_system_that_fails_for_good_is_only_an_error(void **state)
{
	(void)state;
	fail_everywhere(true);
}

static void sleep_ms(void *data)
{
	assert_int_equal(offload_sleep((uintptr_t)data * 1000000), 0);
}

/* The event loop takes the first time and refuses the second. */
static void who_sleeps_wakes_without_a_timer(void **state)
{
	void *event_loop = test_driver.make();
	struct offload_loop *loop = test_driver.offload(event_loop, NULL);

	(void)state;
	assert_non_null(loop);
	for (uintptr_t ms = 5; ms <= 20; ms += 15)
		assert_int_equal(offload_go(loop, sleep_ms, (void *)ms, NULL), 0);
	test_driver.once(event_loop);
	failing_begin(1, true);
	while (offload_loop_pending(loop) > 0)
		test_driver.once(event_loop);
	failing_end();
	assert_int_equal(offload_loop_free(loop), 0);
	test_driver.free(event_loop);
}

/* What an event loop opens for all of its kind, and keeps. */
static int open_what_stays(void **state)
{
	(void)state;
	test_driver.free(test_driver.make());
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_fails_and_everything_ends),
		cmocka_unit_test(who_sleeps_wakes_without_a_timer),
		cmocka_unit_test(each_single_failure_is_only_an_error),
		cmocka_unit_test(a_system_that_fails_for_good_is_only_an_error),
	};

	return cmocka_run_group_tests(tests, open_what_stays, NULL);
}
