/*
 * OFFLOAD_FUNCTION: arguments arrive, results come back by value, and on a worker the function runs where it is.
 */
#include "support.h"

#include <pthread.h>

#include "function_types.h"

static pthread_t ran_on;

struct digest digest_of(const char *text, int salt)
{
	struct digest digest = { { 0 } };

	ran_on = pthread_self();
	for (int i = 0; i < 32; i++)
		digest.bytes[i] = (unsigned char)(text[0] + salt + i);
	return digest;
}

int sum_of_eight(signed char a, short b, int c, long d, float e, double f, const char *g, struct digest h)
{
	return a + b + c + (int)d + (int)e + (int)f + g[0] + h.bytes[0];
}

const char *no_arguments(void)
{
	return "none";
}

void no_value(int *counter)
{
	++*counter;
}

static int calls_of_neither;

void neither(void)
{
	calls_of_neither++;
}

void *a_pointer_and_a_function(void *data, compare *function)
{
	return function(data, data) == 0 ? data : NULL;
}

bool is_big(struct digest digest)
{
	return digest.bytes[0] > 100;
}

#ifndef WITHOUT_CXX
int run_from_cpp(struct offload_loop *loop);
#else
static int run_from_cpp(struct offload_loop *unused)
{
	(void)unused;
	skip();
	return 0;
}
#endif

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

static void on_digest(struct digest_of_call *call)
{
	assert_true(on_digest == call->done);
	assert_int_equal(call->task.result, 0);
	assert_string_equal(call->arguments.text, "x");
	*(int *)call->data += call->value.bytes[31];
}

static void a_struct_comes_back_by_value(void **state)
{
	struct digest_of_call call = { 0 };
	int last = 0;

	(void)state;
	assert_int_equal(digest_of_offload(loop, &call, "x", 3, on_digest, &last), 0);
	test_run(loop);
	assert_int_equal(last, 'x' + 3 + 31);
	assert_false(pthread_equal(ran_on, pthread_self()));
}

static void a_call_can_be_used_again(void **state)
{
	struct digest_of_call call = { 0 };
	int sum = 0;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(digest_of_offload(loop, &call, "x", i, on_digest, &sum), 0);
		test_run(loop);
	}
	assert_int_equal(sum, 3 * ('x' + 31) + 3);
}

static void on_sum(struct sum_of_eight_call *call)
{
	*(int *)call->data = call->value;
}

static void eight_arguments_arrive(void **state)
{
	struct sum_of_eight_call call = { 0 };
	struct digest digest = { { 100 } };
	int sum = 0;

	(void)state;
	assert_int_equal(sum_of_eight_offload(loop, &call, -1, 2, 3, 4, 5.5f, 6.5, "!", digest, on_sum, &sum), 0);
	test_run(loop);
	assert_int_equal(sum, -1 + 2 + 3 + 4 + 5 + 6 + '!' + 100);
}

static void on_cancelled(struct no_value_call *call)
{
	*(int *)call->data = call->task.result;
}

static void a_call_that_never_began_says_so(void **state)
{
	struct offload_limiter *none = offload_limiter_new("none", 0, NULL);
	struct no_value_call call = { 0 };
	int counter = 0, result = 0;

	(void)state;
	call.task.limiter = none;
	assert_int_equal(no_value_offload(loop, &call, &counter, on_cancelled, &result), 0);
	assert_int_equal(offload_cancel(&call.task), 0);
	test_run(loop);
	assert_int_equal(result, -ECANCELED);
	assert_int_equal(counter, 0);
	assert_int_equal(offload_limiter_free(none), 0);
}

static void without_done_it_is_refused_on_the_loop(void **state)
{
	struct neither_call call = { 0 };

	(void)state;
	assert_int_equal(neither_offload(loop, &call, NULL, NULL), -EINVAL);
}

/* ---- on a worker ------------------------------------------------------------------------------------------------------ */

struct nested {
	struct offload_task task;
	struct digest_of_call with_done;
	struct no_value_call without;
	pthread_t worker, done_on;
	int counter, last, before_done;
};

static void on_nested_digest(struct digest_of_call *call)
{
	struct nested *nested = call->data;

	nested->done_on = pthread_self();
	nested->last = call->value.bytes[0];
}

static int call_from_work(struct offload_task *task)
{
	struct nested *nested = task->data;

	nested->worker = pthread_self();
	assert_int_equal(no_value_offload(loop, &nested->without, &nested->counter, NULL, NULL), OFFLOAD_INLINE);
	assert_int_equal(digest_of_offload(loop, &nested->with_done, "y", 0, on_nested_digest, nested), OFFLOAD_INLINE);
	assert_true(pthread_equal(ran_on, nested->worker));
	nested->before_done = nested->with_done.value.bytes[0];
	return 0;
}

static void nothing(struct offload_task *task)
{
	(void)task;
}

static void on_a_worker_it_runs_at_once_and_done_still_on_the_loop(void **state)
{
	struct nested nested = { .counter = 0 };

	(void)state;
	offload_task_init(&nested.task, call_from_work, nothing, &nested);
	assert_int_equal(offload_submit(loop, &nested.task), 0);
	test_run(loop);
	assert_int_equal(nested.counter, 1);
	assert_int_equal(nested.before_done, 'y');
	assert_int_equal(nested.last, 'y');
	assert_true(pthread_equal(nested.done_on, pthread_self()));
}

/* ---- in a coroutine --------------------------------------------------------------------------------------------------- */

static void await_them(void *data)
{
	struct digest_of_call digest = { 0 };
	struct no_arguments_call none = { 0 };
	struct neither_call neither = { 0 };
	int *steps = data;

	*steps += digest_of_await(&digest, "z", 1) == 0 && digest.value.bytes[0] == 'z' + 1;
	*steps += no_arguments_await(&none) == 0 && strcmp(none.value, "none") == 0;
	*steps += neither_await(&neither) == 0 && calls_of_neither == 1;
	OFFLOAD_SCOPE(NULL) {
		*steps += neither_await(&neither) == 0 && calls_of_neither == 2;
	}
}

static void a_coroutine_awaits_it_and_a_scope_runs_it_in_place(void **state)
{
	int steps = 0;

	(void)state;
	assert_int_equal(offload_go(loop, await_them, &steps, NULL), 0);
	test_run(loop);
	assert_int_equal(steps, 4);
}

static int same(const void *a, const void *b)
{
	return a != b;
}

static void on_pointer(struct a_pointer_and_a_function_call *call)
{
	*(void **)call->data = call->value;
}

static void pointers_to_functions_are_arguments_too(void **state)
{
	struct a_pointer_and_a_function_call call = { 0 };
	void *value = NULL;

	(void)state;
	assert_int_equal(a_pointer_and_a_function_offload(loop, &call, &call, same, on_pointer, &value), 0);
	test_run(loop);
	assert_ptr_equal(value, &call);
}

static void cpp_callers_can_use_it(void **state)
{
	(void)state;
	assert_int_equal(run_from_cpp(loop), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_loop, free_loop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_struct_comes_back_by_value),
		TEST(a_call_can_be_used_again),
		TEST(eight_arguments_arrive),
		TEST(a_call_that_never_began_says_so),
		TEST(without_done_it_is_refused_on_the_loop),
		TEST(on_a_worker_it_runs_at_once_and_done_still_on_the_loop),
		TEST(a_coroutine_awaits_it_and_a_scope_runs_it_in_place),
		TEST(pointers_to_functions_are_arguments_too),
		TEST(cpp_callers_can_use_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
