/*
 * failure: whatever the library asks of the system may be refused, at any point, once or from then on. Then a call fails
 * with an error, and nothing else: every task that was accepted completes, nothing hangs, nothing leaks.
 *
 * The linker gives the library these functions for the real ones (ld(1), --wrap).
 */
#include "support.h"

#include <dirent.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

/* ---- the system --------------------------------------------------------------------------------------------------- */

static atomic_int calls, fails_at, allocated; /* fails_at 0: never */
static atomic_bool goes_on;                   /* once it failed, it fails for good */

static bool fails(void)
{
	int nth = atomic_fetch_add(&calls, 1) + 1, at = atomic_load(&fails_at);

	return at > 0 && (nth == at || (atomic_load(&goes_on) && nth > at));
}

#define WRAP(type, name, parameters, arguments, failure)                                                               \
	type __real_##name parameters;                                                                                 \
	type __wrap_##name parameters;                                                                                 \
	type __wrap_##name parameters                                                                                  \
	{                                                                                                              \
		return fails() ? (failure) : __real_##name arguments;                                                  \
	}

static int set_errno(int number)
{
	errno = number;
	return -1;
}

WRAP(int, pthread_create, (pthread_t * thread, const pthread_attr_t *a, void *(*start)(void *), void *data),
     (thread, a, start, data), EAGAIN)
WRAP(int, pthread_attr_init, (pthread_attr_t * attributes), (attributes), ENOMEM)
WRAP(int, pthread_condattr_init, (pthread_condattr_t * attributes), (attributes), ENOMEM)
WRAP(int, pthread_cond_init, (pthread_cond_t * cond, const pthread_condattr_t *a), (cond, a), ENOMEM)
WRAP(int, pthread_mutex_init, (pthread_mutex_t * mutex, const pthread_mutexattr_t *a), (mutex, a), ENOMEM)
WRAP(int, eventfd, (unsigned count, int flags), (count, flags), set_errno(EMFILE))
WRAP(int, timerfd_create, (int clock, int flags), (clock, flags), set_errno(EMFILE))
WRAP(int, timerfd_settime, (int fd, int flags, const struct itimerspec *new, struct itimerspec *old),
     (fd, flags, new, old), set_errno(EINVAL))
WRAP(int, epoll_create1, (int flags), (flags), set_errno(EMFILE))
WRAP(int, epoll_ctl, (int poll, int operation, int fd, struct epoll_event *event), (poll, operation, fd, event),
     set_errno(ENOSPC))

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
void __real_free(void *memory);
void __wrap_free(void *memory);

static void *count_allocated(void *memory)
{
	if (memory)
		atomic_fetch_add(&allocated, 1);
	return memory;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : count_allocated(__real_calloc(count, size));
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : count_allocated(__real_strdup(text));
}

void __wrap_free(void *memory)
{
	if (memory)
		atomic_fetch_sub(&allocated, 1);
	__real_free(memory);
}

/* ---- a program that uses everything --------------------------------------------------------------------------------- */

enum { TASKS = 8 };

struct program {
	struct offload_loop *loop;
	struct offload_pool *pool;
	struct offload_limiter *limiter;
	struct offload_group group;
	struct offload_task tasks[TASKS];
	int accepted, dones, released, abandonable, closing, closed;
	atomic_int began;
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

	atomic_fetch_add(&program->began, 1);
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

/* Anything may be NULL after an error, and then it is done without. */
static void program_begin(struct program *program)
{
	struct offload_pool_options options = { .name = "failing", .max_threads = 3, .idle_ms = 1 };
	int error = 0;

	program->loop = offload_loop_fd(&error);
	assert_true((program->loop != NULL) == (error == 0));
	program->pool = offload_pool_new(&options, &error);
	program->limiter = offload_limiter_new("failing", 1, &error);
	if (!program->loop)
		return;
	assert_int_equal(offload_group_init(&program->group, program->loop), 0);
	error = offload_watch(program->loop, 600000, program_report, NULL);
	assert_true(error == 0 || error == -ENOMEM || error == -EAGAIN);
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

static void program_run(struct program *program)
{
	for (int i = 0; i < TASKS; i++)
		program_submit(program, i);
	test_turn(program->loop, 1);
	offload_cancel(&program->tasks[2]);
	offload_cancel(&program->tasks[5]);
	assert_int_equal(offload_group_close(&program->group, program_closed, program), 0);
	test_run(program->loop);
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
	struct program program = { 0 };
	int descriptors = count_entries("/proc/self/fd"), before = atomic_load(&allocated);

	atomic_store(&calls, 0);
	atomic_store(&goes_on, for_good);
	atomic_store(&fails_at, nth);
	program_begin(&program);
	if (program.loop)
		program_run(&program);
	program_end(&program);
	atomic_store(&fails_at, 0);
	assert_int_equal(atomic_load(&allocated), before);
	assert_int_equal(count_entries("/proc/self/fd"), descriptors);
	return atomic_load(&calls);
}

static void fail_everywhere(bool for_good)
{
	int reached = INT32_MAX, nth;

	/* Threads race: how many calls a run makes differs a little. */
	for (nth = 1; nth <= reached || nth < 60; nth++)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_fails_and_everything_ends),
		cmocka_unit_test(each_single_failure_is_only_an_error),
		cmocka_unit_test(a_system_that_fails_for_good_is_only_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
