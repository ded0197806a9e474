/*
 * naps: while many short tasks are queued a loop looks for what is over by itself instead of being woken for each.
 */
#include "support.h"

#include <poll.h>

#include "adapter.h"

enum { LONG_BACKLOG = 100000000 }; /* ns */

struct counted {
	struct offload__event event;
	int runs;
};

static void count(struct offload__event *event)
{
	((struct counted *)event)->runs++;
}

static struct counted counted(void)
{
	return (struct counted){ .event = { .run = count } };
}

static bool is_readable(struct offload_loop *loop)
{
	struct pollfd readable = { .fd = offload_loop_descriptor(loop), .events = POLLIN };

	return poll(&readable, 1, 0) == 1;
}

/* A loop that has run `first`, behind which as much was queued, and sleeps now, or naps. */
static struct offload_loop *loop_after(struct counted *first, uint64_t backlog)
{
	struct offload_loop *loop = test_loop();

	offload__loop_complete(loop, &first->event, backlog);
	assert_true(test_turn(loop, 1000));
	assert_int_equal(first->runs, 1);
	return loop;
}

static void a_loop_without_backlog_is_woken_for_each(void **state)
{
	struct counted first = counted(), second = counted();
	struct offload_loop *loop = loop_after(&first, 0);

	(void)state;
	assert_false(is_readable(loop));
	offload__loop_complete(loop, &second.event, 0);
	assert_true(is_readable(loop));
	assert_int_equal(offload_loop_dispatch(loop), 1);
	assert_int_equal(second.runs, 1);
	assert_int_equal(offload_loop_free(loop), 0);
}

/* It can be told only as long as the nap, half a millisecond, is not over: on a slow machine that may take some tries. */
static void a_nap_is_not_ended_by_a_completion_but_by_its_end(void **state)
{
	bool slept = false;

	(void)state;
	for (int tries = 0; !slept && tries < 1000; tries++) {
		struct counted first = counted(), second = counted();
		struct offload_loop *loop = loop_after(&first, LONG_BACKLOG);

		offload__loop_complete(loop, &second.event, 0);
		slept = !is_readable(loop);
		assert_true(test_turn(loop, 1000));
		assert_int_equal(second.runs, 1);
		assert_int_equal(offload_loop_free(loop), 0);
	}
	assert_true(slept);
}

static void a_nap_is_ended_by_anything_else(void **state)
{
	struct counted first = counted(), second = counted(), third = counted();
	struct offload_loop *loop = loop_after(&first, LONG_BACKLOG);

	(void)state;
	offload__loop_complete(loop, &second.event, LONG_BACKLOG);
	offload__loop_post(loop, &third.event);
	assert_true(is_readable(loop));
	assert_int_equal(offload_loop_dispatch(loop), 2);
	assert_int_equal(second.runs, 1);
	assert_int_equal(third.runs, 1);
	assert_int_equal(offload_loop_free(loop), 0);
}

/* Nothing came in the last nap: there will be no other, and the first completion wakes the loop. */
static void who_napped_in_vain_sleeps(void **state)
{
	struct counted first = counted(), second = counted();
	struct offload_loop *loop = loop_after(&first, LONG_BACKLOG);

	(void)state;
	while (!is_readable(loop))
		;
	assert_int_equal(offload_loop_dispatch(loop), 0);
	assert_false(is_readable(loop));
	offload__loop_complete(loop, &second.event, 0);
	assert_true(is_readable(loop));
	assert_int_equal(offload_loop_free(loop), 0);
	assert_int_equal(second.runs, 1);
}

static void a_loop_may_be_freed_while_it_naps(void **state)
{
	struct counted first = counted(), second = counted(), third = counted();
	struct offload_loop *loop = loop_after(&first, LONG_BACKLOG);

	(void)state;
	offload__loop_complete(loop, &second.event, LONG_BACKLOG);
	offload__loop_post(loop, &third.event);
	assert_int_equal(offload_loop_free(loop), 0);
	assert_int_equal(second.runs, 1);
	assert_int_equal(third.runs, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loop_without_backlog_is_woken_for_each),
		cmocka_unit_test(a_nap_is_not_ended_by_a_completion_but_by_its_end),
		cmocka_unit_test(a_nap_is_ended_by_anything_else),
		cmocka_unit_test(who_napped_in_vain_sleeps),
		cmocka_unit_test(a_loop_may_be_freed_while_it_naps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
