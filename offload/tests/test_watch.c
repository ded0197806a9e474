/*
 * watch: a loop that stalls is reported, with the stack; one that is idle or busy in small steps is not.
 */
#include "support.h"

#include <execinfo.h>
#include <signal.h>
#include <stdatomic.h>

struct reports {
	atomic_int stalled, over;
	uint64_t duration;
	int depth;
	bool has_symbols;
};

static void note(const struct offload_stall *stall)
{
	struct reports *reports = stall->data;

	assert_true(stall->duration >= 50 * MS);
	if (stall->over) {
		if (stall->duration > reports->duration)
			reports->duration = stall->duration;
		reports->over++;
		return;
	}
	if (stall->depth > reports->depth)
		reports->depth = stall->depth;
	reports->has_symbols |= stall->symbols != NULL;
	reports->stalled++;
}

static void run_for(struct offload_loop *loop, uint64_t ms)
{
	uint64_t until = offload_now() + ms * MS;

	while (offload_now() < until)
		test_turn(loop, 5);
}

/* Sanitizers put signals off until the thread calls something they know: it does. */
static void stall_for(uint64_t ms)
{
	uint64_t until = offload_now() + ms * MS;

	while (offload_now() < until)
		usleep(1000);
}

static void a_stall_is_reported_with_its_stack_and_when_it_is_over(void **state)
{
	struct world world = world_new();
	struct reports reports = { 0 };

	(void)state;
	assert_int_equal(offload_watch(world.loop, 50, note, &reports), 0);
	assert_int_equal(offload_watch(world.loop, 50, note, &reports), -EALREADY);
	run_for(world.loop, 100);
	stall_for(300);
	run_for(world.loop, 100);
	assert_int_equal(offload_loop_free(world.loop), -EBUSY);
	assert_int_equal(offload_unwatch(world.loop), 0);
	assert_int_equal(offload_unwatch(world.loop), -ENOENT);
	assert_true(reports.stalled >= 1); /* more when the machine is so busy that the loop does not come to turn */
	assert_true(reports.over >= 1);
	assert_true(reports.duration >= 200 * MS);
	assert_true(reports.depth > 2);
	assert_true(reports.has_symbols);
	world_free(&world);
}

static void a_loop_that_turns_is_not_reported(void **state)
{
	struct world world = world_new();
	struct reports reports = { 0 };

	(void)state;
	assert_int_equal(offload_watch(world.loop, 2000, note, &reports), 0);
	run_for(world.loop, 100);
	assert_int_equal(offload_unwatch(world.loop), 0);
	assert_int_equal(reports.stalled, 0);
	world_free(&world);
}

static void watching_may_end_while_it_stalls(void **state)
{
	struct world world = world_new();
	struct reports reports = { 0 };

	(void)state;
	assert_int_equal(offload_watch(world.loop, 50, note, &reports), 0);
	stall_for(200);
	assert_int_equal(offload_unwatch(world.loop), 0);
	assert_int_equal(reports.stalled, 1);
	assert_int_equal(reports.over, 0);
	assert_int_equal(offload_watch(world.loop, 2000, note, &reports), 0);
	run_for(world.loop, 20);
	assert_int_equal(offload_unwatch(world.loop), 0);
	world_free(&world);
}

static void a_thread_without_the_signal_has_no_stack(void **state)
{
	struct world world = world_new();
	struct reports reports = { 0 };
	sigset_t urgent;

	(void)state;
	sigemptyset(&urgent);
	sigaddset(&urgent, SIGURG);
	pthread_sigmask(SIG_BLOCK, &urgent, NULL);
	assert_int_equal(offload_watch(world.loop, 50, note, &reports), 0);
	stall_for(400);
	run_for(world.loop, 50);
	assert_int_equal(offload_unwatch(world.loop), 0);
	assert_true(reports.stalled >= 1);
	assert_int_equal(reports.depth, 0);
	pthread_sigmask(SIG_UNBLOCK, &urgent, NULL);
	world_free(&world);
}

static volatile sig_atomic_t own_signals;

static void own_handler(int number)
{
	(void)number;
	own_signals++;
}

static void a_handler_of_the_program_still_gets_its_own(void **state)
{
	struct sigaction own = { .sa_handler = own_handler }, old;
	struct world world = world_new();
	struct reports reports = { 0 };

	(void)state;
	assert_int_equal(sigaction(SIGURG, &own, &old), 0);
	assert_int_equal(offload_watch(world.loop, 50, note, &reports), 0);
	stall_for(200);
	assert_int_equal(own_signals, 0);
	raise(SIGURG);
	assert_int_equal(own_signals, 1);
	assert_int_equal(offload_unwatch(world.loop), 0);
	raise(SIGURG);
	assert_int_equal(own_signals, 2);
	assert_int_equal(sigaction(SIGURG, &old, NULL), 0);
	assert_int_equal(reports.stalled, 1);
	world_free(&world);
}

static void watch_needs_a_threshold_and_a_report(void **state)
{
	struct world world = world_new();

	(void)state;
	assert_int_equal(offload_watch(world.loop, 0, note, NULL), -EINVAL);
	assert_int_equal(offload_watch(world.loop, 1, NULL, NULL), -EINVAL);
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stall_is_reported_with_its_stack_and_when_it_is_over),
		cmocka_unit_test(a_loop_that_turns_is_not_reported),
		cmocka_unit_test(watching_may_end_while_it_stalls),
		cmocka_unit_test(a_thread_without_the_signal_has_no_stack),
		cmocka_unit_test(a_handler_of_the_program_still_gets_its_own),
		cmocka_unit_test(watch_needs_a_threshold_and_a_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
