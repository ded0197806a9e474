/*
 * fork: the child has inert copies, may free them, and may begin anew; the parent notices nothing. A check that fails in
 * the child is the number of its line in the child's exit status.
 */
#include "support.h"

#include <sys/wait.h>

#define CHILD_CHECK(condition)                                                                                         \
	do {                                                                                                           \
		if (!(condition))                                                                                      \
			_exit(__LINE__ % 255 + 1);                                                                     \
	} while (0)

struct before {
	struct offload_loop *loop;
	struct offload_pool *pool;
	struct offload_limiter *limiter;
	struct job running, queued, limited, fresh;
};

static void nothing(const struct offload_stall *stall)
{
	(void)stall;
}

static int zero(void *data)
{
	(void)data;
	return 0;
}

static void child_finds_all_inert(struct before *before)
{
	struct offload_stats stats;
	struct offload_group group;

	CHILD_CHECK(offload_submit(before->loop, &before->fresh.task) == -ECHILD);
	CHILD_CHECK(offload_cancel(&before->running.task) == -ECHILD);
	CHILD_CHECK(offload_cancel(&before->queued.task) == -ECHILD);
	CHILD_CHECK(offload_loop_dispatch(before->loop) == -ECHILD);
	CHILD_CHECK(offload_loop_shutdown(before->loop) == -ECHILD);
	CHILD_CHECK(offload_loop_adopt(before->loop) == -ECHILD);
	CHILD_CHECK(offload_call_loop(before->loop, zero, NULL) == -ECHILD);
	CHILD_CHECK(offload_watch(before->loop, 1, nothing, NULL) == -ECHILD);
	CHILD_CHECK(offload_group_init(&group, before->loop) == -ECHILD);
	CHILD_CHECK(offload_limiter_set(before->limiter, 9) == -ECHILD);
	CHILD_CHECK(offload_pool_shutdown(before->pool, UINT64_MAX) == -ECHILD);
	offload_pool_stats(before->pool, &stats);
	CHILD_CHECK(stats.threads == 0 && stats.running == 0);
	CHILD_CHECK(before->running.dones + before->queued.dones + before->limited.dones == 0);
	CHILD_CHECK(offload_limiter_free(before->limiter) == 0);
	CHILD_CHECK(offload_pool_free(before->pool) == 0);
	CHILD_CHECK(offload_loop_free(before->loop) == 0);
}

#ifndef __SANITIZE_THREAD__
static void child_begins_anew(void)
{
	struct world world = world_new();
	struct job job;

	job_init(&job, world.loop, world.pool);
	job_open(&job);
	CHILD_CHECK(offload_submit(world.loop, &job.task) == 0);
	CHILD_CHECK(offload_watch(world.loop, 100, nothing, NULL) == 0);
	while (offload_loop_pending(world.loop) > 0)
		CHILD_CHECK(test_turn(world.loop, 5000));
	CHILD_CHECK(offload_unwatch(world.loop) == 0);
	CHILD_CHECK(job.dones == 1);
	CHILD_CHECK(offload_pool_free(world.pool) == 0);
	CHILD_CHECK(offload_loop_free(world.loop) == 0);
}

#endif

static void before_init(struct before *before)
{
	before->loop = test_loop();
	before->pool = test_pool(1, 0);
	before->limiter = offload_limiter_new("one", 1, NULL);
	job_init(&before->running, before->loop, before->pool);
	job_init(&before->queued, before->loop, before->pool);
	job_init(&before->limited, before->loop, before->pool);
	job_init(&before->fresh, before->loop, before->pool);
	before->queued.task.limiter = before->limited.task.limiter = before->limiter;
	job_start(&before->running);
	job_submit(&before->queued);
	job_submit(&before->limited);
}

static void a_child_has_inert_copies_and_the_parent_goes_on(void **state)
{
	struct before before;
	int status;
	pid_t child;

	(void)state;
	before_init(&before);
	assert_int_equal(offload_watch(before.loop, 1000, nothing, NULL), 0);
#ifdef __SANITIZE_ADDRESS__ /* a lock that its allocator holds for another thread is never given back in the child */
	usleep(200000);
#endif
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		child_finds_all_inert(&before);
#ifndef __SANITIZE_THREAD__ /* which takes no new threads after a fork */
		child_begins_anew();
#endif
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(offload_unwatch(before.loop), 0);
	job_open(&before.running);
	job_open(&before.queued);
	job_open(&before.limited);
	test_run(before.loop);
	assert_int_equal(before.running.dones + before.queued.dones + before.limited.dones, 3);
	assert_int_equal(offload_limiter_free(before.limiter), 0);
	assert_int_equal(offload_pool_free(before.pool), 0);
	assert_int_equal(offload_loop_free(before.loop), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_has_inert_copies_and_the_parent_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
