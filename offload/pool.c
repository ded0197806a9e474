/*
 * pool: the queue that workers share, and its end.
 *
 * A thread is woken, or started, for each task that waits, unless one is on its way already (`coming`). Where tasks are
 * so short that one thread does several of them before another is awake, only one is sent for at a time; if it finds
 * more than it takes, it sends for the next, so tasks that block after all have as many as they may. What has been
 * accepted always has a thread: the last one does not end while tasks are not over.
 */
#include "internal.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEFAULT_THREADS 16
#define DEFAULT_IDLE_MS 10000
#define SHORT_RUN       3000 /* ns */

/* Signals are the loop's; but what a thread's own code raises must find its handler. */
static void block_but_faults(sigset_t *signals)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT };

	sigfillset(signals);
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		sigdelset(signals, faults[i]);
}

static int pool_attributes(struct offload_pool *pool, size_t stack_size)
{
	sigset_t blocked;
	int error;

	block_but_faults(&blocked);
	error = pthread_attr_setsigmask_np(&pool->attributes, &blocked);
	if (error == 0 && stack_size > 0)
		error = pthread_attr_setstacksize(&pool->attributes, stack_size);
	return -error;
}

/* It is held for moments: who finds it taken looks again a few times before it sleeps. */
static int pool_lock_init(struct offload_pool *pool)
{
	pthread_mutexattr_t adaptive;
	int error = pthread_mutexattr_init(&adaptive);

	if (error != 0)
		return error;
	pthread_mutexattr_settype(&adaptive, PTHREAD_MUTEX_ADAPTIVE_NP);
	error = pthread_mutex_init(&pool->lock, &adaptive);
	pthread_mutexattr_destroy(&adaptive);
	return error;
}

/* The lock, and a condition whose times are offload_now()'s. */
static int pool_sync_init(struct offload_pool *pool)
{
	pthread_condattr_t monotonic;
	int error = pthread_condattr_init(&monotonic);

	if (error != 0)
		return -error;
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	error = pthread_cond_init(&pool->gone, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (error != 0)
		return -error;
	error = pool_lock_init(pool);
	if (error != 0)
		pthread_cond_destroy(&pool->gone);
	return -error;
}

/* More than one for this process: else a thread that spins only keeps others from running. */
static bool pool_has_processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) < 0 || CPU_COUNT(&set) > 1;
}

static void pool_configure(struct offload_pool *pool, const struct offload_pool_options *options)
{
	snprintf(pool->name, sizeof(pool->name), "%s", options->name ? options->name : "offload");
	pool->generation = offload__generation();
	pool->min_threads = options->min_threads;
	pool->max_threads = options->max_threads ? options->max_threads : DEFAULT_THREADS;
	pool->queue_limit = options->queue_limit;
	pool->idle_ms = options->idle_ms ? options->idle_ms : DEFAULT_IDLE_MS;
	pool->may_spin = pool_has_processors();
	pool->patience = 1;
	pool->typical_run = 1000000000; /* until more is known: long */
	list_init(&pool->queue);
	list_init(&pool->waiting);
	list_init(&pool->workers);
}

static int pool_init(struct offload_pool *pool, const struct offload_pool_options *options)
{
	int error = offload__fork_watch();

	if (error < 0)
		return error;
	pool_configure(pool, options);
	if (pool->min_threads > pool->max_threads)
		return -EINVAL;
	error = -pthread_attr_init(&pool->attributes);
	if (error < 0)
		return error;
	error = pool_attributes(pool, options->stack_size);
	if (error == 0)
		error = pool_sync_init(pool);
	if (error < 0)
		pthread_attr_destroy(&pool->attributes);
	return error;
}

struct offload_pool *offload_pool_new(const struct offload_pool_options *options, int *error)
{
	static const struct offload_pool_options none;
	struct offload_pool *pool = calloc(1, sizeof(*pool));
	int failed = pool ? pool_init(pool, options ? options : &none) : -ENOMEM;

	if (failed == 0)
		return pool;
	free(pool);
	if (error)
		*error = failed;
	return NULL;
}

static unsigned pool_unfinished(const struct offload_pool *pool)
{
	return pool->queued + pool->waits + pool->running;
}

/* Makes sure that there is room, and a thread. Lock held. */
static int pool_admit(struct offload_pool *pool, bool must)
{
	int error;

	if (pool->closing)
		return -ECANCELED;
	if (!must && pool->queue_limit > 0 && pool_unfinished(pool) >= (uint64_t)pool->max_threads + pool->queue_limit)
		return -EAGAIN;
	if (pool->threads > 0)
		return 0;
	error = offload__worker_start(pool);
	return error < 0 ? -EAGAIN : 0;
}

/* How many threads may be on their way at once. Of very short tasks one thread does many before another is awake. */
static unsigned pool_wants(const struct offload_pool *pool)
{
	return pool->typical_run < SHORT_RUN && pool->queued > 1 ? 1 : pool->queued;
}

struct worker *offload__pool_summon(struct offload_pool *pool)
{
	struct worker *worker = pool->idle;

	if (pool->coming >= pool_wants(pool))
		return NULL;
	if (worker) {
		offload__worker_rouse(worker);
		return worker;
	}
	if (pool->threads < pool->max_threads && !pool->closing)
		offload__worker_start(pool); /* if it fails: there are others, see pool_admit() */
	return NULL;
}

struct worker *offload__pool_enqueue(struct offload_pool *pool, struct offload_task *task)
{
	task_set_state(task, TASK_QUEUED);
	list_append(&pool->queue, &task->queued);
	__atomic_store_n(&pool->queued, pool->queued + 1, __ATOMIC_RELAXED); /* a worker may spin on it */
	return offload__pool_summon(pool);
}

static int pool_accept_locked(struct offload_pool *pool, struct offload_task *task, struct worker **woken)
{
	int error = pool_admit(pool, task->flags & OFFLOAD__MUST);

	if (error < 0)
		return error;
	if (!task->limiter || offload__limiter_take(task->limiter, task)) {
		*woken = offload__pool_enqueue(pool, task);
		return 0;
	}
	task_set_state(task, TASK_WAITING);
	list_append(&pool->waiting, &task->waiting);
	pool->waits++;
	return 0;
}

int offload__pool_accept(struct offload_pool *pool, struct offload_task *task)
{
	struct offload_limiter *limiter = task->limiter;
	struct worker *woken = NULL;
	int error;

	if (pool->generation != offload__generation() || (limiter && limiter->generation != offload__generation()))
		return -ECHILD;
	task->since = offload_now();
	if (limiter)
		pthread_mutex_lock(&limiter->lock);
	pthread_mutex_lock(&pool->lock);
	error = pool_accept_locked(pool, task, &woken);
	pthread_mutex_unlock(&pool->lock);
	if (limiter)
		pthread_mutex_unlock(&limiter->lock);
	offload__worker_wake(woken);
	return error;
}

struct offload_task *offload__pool_dequeue(struct offload_pool *pool)
{
	struct offload_task *task;

	if (list_empty(&pool->queue))
		return NULL;
	task = CONTAINER(pool->queue.next, struct offload_task, queued);
	list_remove(&task->queued);
	__atomic_store_n(&pool->queued, pool->queued - 1, __ATOMIC_RELAXED);
	return task;
}

/* ---- the end ---------------------------------------------------------------------------------------------------- */

/* Ends the first task of the queue; NULL if there is none. Lock held. */
static struct offload_task *pool_drop_queued(struct offload_pool *pool)
{
	struct offload_task *task = offload__pool_dequeue(pool);

	if (!task)
		return NULL;
	offload__task_drop(task, -ECANCELED);
	return task;
}

/*
 * The same of those that wait for a token. The limiter's lock comes before the pool's, and without the pool's the
 * limiter could be freed: so it is only tried for. NULL also when that was in vain: pool->waits says.
 */
static struct offload_task *pool_drop_waiting(struct offload_pool *pool)
{
	struct offload_task *task;

	if (list_empty(&pool->waiting))
		return NULL;
	task = CONTAINER(pool->waiting.next, struct offload_task, waiting);
	if (pthread_mutex_trylock(&task->limiter->lock) != 0)
		return NULL;
	list_remove(&task->queued);
	list_remove(&task->waiting);
	task->limiter->waits--;
	pool->waits--;
	offload__task_drop(task, -ECANCELED);
	pthread_mutex_unlock(&task->limiter->lock);
	return task;
}

static void pool_drop_all(struct offload_pool *pool)
{
	bool more = true;

	while (more) {
		struct offload_limiter *limiter = NULL;
		struct offload_task *task;

		pthread_mutex_lock(&pool->lock);
		task = pool_drop_queued(pool);
		if (task)
			limiter = task->limiter; /* it had a token */
		else
			task = pool_drop_waiting(pool);
		more = pool->queued > 0 || pool->waits > 0;
		pthread_mutex_unlock(&pool->lock);
		offload__limiter_give(limiter);
		if (task)
			offload__loop_post(task->loop, &task->event);
	}
}

void offload__pool_asked(struct offload_pool *pool, const struct offload_task *task)
{
	for (struct offload__link *link = pool->workers.next; link != &pool->workers; link = link->next) {
		struct worker *worker = CONTAINER(link, struct worker, of_pool);

		if (worker->task == task)
			offload__call_give_up(worker);
	}
}

/* Asks what runs to stop, and lets idle threads go. */
static void pool_ask_all(struct offload_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	for (struct offload__link *link = pool->workers.next; link != &pool->workers; link = link->next) {
		struct worker *worker = CONTAINER(link, struct worker, of_pool);

		if (!worker->task || task_state(worker->task) != TASK_RUNNING)
			continue;
		if (offload__task_ask(worker->task, -ECANCELED))
			offload__loop_post(worker->task->loop, &worker->task->event);
		offload__call_give_up(worker);
	}
	while (pool->idle) {
		struct worker *worker = pool->idle;

		offload__worker_rouse(worker);
		offload__worker_wake(worker);
	}
	pthread_mutex_unlock(&pool->lock);
}

/* Lock held. */
static int pool_wait_gone(struct offload_pool *pool, uint64_t deadline)
{
	struct timespec until = { (time_t)(deadline / 1000000000u), (long)(deadline % 1000000000u) };
	int error = 0;

	while (pool->threads > 0 && error == 0) {
		if (deadline == UINT64_MAX)
			error = pthread_cond_wait(&pool->gone, &pool->lock);
		else
			error = pthread_cond_timedwait(&pool->gone, &pool->lock, &until);
	}
	return pool->threads > 0 ? -ETIMEDOUT : 0;
}

int offload_pool_shutdown(struct offload_pool *pool, uint64_t deadline)
{
	struct worker *self = offload__worker_self();
	int error;

	if (pool->generation != offload__generation())
		return -ECHILD;
	if (self && self->pool == pool)
		return -EDEADLK;
	pthread_mutex_lock(&pool->lock);
	pool->closing = true;
	pthread_mutex_unlock(&pool->lock);
	pool_drop_all(pool);
	pool_ask_all(pool);
	pthread_mutex_lock(&pool->lock);
	error = pool_wait_gone(pool, deadline);
	pthread_mutex_unlock(&pool->lock);
	return error;
}

static bool pool_is_busy(struct offload_pool *pool)
{
	bool busy;

	pthread_mutex_lock(&pool->lock);
	busy = pool_unfinished(pool) > 0;
	pthread_mutex_unlock(&pool->lock);
	return busy;
}

int offload_pool_free(struct offload_pool *pool)
{
	struct worker *self = offload__worker_self();

	if (!pool)
		return 0;
	if (pool->generation == offload__generation()) {
		if (self && self->pool == pool)
			return -EDEADLK;
		if (pool_is_busy(pool))
			return -EBUSY;
		offload_pool_shutdown(pool, UINT64_MAX);
		if (pool->unjoined)
			pthread_join(pool->last, NULL);
		pthread_mutex_destroy(&pool->lock);
		pthread_cond_destroy(&pool->gone);
	}
	pthread_attr_destroy(&pool->attributes);
	free(pool);
	return 0;
}

void offload_pool_stats(struct offload_pool *pool, struct offload_stats *out)
{
	*out = (struct offload_stats){ 0 };
	if (pool->generation != offload__generation())
		return;
	pthread_mutex_lock(&pool->lock);
	out->queued = pool->queued;
	out->waiting = pool->waits;
	out->running = pool->running;
	out->threads = pool->threads;
	out->idle = pool->idle_count;
	out->done = pool->done;
	out->cancelled = pool->cancelled;
	offload__histogram_read(&pool->wait, &out->wait);
	offload__histogram_read(&pool->run, &out->run);
	pthread_mutex_unlock(&pool->lock);
}
