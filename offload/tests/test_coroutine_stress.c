/*
 * Coroutines at random: scopes in scopes on small pools, awaits, sleeps, what the loop completes, children; cancelled at
 * random, and at last all together with the loop. Each ends once, runs on the loop outside of scopes and on a worker inside.
 *
 *	OFFLOAD_STRESS_OPERATIONS   how many coroutines (3,000)
 *	OFFLOAD_STRESS_SEED         which; printed (threads still race as they like)
 */
#include "support.h"

#include <pthread.h>
#include <stdio.h>

enum { LIVE = 64, STEPS = 6 };

static struct offload_loop *loop;
static struct offload_pool *pools[3]; /* the last is the loop's own */
static struct offload_limiter *limiter;
static pthread_t loop_thread;
static uint64_t random_state;
static int started, ended, to_start;

struct walker {
	uint64_t random; /* its own: it is on any thread */
	struct offload_coroutine *coroutine;
	struct offload_waiter waiter;
	bool waits, used;
};

static struct walker walkers[LIVE];

static unsigned draw(uint64_t *state, unsigned below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*state >> 33) % below;
}

static __attribute__((noinline, noclone)) bool on_the_loop(void)
{
	return pthread_equal(pthread_self(), loop_thread);
}

static void expect_one_of(int error)
{
	if (error != 0 && error != -ECANCELED && error != -EAGAIN && error != -ETIMEDOUT)
		fail_msg("%s", strerror(-error));
}

static int work(struct offload_task *task)
{
	usleep((unsigned)(uintptr_t)task->data);
	return offload_cancelled() ? -ECANCELED : 0;
}

static void await_something(struct walker *walker)
{
	struct offload_task task;

	offload_task_init(&task, work, NULL, (void *)(uintptr_t)draw(&walker->random, 300));
	task.pool = pools[draw(&walker->random, 3)];
	if (draw(&walker->random, 2))
		task.limiter = limiter;
	if (draw(&walker->random, 3) == 0)
		task.deadline = offload_now() + draw(&walker->random, 200000);
	expect_one_of(offload_await(&task));
}

static void go_inside(struct walker *walker, int depth)
{
	struct offload_pool *pool = pools[draw(&walker->random, 3)];
	int way = (int)draw(&walker->random, 4);

	OFFLOAD_SCOPE(pool, draw(&walker->random, 3) ? NULL : limiter) {
		if (on_the_loop() || offload_sleep(1) != -EDEADLK)
			fail();
		usleep(draw(&walker->random, 100));
		if (depth < 2 && draw(&walker->random, 2))
			go_inside(walker, depth + 1);
		if (on_the_loop())
			fail();
		if (way == 0)
			return;
		if (way == 1)
			break;
	}
	expect_one_of(offload_scope_error());
}

static void stop_waiting(struct offload_waiter *waiter)
{
	offload_resume(waiter, -ECANCELED);
}

static void wait_for_the_loop(struct walker *walker)
{
	offload_waiter_init(&walker->waiter, stop_waiting, NULL);
	walker->waits = true;
	expect_one_of(offload_suspend(&walker->waiter));
	walker->waits = false;
}

static void walk(void *data)
{
	struct walker *walker = data;

	for (int i = 0; i < STEPS; i++) {
		switch (draw(&walker->random, 5)) {
		case 0:
			await_something(walker);
			break;
		case 1:
			expect_one_of(offload_sleep(draw(&walker->random, 500000)));
			break;
		case 2:
			wait_for_the_loop(walker);
			break;
		default:
			go_inside(walker, 0);
		}
		assert_true(on_the_loop());
		offload_shield(draw(&walker->random, 8) == 0);
	}
	walker->used = false;
	ended++;
}

static void start_one(struct walker *walker)
{
	const struct offload_go_options options = { .coroutine = &walker->coroutine, .stack_size = 64 * 1024 };

	*walker = (struct walker){ .random = random_state ^ (uint64_t)started, .used = true };
	assert_int_equal(offload_go(loop, walk, walker, &options), 0);
	started++;
}

static void disturb(void)
{
	struct walker *walker = &walkers[draw(&random_state, LIVE)];

	if (!walker->used) {
		if (started < to_start)
			start_one(walker);
	} else if (walker->waits && draw(&random_state, 2)) {
		offload_resume(&walker->waiter, 0); /* -EALREADY if it was */
	} else if (draw(&random_state, 8) == 0) {
		assert_int_equal(offload_coroutine_cancel(walker->coroutine), 0);
	}
}

static void resume_all(void)
{
	for (int i = 0; i < LIVE; i++)
		if (walkers[i].waits)
			offload_resume(&walkers[i].waiter, 0);
}

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void every_one_ends_once_on_the_right_thread(void **state)
{
	uint64_t seed = number("OFFLOAD_STRESS_SEED", offload_now() % 1000000007);

	(void)state;
	to_start = (int)number("OFFLOAD_STRESS_OPERATIONS", 3000);
	printf("coroutine stress: OFFLOAD_STRESS_SEED=%llu\n", (unsigned long long)seed);
	random_state = seed;
	while (started < to_start) {
		for (int i = 0; i < 8; i++)
			disturb();
		test_turn(loop, 1);
	}
	assert_int_equal(offload_loop_shutdown(loop), 0);
	while (offload_loop_pending(loop) > 0) {
		resume_all(); /* who is shielded waits in spite of the shutdown */
		test_turn(loop, 10);
	}
	assert_int_equal(ended, started);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_one_ends_once_on_the_right_thread) };
	const struct offload_pool_options one = { .name = "one", .max_threads = 1, .queue_limit = 4 };
	const struct offload_pool_options two = { .name = "two", .max_threads = 2, .queue_limit = 16 };
	int failed;

	loop_thread = pthread_self();
	loop = test_loop();
	pools[0] = offload_pool_new(&one, NULL);
	pools[1] = offload_pool_new(&two, NULL);
	limiter = offload_limiter_new("limiter", 2, NULL);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (failed)
		return failed;
	if (offload_loop_free(loop) || offload_pool_free(pools[0]) || offload_pool_free(pools[1]))
		return 1;
	return offload_limiter_free(limiter) != 0;
}
