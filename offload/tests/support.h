/*
 * What the tests share: a loop of the plain descriptor that is run until nothing is pending, and cmocka.
 */
#ifndef OFFLOAD_TEST_SUPPORT_H
#define OFFLOAD_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "offload.h"

#define CONTAINER(pointer, type, field) ((type *)((char *)(pointer) - offsetof(type, field)))

#define MS 1000000ull

/* A loop that was made without an error. */
static inline struct offload_loop *test_loop(void)
{
	int error = 0;
	struct offload_loop *loop = offload_loop_fd(&error);

	assert_non_null(loop);
	assert_int_equal(error, 0);
	return loop;
}

/* Waits for something to run, and runs it; false when nothing came within `timeout_ms`. */
static inline bool test_turn(struct offload_loop *loop, int timeout_ms)
{
	struct pollfd readable = { .fd = offload_loop_descriptor(loop), .events = POLLIN };

	if (poll(&readable, 1, timeout_ms) < 1)
		return false;
	assert_true(offload_loop_dispatch(loop) >= 0);
	return true;
}

/* Until nothing is pending. A test that hangs here fails after 30 s. */
static inline void test_run(struct offload_loop *loop)
{
	while (offload_loop_pending(loop) > 0)
		assert_true(test_turn(loop, 30000));
}

/* A task that may be held in its work, and what became of it. Where it was handed back is `nth` of all since start. */
struct job {
	struct offload_task task;
	struct offload_loop *loop;
	sem_t begun, gate;
	bool stops; /* work returns -ECANCELED when asked to stop, and waits at the gate no more */
	int returns;
	int works, dones, releases, nth; /* `nth` of all that were done; `begun_nth` of all that began to run */
	int begun_nth;
	pthread_t worker;
};

static int test_finished, test_begun;

static inline void test_wait(sem_t *sem)
{
	while (sem_wait(sem) < 0)
		assert_int_equal(errno, EINTR);
}

static inline int job_work(struct offload_task *task)
{
	struct job *job = task->data;

	__atomic_add_fetch(&job->works, 1, __ATOMIC_RELAXED);
	job->worker = pthread_self();
	job->begun_nth = __atomic_add_fetch(&test_begun, 1, __ATOMIC_RELAXED);
	sem_post(&job->begun);
	while (job->stops && !offload_cancelled())
		usleep(200);
	if (job->stops)
		return -ECANCELED;
	test_wait(&job->gate);
	return job->returns;
}

static inline void job_done(struct offload_task *task)
{
	struct job *job = task->data;

	job->dones++;
	job->nth = ++test_finished;
}

static inline void job_released(struct offload_task *task)
{
	struct job *job = task->data;

	assert_int_equal(job->dones, 1);
	job->releases++;
}

/* One that waits at its gate. */
static inline void job_init(struct job *job, struct offload_loop *loop, struct offload_pool *pool)
{
	memset(job, 0, sizeof(*job));
	offload_task_init(&job->task, job_work, job_done, job);
	job->task.pool = pool;
	job->loop = loop;
	sem_init(&job->begun, 0, 0);
	sem_init(&job->gate, 0, 0);
}

static inline void job_open(struct job *job)
{
	sem_post(&job->gate);
}

static inline void job_submit(struct job *job)
{
	assert_int_equal(offload_submit(job->loop, &job->task), 0);
}

/* Submits it, and waits until it runs. */
static inline void job_start(struct job *job)
{
	job_submit(job);
	test_wait(&job->begun);
}

static inline struct offload_pool *test_pool(unsigned threads, unsigned queue_limit)
{
	struct offload_pool_options options = { .name = "test", .max_threads = threads, .queue_limit = queue_limit };
	struct offload_pool *pool = offload_pool_new(&options, NULL);

	assert_non_null(pool);
	return pool;
}

/* What most tests begin and end with. */
struct world {
	struct offload_loop *loop;
	struct offload_pool *pool; /* of one thread */
};

static inline struct world world_new(void)
{
	test_finished = 0;
	return (struct world){ test_loop(), test_pool(1, 0) };
}

static inline void world_free(struct world *world)
{
	test_run(world->loop);
	assert_int_equal(offload_pool_free(world->pool), 0);
	assert_int_equal(offload_loop_free(world->loop), 0);
}

#endif
