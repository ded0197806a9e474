/*
 * Fibers: they keep their place and their locals, go from thread to thread, and end. Built once for each kind of
 * context.
 */
#include "fiber.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct counter {
	struct offload__fiber fiber;
	int steps;
	int reached;
	pthread_t threads[8];
};

static void begin(struct offload__fiber *fiber, offload__fiber_function *function, void *data)
{
	struct offload__stack stack;

	assert_int_equal(offload__stack_map(&stack, 64 * 1024, 4096), 0);
	offload__fiber_init(fiber, stack, 0, function, data);
}

static void end(struct offload__fiber *fiber)
{
	offload__fiber_finish(fiber);
	offload__stack_unmap(&fiber->stack);
}

static void count(void *data)
{
	struct counter *counter = data;
	char local[256];

	for (int i = 0; i < counter->steps; i++) {
		memset(local, i, sizeof local);
		counter->threads[i] = pthread_self();
		counter->reached = i + 1;
		offload__fiber_leave(&counter->fiber);
		assert_int_equal(local[17], i);
	}
}

static void a_fiber_keeps_its_place_and_its_locals(void **state)
{
	struct counter counter = { .steps = 5 };

	(void)state;
	begin(&counter.fiber, count, &counter);
	for (int i = 1; i <= 5; i++) {
		offload__fiber_enter(&counter.fiber);
		assert_int_equal(counter.reached, i);
		assert_false(counter.fiber.over);
	}
	offload__fiber_enter(&counter.fiber);
	assert_true(counter.fiber.over);
	end(&counter.fiber);
}

static void *enter_from_a_thread(void *data)
{
	offload__fiber_enter(data);
	return NULL;
}

static void a_fiber_goes_from_thread_to_thread(void **state)
{
	struct counter counter = { .steps = 3 };
	pthread_t thread;

	(void)state;
	begin(&counter.fiber, count, &counter);
	offload__fiber_enter(&counter.fiber);
	assert_int_equal(pthread_create(&thread, NULL, enter_from_a_thread, &counter.fiber), 0);
	pthread_join(thread, NULL);
	assert_false(pthread_equal(counter.threads[1], pthread_self()));
	offload__fiber_enter(&counter.fiber);
	assert_true(pthread_equal(counter.threads[2], pthread_self()));
	offload__fiber_enter(&counter.fiber);
	assert_true(counter.fiber.over);
	end(&counter.fiber);
}

static struct offload__fiber *seen[3];

static void look(void *data)
{
	seen[0] = offload__fiber_current();
	offload__fiber_leave(data);
	seen[1] = offload__fiber_current();
}

static void the_current_fiber_is_the_one_whose_code_runs(void **state)
{
	struct offload__fiber fiber;

	(void)state;
	assert_null(offload__fiber_current());
	begin(&fiber, look, &fiber);
	offload__fiber_enter(&fiber);
	assert_ptr_equal(seen[0], &fiber);
	assert_null(offload__fiber_current());
	offload__fiber_enter(&fiber);
	assert_ptr_equal(seen[1], &fiber);
	end(&fiber);
}

static void compute(void *data)
{
	struct counter *counter = data;
	double root = sqrt(2.0);

	offload__fiber_leave(&counter->fiber);
	counter->reached = root * root > 1.999 && root * root < 2.001;
}

static void floating_point_values_survive(void **state)
{
	struct counter counter = { 0 };

	(void)state;
	begin(&counter.fiber, compute, &counter);
	offload__fiber_enter(&counter.fiber);
	volatile double other = sqrt(3.0);
	assert_true(other > 1.7);
	offload__fiber_enter(&counter.fiber);
	assert_int_equal(counter.reached, 1);
	end(&counter.fiber);
}

static void hundreds_of_fibers_run_side_by_side(void **state)
{
	enum { FIBERS = 500 };
	struct counter *counters = calloc(FIBERS, sizeof *counters);

	(void)state;
	for (int i = 0; i < FIBERS; i++) {
		counters[i].steps = 4;
		begin(&counters[i].fiber, count, &counters[i]);
	}
	for (int step = 0; step < 5; step++)
		for (int i = 0; i < FIBERS; i++)
			offload__fiber_enter(&counters[i].fiber);
	for (int i = 0; i < FIBERS; i++) {
		assert_true(counters[i].fiber.over);
		end(&counters[i].fiber);
	}
	free(counters);
}

static void a_fiber_that_was_never_entered_can_be_finished(void **state)
{
	struct offload__fiber fiber;

	(void)state;
	begin(&fiber, look, &fiber);
	end(&fiber);
}

static void a_stack_that_was_given_back_is_taken_again(void **state)
{
	struct offload__stack_cache cache = { 0 };
	struct offload__stack first, second, larger;

	(void)state;
	assert_int_equal(offload__stack_take(&cache, &first, 64 * 1024, 4096), 0);
	char *base = first.base;
	offload__stack_give(&cache, &first);
	assert_int_equal(offload__stack_take(&cache, &larger, 128 * 1024, 4096), 0);
	assert_ptr_not_equal(larger.base, base);
	assert_int_equal(offload__stack_take(&cache, &second, 64 * 1024, 4096), 0);
	assert_ptr_equal(second.base, base);
	offload__stack_give(&cache, &second);
	offload__stack_give(&cache, &larger); /* of another size: unmapped */
	assert_int_equal(cache.count, 1);
	offload__stack_cache_finish(&cache);
	assert_null(cache.first);
}

static bool is_in_memory(char *page)
{
	unsigned char resident = 0;

	assert_int_equal(mincore(page, 1, &resident), 0);
	return resident & 1;
}

static void of_many_stacks_only_the_first_keep_memory_below_their_top(void **state)
{
	struct offload__stack_cache cache = { 0 };
	struct offload__stack stacks[OFFLOAD__STACK_WHOLE + 3];
	size_t many = sizeof(stacks) / sizeof(*stacks);

	(void)state;
	for (size_t i = 0; i < many; i++) {
		assert_int_equal(offload__stack_take(&cache, &stacks[i], 64 * 1024, 4096), 0);
		memset(stacks[i].base, 1, stacks[i].size);
	}
	for (size_t i = 0; i < many; i++)
		offload__stack_give(&cache, &stacks[i]);
	assert_int_equal(cache.count, many);
	for (size_t i = 0; i < many; i++) {
		assert_int_equal(is_in_memory(stacks[i].base), i < OFFLOAD__STACK_WHOLE);
		assert_true(is_in_memory(stacks[i].base + stacks[i].size - 4096));
	}
	offload__stack_cache_finish(&cache);
}

static void a_size_that_no_system_has_is_refused(void **state)
{
	struct offload__stack stack;

	(void)state;
	assert_int_equal(offload__stack_map(&stack, SIZE_MAX - 10, 4096), -ENOMEM);
	assert_int_equal(offload__stack_map(&stack, (size_t)1 << 60, 4096), -ENOMEM);
}

static void the_guard_is_what_lies_below(void **state)
{
	struct offload__stack stack;

	(void)state;
	assert_int_equal(offload__stack_map(&stack, 64 * 1024, 8192), 0);
	assert_true(offload__stack_guards(&stack, stack.base - 1));
	assert_true(offload__stack_guards(&stack, stack.base - 8192));
	assert_false(offload__stack_guards(&stack, stack.base - 8193));
	assert_false(offload__stack_guards(&stack, stack.base));
	offload__stack_unmap(&stack);
}

static void write_below(void)
{
	struct offload__stack stack;

	signal(SIGSEGV, SIG_DFL);
	if (offload__stack_map(&stack, 64 * 1024, 4096))
		_exit(1);
	*(volatile char *)(stack.base - 1) = 1;
	_exit(2);
}

static void writing_below_a_stack_crashes(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0)
		write_below();
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);
}

static void the_context_is_of_the_kind_this_test_is_built_for(void **state)
{
	(void)state;
	assert_string_equal(offload__context_kind(), CONTEXT_KIND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fiber_keeps_its_place_and_its_locals),
		cmocka_unit_test(a_fiber_goes_from_thread_to_thread),
		cmocka_unit_test(the_current_fiber_is_the_one_whose_code_runs),
		cmocka_unit_test(floating_point_values_survive),
		cmocka_unit_test(hundreds_of_fibers_run_side_by_side),
		cmocka_unit_test(a_fiber_that_was_never_entered_can_be_finished),
		cmocka_unit_test(a_stack_that_was_given_back_is_taken_again),
		cmocka_unit_test(of_many_stacks_only_the_first_keep_memory_below_their_top),
		cmocka_unit_test(a_size_that_no_system_has_is_refused),
		cmocka_unit_test(the_guard_is_what_lies_below),
		cmocka_unit_test(writing_below_a_stack_crashes),
		cmocka_unit_test(the_context_is_of_the_kind_this_test_is_built_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
