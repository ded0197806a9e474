/*
 * A coroutine's stack that overflows crashes in its guard, and says so if that was asked for. Each crash is a child's.
 */
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

static int depth_to_reach = 1 << 20;

static __attribute__((noinline)) int recurse(int depth)
{
	volatile char frame[512];

	frame[0] = (char)depth;
	if (depth >= depth_to_reach)
		return frame[0];
	return recurse(depth + 1) + frame[0];
}

static void overflow(void *data)
{
	*(int *)data = recurse(0);
}

static void overflow_in_a_scope(void *data)
{
	OFFLOAD_SCOPE(NULL)
		overflow(data);
}

static void crash_otherwise(void *data)
{
	volatile intptr_t nowhere = 16;

	*(volatile int *)nowhere = *(int *)data;
}

struct child {
	void (*function)(void *data);
	bool report;
	int signal;
	char said[512];
};

static void run_child(const struct child *child, int output)
{
	const struct offload_go_options options = { .name = "deep", .stack_size = 64 * 1024 };
	struct offload_loop *loop = test_loop();
	int result = 0;

	dup2(output, STDERR_FILENO);
	signal(SIGSEGV, SIG_DFL);
	if (child->report && (offload_report_overflow() || offload_report_overflow()))
		_exit(3);
	if (offload_go(loop, child->function, &result, &options))
		_exit(4);
	test_run(loop);
	_exit(5);
}

static void run(struct child *child)
{
	int pipes[2], status;
	pid_t pid;
	FILE *said;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0)
		run_child(child, pipes[1]);
	close(pipes[1]);
	said = fdopen(pipes[0], "r");
	child->said[fread(child->said, 1, sizeof(child->said) - 1, said)] = '\0';
	fclose(said);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	child->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static const char line[] = "offload: coroutine 'deep' overflowed its stack of 65536 bytes\n";

static void an_overflow_crashes(void **state)
{
	struct child child = { .function = overflow };

	(void)state;
	run(&child);
	assert_int_equal(child.signal, SIGSEGV);
	assert_string_equal(child.said, "");
}

static void an_overflow_is_reported_when_asked_for(void **state)
{
	struct child child = { .function = overflow, .report = true };

	(void)state;
	run(&child);
	assert_int_equal(child.signal, SIGSEGV);
	assert_string_equal(child.said, line);
}

static void an_overflow_on_a_worker_too(void **state)
{
	struct child child = { .function = overflow_in_a_scope, .report = true };

	(void)state;
	run(&child);
	assert_int_equal(child.signal, SIGSEGV);
	assert_string_equal(child.said, line);
}

static void another_crash_is_passed_on_in_silence(void **state)
{
	struct child child = { .function = crash_otherwise, .report = true };

	(void)state;
	run(&child);
	assert_int_equal(child.signal, SIGSEGV);
	assert_string_equal(child.said, "");
}

static void a_larger_stack_is_enough(void **state)
{
	const struct offload_go_options options = { .stack_size = 4 * 1024 * 1024, .guard_size = 64 * 1024 };
	struct offload_loop *loop = test_loop();
	int result = -1;

	(void)state;
	depth_to_reach = 1000;
	assert_int_equal(offload_go(loop, overflow, &result, &options), 0);
	test_run(loop);
	assert_int_not_equal(result, -1);
	assert_int_equal(offload_loop_free(loop), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_overflow_crashes),         cmocka_unit_test(an_overflow_is_reported_when_asked_for),
		cmocka_unit_test(an_overflow_on_a_worker_too), cmocka_unit_test(another_crash_is_passed_on_in_silence),
		cmocka_unit_test(a_larger_stack_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
