/*
 * worker: one thread of a pool.
 *
 * Each round takes the lock once: it accounts for the task that is over, takes the next one (or joins the idle ones), and
 * only then, the lock free, posts the completion and runs. Whoever sees the completion may free the task's limiter and
 * pool: nothing of them is used after it, and offload_pool_free() joins the thread.
 *
 * Waking a sleeping thread takes longer than most short tasks (tens of microseconds on a virtual machine). So one worker
 * of a pool that runs out of tasks looks for the next for a moment before it sleeps: about as long as a loop takes to
 * wake, run `done` and submit again. It does so only as long as that pays: after eight times in vain, once in 64.
 *
 * Threads that end are joined by the next one that ends, the last of them by offload_pool_free().
 */
#include "coroutine.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#define SPIN_MOST     50000u /* ns: about what it takes a loop to wake, run `done` and submit again */
#define SPIN_GAP      10000u /* ns: somebody else had the processor meanwhile, and needs it more */
#define SPIN_PATIENCE 8      /* so often in vain, then it is given up */
#define SPIN_RETRY    64     /* of so many sleeps one is tried again */
#define SHORT_TASK    50000  /* ns: about what it costs, all in all, to wake a loop for one */

static _Thread_local struct worker *self;

struct worker *offload__worker_self(void)
{
	return self;
}

struct offload_task *offload_current(void)
{
	return self ? self->task : NULL;
}

bool offload_cancelled(void)
{
	return self && self->task && __atomic_load_n(&self->task->asked, __ATOMIC_RELAXED);
}

/* ---- idle: the list of those that sleep. Lock of the pool held ---------------------------------------------------- */

static void idle_add(struct worker *worker)
{
	struct offload_pool *pool = worker->pool;

	worker->idle = true;
	worker->previous_idle = NULL;
	worker->next_idle = pool->idle;
	if (pool->idle)
		pool->idle->previous_idle = worker;
	pool->idle = worker;
	pool->idle_count++;
}

static void idle_remove(struct worker *worker)
{
	struct offload_pool *pool = worker->pool;

	worker->idle = false;
	if (worker->previous_idle)
		worker->previous_idle->next_idle = worker->next_idle;
	else
		pool->idle = worker->next_idle;
	if (worker->next_idle)
		worker->next_idle->previous_idle = worker->previous_idle;
	pool->idle_count--;
}

void offload__worker_rouse(struct worker *worker)
{
	idle_remove(worker);
	worker->pool->coming++;
}

void offload__worker_wake(struct worker *worker)
{
	if (worker)
		sem_post(&worker->wake);
}

static bool worker_may_end(const struct offload_pool *pool)
{
	bool needed = pool->threads == 1 && pool->queued + pool->waits + pool->running > 0;

	return pool->threads > pool->min_threads && !needed;
}

/* The thread is none of the pool's from here on: nobody counts on it. It joins the one that left before. Lock held. */
static void worker_leave(struct worker *worker)
{
	struct offload_pool *pool = worker->pool;

	list_remove(&worker->of_pool);
	worker->joins = pool->unjoined;
	worker->previous = pool->last;
	pool->unjoined = true;
	pool->last = pthread_self();
	pool->threads--;
	pthread_cond_broadcast(&pool->gone);
}

/* The idle time is over: true if the worker has left. If it was roused just then, the wake is coming. */
static bool worker_tire(struct worker *worker)
{
	bool leaves;

	pthread_mutex_lock(&worker->pool->lock);
	leaves = worker->idle && worker_may_end(worker->pool);
	if (leaves) {
		idle_remove(worker);
		worker_leave(worker);
	}
	pthread_mutex_unlock(&worker->pool->lock);
	return leaves;
}

/* Sleeps until roused; false if it has left instead. */
static bool worker_sleep(struct worker *worker)
{
	struct timespec until;
	uint64_t at = offload_now() + (uint64_t)worker->pool->idle_ms * 1000000u;

	for (;;) {
		until = (struct timespec){ (time_t)(at / 1000000000u), (long)(at % 1000000000u) };
		if (sem_clockwait(&worker->wake, CLOCK_MONOTONIC, &until) == 0)
			return true;
		if (errno != ETIMEDOUT)
			continue;
		if (worker_tire(worker))
			return false;
		at = offload_now() + (uint64_t)worker->pool->idle_ms * 1000000u;
	}
}

/* ---- spinning ---------------------------------------------------------------------------------------------------- */

static void spin_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/* Waits a moment for the next task. One worker at a time: to who submits it counts as being on its way. */
static void worker_spin(struct worker *worker)
{
	struct offload_pool *pool = worker->pool;
	uint64_t now = offload_now(), until = now + SPIN_MOST, before;

	do {
		for (int i = 0; i < 16; i++) {
			if (__atomic_load_n(&pool->queued, __ATOMIC_RELAXED) > 0)
				return;
			spin_pause();
		}
		before = now;
		now = offload_now();
	} while (now < until && now - before < SPIN_GAP);
}

/* Is it worth it? It was lately, or it is time to try again. Lock held. */
static bool worker_may_spin(struct offload_pool *pool)
{
	if (pool->coming > 0 || pool->closing || !pool->may_spin)
		return false;
	return pool->patience > 0 || ++pool->sleeps % SPIN_RETRY == 0;
}

/* Lock held. */
static void worker_spun(struct offload_pool *pool, bool found)
{
	if (found)
		pool->patience = SPIN_PATIENCE;
	else if (pool->patience > 0)
		pool->patience--;
}

/* ---- a round ---------------------------------------------------------------------------------------------------- */

/* Accounts for the task that has been run; true if its completion is to be posted. */
static bool worker_account(struct worker *worker, int result, uint64_t now)
{
	struct offload_pool *pool = worker->pool;
	struct offload_task *task = worker->task;
	uint64_t ran = now - task->since;

	worker->task = NULL;
	pool->running--;
	pool->done++;
	offload__histogram_add(&pool->run, ran);
	pool->typical_run += ran / 8 - pool->typical_run / 8;
	return offload__task_returned(task, result);
}

/* What is likely to be next, and the stack that it carries, comes from another processor while this one runs. */
static void worker_fetch(const struct offload_task *task)
{
	fetch_lines(task, 3);
	if (task->event.stack)
		offload__coroutine_fetch(&task->event);
}

/* The next task, or NULL. */
static struct offload_task *worker_take(struct worker *worker, uint64_t now)
{
	struct offload_pool *pool = worker->pool;
	struct offload_task *task = offload__pool_dequeue(pool);

	if (!task)
		return NULL;
	pool->running++;
	task_set_state(task, TASK_RUNNING);
	if (now > task->since)
		offload__histogram_add(&pool->wait, now - task->since);
	task->since = now;
	worker->task = task;
	if (!list_empty(&pool->queue))
		worker_fetch(CONTAINER(pool->queue.next, struct offload_task, queued));
	return task;
}

enum next { NEXT_RUN, NEXT_SPIN, NEXT_SLEEP, NEXT_END };

/* What to do when there is no task. Lock held. */
static enum next worker_rest(struct worker *worker, bool spun)
{
	struct offload_pool *pool = worker->pool;

	if (pool->closing)
		return NEXT_END;
	if (!spun && worker_may_spin(pool)) {
		pool->coming++;
		return NEXT_SPIN;
	}
	idle_add(worker);
	return NEXT_SLEEP;
}

/* How long the threads have what is queued to do, ns, if those are short tasks, else 0. Lock held. */
static uint64_t worker_backlog(const struct offload_pool *pool)
{
	return pool->typical_run < SHORT_TASK ? pool->typical_run * pool->queued / pool->threads : 0;
}

static enum next worker_turn(struct worker *worker, int result, enum next last)
{
	struct offload_pool *pool = worker->pool;
	struct offload_task *over = worker->task;
	struct worker *woken;
	uint64_t now = offload_now(), backlog;
	enum next next = NEXT_RUN;

	pthread_mutex_lock(&pool->lock);
	pool->coming -= last != NEXT_RUN;
	if (over && !worker_account(worker, result, now))
		over = NULL;
	if (!worker_take(worker, now))
		next = worker_rest(worker, last == NEXT_SPIN);
	if (last == NEXT_SPIN)
		worker_spun(pool, next == NEXT_RUN);
	woken = offload__pool_summon(pool);
	backlog = worker_backlog(pool);
	pthread_mutex_unlock(&pool->lock);
	offload__worker_wake(woken);
	if (over)
		offload__loop_complete(over->loop, &over->event, backlog);
	return next;
}

static int worker_run(struct offload_task *task)
{
	struct offload_limiter *limiter = task->limiter;
	int result = task->work(task);

	offload__limiter_give(limiter);
	return result;
}

static void worker_loop(struct worker *worker)
{
	enum next next = NEXT_SLEEP; /* it is on its way, like one that was woken */
	int result = 0;

	for (;;) {
		next = worker_turn(worker, result, next);
		switch (next) {
		case NEXT_RUN:
			result = worker_run(worker->task);
			break;
		case NEXT_SPIN:
			worker_spin(worker);
			break;
		case NEXT_SLEEP:
			if (!worker_sleep(worker))
				return;
			break;
		case NEXT_END:
			pthread_mutex_lock(&worker->pool->lock);
			worker_leave(worker);
			pthread_mutex_unlock(&worker->pool->lock);
			return;
		}
	}
}

/* ---- a thread ----------------------------------------------------------------------------------------------------- */

static void worker_begin(struct worker *worker)
{
	struct offload_pool *pool = worker->pool;
	char name[16];

	sem_init(&worker->wake, 0, 0);
	pthread_mutex_lock(&pool->lock);
	list_append(&pool->workers, &worker->of_pool);
	snprintf(name, sizeof(name), "%s/%u", pool->name, pool->started++ % 1000);
	pthread_mutex_unlock(&pool->lock);
	pthread_setname_np(pthread_self(), name);
	self = worker;
}

/* It has left: the pool may be freed as soon as this thread is joined. */
static void worker_end(struct worker *worker)
{
	self = NULL;
	if (worker->joins)
		pthread_join(worker->previous, NULL);
	sem_destroy(&worker->wake);
}

static void *worker_main(void *pool)
{
	struct worker worker = { .pool = pool };

	worker_begin(&worker);
	worker_loop(&worker);
	worker_end(&worker);
	return NULL;
}

int offload__worker_start(struct offload_pool *pool)
{
	pthread_t thread;
	int error = pthread_create(&thread, &pool->attributes, worker_main, pool);

	if (error == 0) {
		pool->threads++;
		pool->coming++;
	}
	return -error;
}
