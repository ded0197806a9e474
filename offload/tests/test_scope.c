/*
 * OFFLOAD_SCOPE: the block runs on a worker, and whatever way one leaves it, one is on the loop after it.
 */
#include "support.h"

#include <fcntl.h>
#include <pthread.h>

static struct offload_loop *loop;
static pthread_t loop_thread;

/* Not inlined: to the compiler pthread_self() never changes within a function. */
static __attribute__((noinline, noclone)) bool on_the_loop(void)
{
	return pthread_equal(pthread_self(), loop_thread);
}

/* Threads of a pool are called after it. */
static __attribute__((noinline, noclone)) bool on_pool(const char *name)
{
	char thread[16];

	return pthread_getname_np(pthread_self(), thread, sizeof(thread)) == 0 &&
	       strncmp(thread, name, strlen(name)) == 0;
}

static int make_loop(void **state)
{
	(void)state;
	loop = test_loop();
	loop_thread = pthread_self();
	return 0;
}

static int free_loop(void **state)
{
	(void)state;
	assert_int_equal(offload_loop_pending(loop), 0);
	return offload_loop_free(loop);
}

static struct offload_pool *make_pool(const char *name, unsigned threads)
{
	const struct offload_pool_options options = { .name = name, .max_threads = threads };
	struct offload_pool *pool = offload_pool_new(&options, NULL);

	assert_non_null(pool);
	return pool;
}

static void go_and_run(void (*function)(void *data), void *data)
{
	assert_int_equal(offload_go(loop, function, data, NULL), 0);
	test_run(loop);
}

/* ---- ways in and out -------------------------------------------------------------------------------------------------- */

static void through_the_end(void *data)
{
	int local = 5, *inside = data;

	OFFLOAD_SCOPE(NULL) {
		*inside = !on_the_loop() && local == 5;
		local = 6;
	}
	assert_true(on_the_loop());
	assert_int_equal(local, 6);
	assert_int_equal(offload_scope_error(), 0);
}

static void by_break(void *data)
{
	int *inside = data;

	OFFLOAD_SCOPE(NULL) {
		*inside = !on_the_loop();
		if (*inside)
			break;
		fail();
	}
	assert_true(on_the_loop());
}

static void by_continue(void *data)
{
	int *inside = data, rounds = 0;

	for (int i = 0; i < 3; i++) {
		OFFLOAD_SCOPE(NULL) {
			*inside = !on_the_loop();
			if (*inside)
				continue;
			fail();
		}
		assert_true(on_the_loop());
		rounds++;
	}
	assert_int_equal(rounds, 3);
}

static void by_goto(void *data)
{
	int *inside = data;

	for (;;) {
		OFFLOAD_SCOPE(NULL) {
			*inside = !on_the_loop();
			goto out;
		}
	}
out:
	assert_true(on_the_loop());
}

static bool not_on_the_loop(void)
{
	return !on_the_loop();
}

static bool return_from_inside(void)
{
	OFFLOAD_SCOPE(NULL) {
		return not_on_the_loop();
	}
	return false;
}

static void by_return(void *data)
{
	*(int *)data = return_from_inside();
	assert_true(on_the_loop());
}

static void every_way_out_leads_back_to_the_loop(void **state)
{
	static void (*const ways[])(void *data) = { through_the_end, by_break, by_continue, by_goto, by_return };

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		int inside = 0;

		go_and_run(ways[i], &inside);
		assert_int_equal(inside, 1);
	}
}

static void set_errno_inside(void *data)
{
	OFFLOAD_SCOPE(NULL) {
		*(int *)data = open("/nowhere/at/all", 0);
		assert_int_equal(offload_errno(), ENOENT);
	}
	assert_int_equal(offload_errno(), ENOENT);
}

static void errno_comes_along(void **state)
{
	int result = 0;

	(void)state;
	go_and_run(set_errno_inside, &result);
	assert_int_equal(result, -1);
}

/* ---- given pools, inside each other ----------------------------------------------------------------------------------- */

struct pools {
	struct offload_pool *a, *b;
	struct offload_limiter *limiter;
	struct offload_coroutine *coroutine;
	sem_t inside, go_on;
	int steps;
};

static void use_a_given_pool(void *data)
{
	struct pools *pools = data;
	struct offload_limiter_usage stats;

	OFFLOAD_SCOPE(pools->a, pools->limiter) {
		offload_limiter_stats(pools->limiter, &stats);
		pools->steps += on_pool("alpha") && stats.held == 1;
	}
}

static void a_scope_uses_the_pool_and_the_limiter_it_is_given(void **state)
{
	struct pools pools = { .a = make_pool("alpha", 1), .limiter = offload_limiter_new("disk", 1, NULL) };

	(void)state;
	go_and_run(use_a_given_pool, &pools);
	assert_int_equal(pools.steps, 1);
	assert_int_equal(offload_limiter_free(pools.limiter), 0);
	assert_int_equal(offload_pool_free(pools.a), 0);
}

static void nest(void *data)
{
	struct pools *pools = data;

	OFFLOAD_SCOPE(pools->a) {
		pools->steps += on_pool("alpha");
		OFFLOAD_SCOPE(pools->b) {
			pools->steps += on_pool("beta");
		}
		pools->steps += on_pool("alpha");
		OFFLOAD_SCOPE(NULL) {
			pools->steps += on_pool("alpha");
		}
		OFFLOAD_SCOPE(pools->a) {
			pools->steps += on_pool("alpha");
		}
	}
	pools->steps += on_the_loop();
}

static void nested_scopes_go_from_pool_to_pool_and_back(void **state)
{
	struct pools pools = { .a = make_pool("alpha", 1), .b = make_pool("beta", 1) };

	(void)state;
	go_and_run(nest, &pools);
	assert_int_equal(pools.steps, 6);
	assert_int_equal(offload_pool_free(pools.a), 0);
	assert_int_equal(offload_pool_free(pools.b), 0);
}

static int leave_both(struct pools *pools, bool jump)
{
	OFFLOAD_SCOPE(pools->a) {
		OFFLOAD_SCOPE(pools->b) {
			if (jump)
				goto out;
			return on_pool("beta");
		}
	}
	return 0;
out:
	return on_the_loop() ? 1 : 0;
}

static void leave_both_ways(void *data)
{
	struct pools *pools = data;

	pools->steps += leave_both(pools, true);
	assert_true(on_the_loop());
	pools->steps += leave_both(pools, false);
	assert_true(on_the_loop());
}

static void goto_and_return_leave_nested_scopes(void **state)
{
	struct pools pools = { .a = make_pool("alpha", 1), .b = make_pool("beta", 1) };

	(void)state;
	go_and_run(leave_both_ways, &pools);
	assert_int_equal(pools.steps, 2);
	offload_pool_free(pools.a);
	offload_pool_free(pools.b);
}

static void a_then_b(void *data)
{
	struct pools *pools = data;

	OFFLOAD_SCOPE(pools->a) {
		OFFLOAD_SCOPE(pools->b) {
			usleep(100);
		}
	}
	pools->steps++;
}

static void b_then_a(void *data)
{
	struct pools *pools = data;

	OFFLOAD_SCOPE(pools->b) {
		OFFLOAD_SCOPE(pools->a) {
			usleep(100);
		}
	}
	pools->steps++;
}

static void pools_of_one_thread_never_wait_for_each_other(void **state)
{
	struct pools pools = { .a = make_pool("alpha", 1), .b = make_pool("beta", 1) };

	(void)state;
	for (int i = 0; i < 50; i++) {
		assert_int_equal(offload_go(loop, a_then_b, &pools, NULL), 0);
		assert_int_equal(offload_go(loop, b_then_a, &pools, NULL), 0);
	}
	test_run(loop);
	assert_int_equal(pools.steps, 100);
	offload_pool_free(pools.a);
	offload_pool_free(pools.b);
}

/* ---- skipped ---------------------------------------------------------------------------------------------------------- */

static void enter_a(void *data)
{
	struct pools *pools = data;

	OFFLOAD_SCOPE(pools->a)
		pools->steps = 1000;
	assert_true(on_the_loop());
	pools->steps += offload_scope_error();
}

static void a_scope_on_a_pool_that_was_shut_down_is_skipped(void **state)
{
	struct pools pools = { .a = make_pool("alpha", 1) };

	(void)state;
	assert_int_equal(offload_pool_shutdown(pools.a, UINT64_MAX), 0);
	go_and_run(enter_a, &pools);
	assert_int_equal(pools.steps, -ECANCELED);
	offload_pool_free(pools.a);
}

static int block(struct offload_task *task)
{
	struct pools *pools = task->data;

	sem_post(&pools->inside);
	sem_wait(&pools->go_on);
	return 0;
}

static void nothing(struct offload_task *task)
{
	(void)task;
}

/* The only thread of pool a is busy until go_on. */
static void occupy(struct pools *pools, struct offload_task *task)
{
	sem_init(&pools->inside, 0, 0);
	sem_init(&pools->go_on, 0, 0);
	offload_task_init(task, block, nothing, pools);
	task->pool = pools->a;
	assert_int_equal(offload_submit(loop, task), 0);
	sem_wait(&pools->inside);
}

static void a_scope_that_finds_the_queue_full_is_skipped(void **state)
{
	const struct offload_pool_options options = { .max_threads = 1, .queue_limit = 1 };
	struct pools pools = { .a = offload_pool_new(&options, NULL) };
	struct offload_task running, queued;

	(void)state;
	occupy(&pools, &running);
	offload_task_init(&queued, block, nothing, &pools);
	queued.pool = pools.a;
	assert_int_equal(offload_submit(loop, &queued), 0);
	assert_int_equal(offload_go(loop, enter_a, &pools, NULL), 0);
	assert_true(test_turn(loop, 1000));
	assert_int_equal(pools.steps, -EAGAIN);
	sem_post(&pools.go_on);
	sem_post(&pools.go_on);
	test_run(loop);
	offload_pool_free(pools.a);
}

static void a_coroutine_cancelled_while_its_scope_waits_for_a_thread_skips_it(void **state)
{
	struct pools pools = { .a = make_pool("alpha", 1) };
	const struct offload_go_options options = { .coroutine = &pools.coroutine };
	struct offload_task running;

	(void)state;
	occupy(&pools, &running);
	assert_int_equal(offload_go(loop, enter_a, &pools, &options), 0);
	assert_true(test_turn(loop, 1000));
	assert_int_equal(offload_coroutine_cancel(pools.coroutine), 0);
	assert_true(test_turn(loop, 1000));
	assert_int_equal(pools.steps, -ECANCELED);
	sem_post(&pools.go_on);
	test_run(loop);
	offload_pool_free(pools.a);
}

static void inner_is_refused(void *data)
{
	struct pools *pools = data;

	OFFLOAD_SCOPE(pools->a) {
		OFFLOAD_SCOPE(pools->b) {
			fail();
		}
		pools->steps += on_pool("alpha") && offload_scope_error() == -ECANCELED;
	}
	pools->steps += on_the_loop() && offload_scope_error() == 0;
}

static void an_inner_scope_that_is_skipped_leaves_one_in_the_outer(void **state)
{
	struct pools pools = { .a = make_pool("alpha", 1), .b = make_pool("beta", 1) };

	(void)state;
	assert_int_equal(offload_pool_shutdown(pools.b, UINT64_MAX), 0);
	go_and_run(inner_is_refused, &pools);
	assert_int_equal(pools.steps, 2);
	offload_pool_free(pools.a);
	offload_pool_free(pools.b);
}

static void a_scope_is_skipped_where_there_is_neither_coroutine_nor_worker(void **state)
{
	(void)state;
	OFFLOAD_SCOPE(NULL)
		fail();
	assert_int_equal(offload_scope_error(), -EPERM);
}

static int scope_in_work(struct offload_task *task)
{
	pthread_t before = pthread_self();

	OFFLOAD_SCOPE(NULL)
		return pthread_equal(before, pthread_self()) && offload_scope_error() == 0;
	(void)task;
	return 0;
}

static void keep_result(struct offload_task *task)
{
	*(int *)task->data = task->result;
}

static void a_scope_in_work_runs_where_it_is(void **state)
{
	struct offload_task task;
	int result = -1;

	(void)state;
	offload_task_init(&task, scope_in_work, keep_result, &result);
	assert_int_equal(offload_submit(loop, &task), 0);
	test_run(loop);
	assert_int_equal(result, 1);
}

static void wait_inside(void *data)
{
	struct offload_waiter waiter;
	struct offload_task task;
	int *errors = data;

	offload_waiter_init(&waiter, NULL, NULL);
	OFFLOAD_SCOPE(NULL) {
		offload_task_init(&task, scope_in_work, NULL, NULL);
		errors[0] = offload_await(&task);
		errors[1] = offload_sleep(1);
		errors[2] = offload_suspend(&waiter);
	}
}

static void waiting_inside_a_scope_is_refused(void **state)
{
	int errors[3] = { 0 };

	(void)state;
	go_and_run(wait_inside, errors);
	for (int i = 0; i < 3; i++)
		assert_int_equal(errors[i], -EDEADLK);
	assert_non_null(strstr(offload_strerror(errors[0]), "attempted to await"));
}

/* ---- the end comes while inside --------------------------------------------------------------------------------------- */

static void wait_for_cancel(void *data)
{
	struct pools *pools = data;

	OFFLOAD_SCOPE(pools->a) {
		sem_post(&pools->inside);
		while (!offload_cancelled())
			usleep(1000);
		pools->steps++;
	}
	pools->steps += offload_scope_error() == 0;
	OFFLOAD_SCOPE(pools->a)
		fail();
	pools->steps += offload_scope_error() == -ECANCELED;
	pools->steps += offload_sleep(1) == -ECANCELED;
}

static void a_coroutine_cancelled_inside_is_asked_there_and_skips_the_next(void **state)
{
	struct pools pools = { .a = make_pool("alpha", 1) };
	const struct offload_go_options options = { .coroutine = &pools.coroutine };

	(void)state;
	sem_init(&pools.inside, 0, 0);
	assert_int_equal(offload_go(loop, wait_for_cancel, &pools, &options), 0);
	assert_true(test_turn(loop, 1000));
	sem_wait(&pools.inside);
	assert_int_equal(offload_coroutine_cancel(pools.coroutine), 0);
	test_run(loop);
	assert_int_equal(pools.steps, 4);
	offload_pool_free(pools.a);
}

static void wait_in_the_inner(void *data)
{
	struct pools *pools = data;

	OFFLOAD_SCOPE(pools->a) {
		OFFLOAD_SCOPE(pools->b) {
			sem_post(&pools->inside);
			sem_wait(&pools->go_on);
		}
		pools->steps += !on_the_loop();
		pools->steps += 10 * offload_cancelled();
	}
	pools->steps += on_the_loop();
}

/* Runs `end` while a coroutine is in the inner one of two scopes. */
static int end_while_in_the_inner(void (*end)(struct pools *pools))
{
	struct pools pools = { .a = make_pool("alpha", 1), .b = make_pool("beta", 1) };
	const struct offload_go_options options = { .coroutine = &pools.coroutine };
	bool waits = false;

	sem_init(&pools.inside, 0, 0);
	sem_init(&pools.go_on, 0, 0);
	assert_int_equal(offload_go(loop, wait_in_the_inner, &pools, &options), 0);
	while (!waits) {
		assert_true(test_turn(loop, 1000) || true);
		waits = sem_trywait(&pools.inside) == 0;
	}
	end(&pools);
	sem_post(&pools.go_on);
	test_run(loop);
	assert_int_equal(offload_pool_free(pools.a), 0);
	assert_int_equal(offload_pool_free(pools.b), 0);
	return pools.steps;
}

static void cancel_it(struct pools *pools)
{
	assert_int_equal(offload_coroutine_cancel(pools->coroutine), 0);
}

static void shut_a_down(struct pools *pools)
{
	assert_int_equal(offload_pool_shutdown(pools->a, UINT64_MAX), 0);
}

static void shut_the_loop_down(struct pools *pools)
{
	(void)pools;
	assert_int_equal(offload_loop_shutdown(loop), 0);
}

static void what_follows_an_inner_scope_runs_on_a_worker_in_any_case(void **state)
{
	(void)state;
	assert_int_equal(end_while_in_the_inner(cancel_it), 12);
	assert_int_equal(end_while_in_the_inner(shut_a_down), 2);
	assert_int_equal(end_while_in_the_inner(shut_the_loop_down), 12);
}

static void come_back_to_a_limiter(void *data)
{
	struct pools *pools = data;

	OFFLOAD_SCOPE(pools->a, pools->limiter) {
		OFFLOAD_SCOPE(pools->b) {
			sem_post(&pools->inside);
			sem_wait(&pools->go_on);
		}
		pools->steps += !on_the_loop() && offload_cancelled();
	}
}

/* The coroutine has its token and waits for the one thread of pool a, which is busy. */
static void cancelled_on_its_way_back_it_keeps_its_token_until_it_is_done(void **state)
{
	struct pools pools = { .a = make_pool("alpha", 1), .b = make_pool("beta", 1) };
	struct pools blocked = { .a = pools.a };
	const struct offload_go_options options = { .coroutine = &pools.coroutine };
	struct offload_limiter_usage usage;
	struct offload_stats stats = { 0 };
	struct offload_task running;

	(void)state;
	pools.limiter = offload_limiter_new("disk", 1, NULL);
	sem_init(&pools.inside, 0, 0);
	sem_init(&pools.go_on, 0, 0);
	assert_int_equal(offload_go(loop, come_back_to_a_limiter, &pools, &options), 0);
	while (sem_trywait(&pools.inside) != 0)
		test_turn(loop, 10);
	occupy(&blocked, &running);
	sem_post(&pools.go_on);
	for (; stats.queued == 0; offload_pool_stats(pools.a, &stats))
		test_turn(loop, 10);
	assert_int_equal(offload_coroutine_cancel(pools.coroutine), 0);
	offload_limiter_stats(pools.limiter, &usage);
	assert_int_equal(usage.held, 1);
	sem_post(&blocked.go_on);
	test_run(loop);
	assert_int_equal(pools.steps, 1);
	offload_limiter_stats(pools.limiter, &usage);
	assert_int_equal(usage.held, 0);
	assert_int_equal(offload_limiter_free(pools.limiter), 0);
	offload_pool_free(pools.a);
	offload_pool_free(pools.b);
}

/* ---- many ------------------------------------------------------------------------------------------------------------- */

static void hop_often(void *data)
{
	int *sum = data;

	for (int i = 0; i < 20; i++) {
		OFFLOAD_SCOPE(NULL)
			*sum += i;
		offload_sleep(i % 4);
	}
}

static void hundreds_hop_at_once(void **state)
{
	enum { MANY = 300 };
	static int sums[MANY];

	(void)state;
	for (int i = 0; i < MANY; i++)
		assert_int_equal(offload_go(loop, hop_often, &sums[i], NULL), 0);
	test_run(loop);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(sums[i], 190);
}

/* ---- a group ------------------------------------------------------------------------------------------------------------ */

static int began;

static void begin_and_stay(void *pool)
{
	OFFLOAD_SCOPE(pool) {
		__atomic_add_fetch(&began, 1, __ATOMIC_RELAXED);
		while (!offload_cancelled())
			;
	}
}

static void take_long_to_cancel(struct offload_waiter *waiter)
{
	usleep(20000);
	offload_resume(waiter, -ECANCELED);
}

static void wait_for_nothing(void *data)
{
	struct offload_waiter waiter;

	(void)data;
	offload_waiter_init(&waiter, take_long_to_cancel, NULL);
	assert_int_equal(offload_suspend(&waiter), -ECANCELED);
}

/* A thread that is asked to stop shall not begin with the next of them. */
static void a_group_cancels_the_scopes_that_wait_before_those_that_run(void **state)
{
	struct offload_pool *pool = make_pool("group", 1);
	struct offload_group group;
	const struct offload_go_options options = { .group = &group };

	(void)state;
	began = 0;
	assert_int_equal(offload_group_init(&group, loop), 0);
	assert_int_equal(offload_go(loop, begin_and_stay, pool, &options), 0);
	assert_int_equal(offload_go(loop, wait_for_nothing, NULL, &options), 0);
	assert_int_equal(offload_go(loop, begin_and_stay, pool, &options), 0);
	assert_true(test_turn(loop, 30000));
	while (__atomic_load_n(&began, __ATOMIC_RELAXED) == 0)
		usleep(100);
	assert_int_equal(offload_group_cancel(&group), 3);
	test_run(loop);
	assert_int_equal(began, 1);
	assert_int_equal(offload_pool_free(pool), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_loop, free_loop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_way_out_leads_back_to_the_loop),
		TEST(errno_comes_along),
		TEST(a_scope_uses_the_pool_and_the_limiter_it_is_given),
		TEST(nested_scopes_go_from_pool_to_pool_and_back),
		TEST(goto_and_return_leave_nested_scopes),
		TEST(pools_of_one_thread_never_wait_for_each_other),
		TEST(a_scope_on_a_pool_that_was_shut_down_is_skipped),
		TEST(a_scope_that_finds_the_queue_full_is_skipped),
		TEST(a_coroutine_cancelled_while_its_scope_waits_for_a_thread_skips_it),
		TEST(an_inner_scope_that_is_skipped_leaves_one_in_the_outer),
		TEST(a_scope_is_skipped_where_there_is_neither_coroutine_nor_worker),
		TEST(a_scope_in_work_runs_where_it_is),
		TEST(waiting_inside_a_scope_is_refused),
		TEST(a_coroutine_cancelled_inside_is_asked_there_and_skips_the_next),
		TEST(what_follows_an_inner_scope_runs_on_a_worker_in_any_case),
		TEST(cancelled_on_its_way_back_it_keeps_its_token_until_it_is_done),
		TEST(hundreds_hop_at_once),
		TEST(a_group_cancels_the_scopes_that_wait_before_those_that_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
