/*
 * offload: blocking code of an event-loop program runs elsewhere, and its result comes back on the loop.
 *
 *	static int  hash(struct offload_task *task) { ... may block ... return 0; }          (a worker thread)
 *	static void hashed(struct offload_task *task) { ... task->result ... }               (the loop's thread)
 *
 *	offload_task_init(&job->task, hash, hashed, job);
 *	error = offload_submit(loop, &job->task);
 *
 * Words: a task is one call that blocks; a pool is threads that run tasks; a limiter bounds how many tasks of one class
 * (disk, dns, cpu) run at once; a group is the tasks of one owner; a loop is the program's event loop as offload sees it.
 *
 * Threads: "the loop's thread" is the one that made the offload_loop, or called offload_loop_adopt() last. Each function
 * says where it may be called; where it says nothing, on the loop's thread only, and elsewhere it fails with -EPERM.
 * Callbacks (done, released, closed) run on the loop's thread, from the loop, never inside a call to offload.
 *
 * Order: callbacks of one loop run in the order in which their tasks finished: were handed back by their workers after
 * work, or cancelled.
 *
 * Time: nanoseconds of CLOCK_MONOTONIC, see offload_now(). Errors: 0 or more is success, less is -errno.
 *
 * Coroutines and scopes are in offload/coroutine.h, typed functions in offload/function.h; both are included here.
 *
 * Memory: nothing is allocated per task. What a task points to (pool, limiter, group, loop) lives until the task is over.
 *
 * fork: threads do not survive it. In the child every loop and pool made before is inert: submit, cancel, call_loop,
 * shutdown and watch fail with -ECHILD, dispatch does nothing, no callback runs, and only the free functions do anything:
 * they give memory and descriptors back. New loops and pools may be made in the child, if it may allocate (POSIX allows
 * that only where the parent had one thread or the child's C library makes malloc safe, as glibc does).
 */
#ifndef OFFLOAD_H
#define OFFLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct offload_group;
struct offload_limiter;
struct offload_loop;
struct offload_pool;
struct offload_task;
struct offload_waiter;

/* CLOCK_MONOTONIC in nanoseconds. Any thread. */
uint64_t offload_now(void);

/* ---- what the structs below are made of; private ---------------------------------------------------------------- */

struct offload__event {
	struct offload__event *next;
	void (*run)(struct offload__event *event);
	const void *stack; /* of the coroutine that it carries: where that left it; NULL: none, or not known */
};

struct offload__link {
	struct offload__link *next, *prev;
};

struct offload__timer {
	struct offload__timer *child, *next, *prev;
	uint64_t at; /* 0: not running */
	void (*expire)(struct offload__timer *timer);
};

/* ---- tasks ------------------------------------------------------------------------------------------------------ */

/* Runs on a worker and may block. What it returns is task->result in `done`: 0 or more, or -errno. */
typedef int offload_work(struct offload_task *task);

/* Runs on the loop. The task is the caller's again (but see OFFLOAD_ABANDON): it may be freed, or submitted again. */
typedef void offload_done(struct offload_task *task);

enum offload_task_flag {
	/*
	 * When a running task is cancelled, `done` runs at once although a thread still is in `work`. From then on `work`
	 * is on its own: what it uses (the task itself too) must live until the thread has let go. So with this flag the
	 * task is the caller's again not in `done` but in `released`, which runs on the loop, exactly once, after `done`:
	 * right after, unless the task was abandoned.
	 */
	OFFLOAD_ABANDON = 1 << 0,
};

/*
 * The caller's, usually inside a struct of its own. From a successful submit until `done` (with OFFLOAD_ABANDON: until
 * `released`) it must neither move nor be freed, and only `data` and what it points to may be used: by `work` until it
 * returns, by the loop's thread after.
 */
struct offload_task {
	void *data;
	int result; /* valid in done: what work returned, or -ECANCELED, or -ETIMEDOUT after a deadline */
	unsigned flags;
	struct offload_pool *pool;       /* NULL: the loop's own */
	struct offload_limiter *limiter; /* NULL: none */
	struct offload_group *group;     /* NULL: none */
	uint64_t deadline; /* offload_now() + what it may take, from submit; 0: none. A cancel, see there */
	offload_work *work;
	offload_done *done;
	offload_done
		*released; /* NULL, or with OFFLOAD_ABANDON: see there; may stay NULL if there is nothing to free */

	/* private; first what every task needs, for it goes from processor to processor */
	struct offload__event event;
	struct offload__link queued; /* in the pool's queue, or in the limiter's */
	uint64_t since;              /* when it was submitted; then when it began to run */
	unsigned char state, asked, handover;
	int why; /* what cancelled it */
	struct offload_loop *loop;
	struct offload_pool *runs_on;
	struct offload__link member; /* of the group, or the loop */
	struct offload__timer timer;
	struct offload__link waiting; /* in the pool's list of those that wait for a token */
	void *awaits;                 /* the coroutine, in offload_await() */
};

/* Everything else 0. Any thread; the task must not be in use. */
void offload_task_init(struct offload_task *task, offload_work *work, offload_done *done, void *data);

/*
 * Hands the task to its pool. `done` will run exactly once, later.
 *
 * On an error nothing happened and `done` does not run: -EAGAIN the pool's queue is full, or no thread could be started
 * and there is none; -ECANCELED the pool, the loop or the group is shutting down; -EBUSY the task is submitted already;
 * -EINVAL no work or done, or a group of another loop; -EPERM not the loop's thread (a worker uses
 * offload_call_loop()); -ECHILD after fork; another error of the loop's timer.
 */
int offload_submit(struct offload_loop *loop, struct offload_task *task);

/*
 * Cancels. Its `done` runs later, from the loop, in every case.
 *
 * 0          it had not begun (it never will), or is abandoned: `done` sees -ECANCELED
 * -EBUSY     it runs: offload_cancelled() is true there from now on; `done` sees what work returns
 * -ENOENT    it is over: not submitted, or has finished and `done` is on its way (or has run)
 * -EPERM, -ECHILD
 *
 * A deadline that passes does the same with -ETIMEDOUT, and makes it of a -ECANCELED that work returns afterwards.
 */
int offload_cancel(struct offload_task *task);

/* Is the task that this thread runs to stop? False on threads that run none. Cheap: poll it between blocking calls. */
bool offload_cancelled(void);

/* The task that this thread runs; NULL on threads that are not a worker, or run none. */
struct offload_task *offload_current(void);

/* ---- pools ------------------------------------------------------------------------------------------------------ */

struct offload_pool_options {
	const char *name;     /* threads are called so, with a number; copied; NULL: "offload" */
	unsigned min_threads; /* that stay when idle; started when needed, like the others */
	unsigned max_threads; /* 0: 16 */
	unsigned queue_limit; /* with max_threads + queue_limit tasks not over, submit says -EAGAIN; 0: no limit */
	unsigned idle_ms;     /* after which a thread above min_threads ends; 0: 10,000 */
	size_t stack_size;    /* of a thread, bytes; 0: the system's */
};

/*
 * A pool without threads yet. A task that waits and has no idle thread, nor one on its way, starts one, up to
 * max_threads. A worker that runs out of tasks may look for the next for up to 50 us before it sleeps, as long as that
 * has paid lately, and never where there is one processor. Workers have signals blocked, but faults. Any thread.
 * `options` may be NULL, and is only read here.
 *
 * NULL after setting *error (unless NULL) to -EINVAL (min_threads > max_threads, or a stack too small) or -errno.
 */
struct offload_pool *offload_pool_new(const struct offload_pool_options *options, int *error);

/*
 * Ends the pool: what has not begun ends with -ECANCELED, what runs is asked to stop, threads end. Waits for them until
 * `deadline` (0: does not wait; UINT64_MAX: as long as it takes). Completions are not run in here: the loops do that.
 * Any thread but the pool's own.
 *
 * 0 when no thread is left; -ETIMEDOUT when some still run: what they run is still accounted for and completes when they
 * return. May be called again, to wait longer. -EDEADLK on a worker of the pool, -ECHILD.
 */
int offload_pool_shutdown(struct offload_pool *pool, uint64_t deadline);

/*
 * Frees a pool that has nothing to run (idle threads are ended first). Completions that are on their way may still be
 * on their way. Any thread but the pool's own. 0, also for NULL; -EBUSY: it has tasks that are not over; -EDEADLK.
 */
int offload_pool_free(struct offload_pool *pool);

struct offload_times {
	uint64_t p50, p99, max; /* ns; p50 and p99 within 7 %, since the pool was made */
};

struct offload_stats {
	unsigned queued;  /* wait for a thread */
	unsigned waiting; /* wait for a token of their limiter */
	unsigned running; /* abandoned ones too */
	unsigned threads; /* of which `idle` have nothing to do */
	unsigned idle;
	uint64_t done;             /* returned from work */
	uint64_t cancelled;        /* never began */
	struct offload_times wait; /* from submit to the start of work */
	struct offload_times run;
};

/* Any thread. All zero after fork. */
void offload_pool_stats(struct offload_pool *pool, struct offload_stats *out);

/* ---- limiters --------------------------------------------------------------------------------------------------- */

/*
 * At most `tokens` tasks with this limiter run at once, of whatever pool and loop; the others wait, first come first
 * served, without holding a thread or anything that comes behind them. A token is held until the thread has returned
 * from work, also of an abandoned task. With fewer tokens than its pool has threads, no class can take them all.
 * 0 tokens: nothing begins. Any thread. `name` is copied. NULL after setting *error to -errno.
 */
struct offload_limiter *offload_limiter_new(const char *name, unsigned tokens, int *error);

/* More begin at once; with fewer, those that run are left alone. Any thread. 0, -ECHILD. */
int offload_limiter_set(struct offload_limiter *limiter, unsigned tokens);

struct offload_limiter_usage {
	const char *name; /* the limiter's */
	unsigned tokens, held, waiting;
	uint64_t begun;            /* tasks that got a token */
	struct offload_times wait; /* for it, from submit; 0 for those that found one */
};

/* Any thread. */
void offload_limiter_stats(struct offload_limiter *limiter, struct offload_limiter_usage *out);

/* 0, also for NULL; -EBUSY: tasks hold or wait for tokens. Any thread. */
int offload_limiter_free(struct offload_limiter *limiter);

/* ---- groups ----------------------------------------------------------------------------------------------------- */

/*
 * The tasks of one owner (a connection, a window), so that they end with it. In the owner's struct; set task->group
 * before submit. A task leaves its group before its `done` runs; with OFFLOAD_ABANDON, before `released`.
 */
struct offload_group {
	void *data; /* the caller's, as given to offload_group_close */

	/* private */
	struct offload_loop *loop;
	struct offload__link members;
	struct offload__link of_loop;
	struct offload__event event;
	void (*closed)(struct offload_group *group);
	struct offload_waiter *joiner; /* in offload_group_join() */
	unsigned char closing;
};

/* 0, -EPERM, -ECHILD. An empty group needs no closing: it may just be forgotten. */
int offload_group_init(struct offload_group *group, struct offload_loop *loop);

/* Cancels every task of the group, as offload_cancel(). How many there were, or -EPERM, -ECHILD. */
int offload_group_cancel(struct offload_group *group);

/*
 * Cancels every task of the group and takes no more. `closed` runs from the loop, once, when no callback of the group's
 * is left to come and no thread uses its tasks: there the owner frees itself. 0, -EALREADY, -EINVAL (no closed), -EPERM,
 * -ECHILD.
 */
int offload_group_close(struct offload_group *group, void (*closed)(struct offload_group *group), void *data);

/* ---- loops ------------------------------------------------------------------------------------------------------ */

/*
 * One per event loop of the program, made on its thread. While tasks are pending the event loop is kept alive (as a
 * handle of libuv is), and no longer.
 *
 * Each returns NULL after setting *error (unless NULL) to -errno. The adapters are libraries of their own:
 * offload-uv, offload-libevent, offload-libev, offload-glib, offload-sd-event.
 */
struct uv_loop_s;
struct event_base;
struct ev_loop;
struct _GMainContext;
struct sd_event;
struct offload_loop *offload_loop_uv(struct uv_loop_s *uv, int *error);
struct offload_loop *offload_loop_libevent(struct event_base *base, int *error);
struct offload_loop *offload_loop_libev(struct ev_loop *ev, int *error);
struct offload_loop *offload_loop_glib(struct _GMainContext *context, int *error);
struct offload_loop *offload_loop_sd_event(struct sd_event *event, int *error);

/*
 * For programs that poll descriptors themselves (epoll, poll, io_uring): watch offload_loop_descriptor() for being
 * readable (level-triggered: not EPOLLET, and an io_uring poll that is submitted again) and then call
 * offload_loop_dispatch(). That runs what has finished, a bounded number; the descriptor stays readable while more is
 * there. offload_loop_pending() says whether to go on.
 */
struct offload_loop *offload_loop_fd(int *error);

/* Any thread. The descriptor belongs to the loop: never read, write or close it. Any other kind of loop: -ENOTSUP. */
int offload_loop_descriptor(struct offload_loop *loop);

/* Runs callbacks that are due. How many there were, -EPERM, -ECHILD. May be called inside a callback (nested loops). */
int offload_loop_dispatch(struct offload_loop *loop);

/* Tasks that are not over and groups that are closing, of this loop. */
size_t offload_loop_pending(struct offload_loop *loop);

/* From now on the calling thread is the loop's. To be called while nothing is pending: -EBUSY otherwise. 0, -ECHILD. */
int offload_loop_adopt(struct offload_loop *loop);

/* What tasks with pool NULL run on; borrowed. Without it the loop makes itself one at the first such task. 0, -EPERM. */
int offload_loop_set_pool(struct offload_loop *loop, struct offload_pool *pool);

/*
 * Cancels all of the loop's tasks, and takes no more: submit and offload_call_loop() fail with -ECANCELED. Completions
 * come from the loop as ever: run it until nothing is pending, then free it. 0, -EPERM, -ECHILD.
 */
int offload_loop_shutdown(struct offload_loop *loop);

/*
 * Frees the loop, and the pool it made itself; calls that wait in offload_call_loop() return -ECANCELED. The event loop
 * underneath must still be there, and may have to run on (uv_close). In a callback of the loop's it is freed when that
 * returns. 0, also for NULL; -EBUSY: something is pending, or it is watched; -EPERM.
 */
int offload_loop_free(struct offload_loop *loop);

/*
 * Runs `function` on the loop and waits for what it returns. Any thread but the loop's; usually a worker.
 *
 * -EDEADLK on the loop's thread; -ECANCELED, and `function` does not run, when the loop shuts down first or the task
 * that calls is cancelled; -ENOMEM; -ECHILD. On a thread that is no worker, the caller sees to it that the loop is not
 * freed meanwhile.
 */
int offload_call_loop(struct offload_loop *loop, int (*function)(void *data), void *data);

/* ---- a loop that stalls ----------------------------------------------------------------------------------------- */

struct offload_stall {
	uint64_t duration; /* ns since the loop was last seen to run */
	bool over;         /* the loop runs again: the last report of this stall */
	int depth;         /* of the loop thread's stack while it stalled; 0 if it could not be had */
	void *const *frames;
	const char *const *symbols; /* of the same; NULL if memory is short */
	void *data;
};

/*
 * Watches the loop from a thread of its own: when it has run nothing for `threshold_ms`, `report` is called there, while
 * it stalls, and a second time when it runs again. The loop is woken twice per threshold to see whether it runs: a stall
 * shorter than that is never reported, one of 1.5 times that always.
 *
 * The stack is taken by the loop's thread in a handler of SIGURG (SA_RESTART; blocking calls that are not restarted,
 * signal(7), see EINTR). A handler of the program's for SIGURG, installed before, still gets its own. If the thread has
 * SIGURG blocked, there is no stack. Names need a program that is linked with -rdynamic; addr2line(1) takes the frames.
 *
 * -EALREADY; -EINVAL (threshold_ms 0, no report); -errno of starting it; -EPERM, -ECHILD.
 */
int offload_watch(struct offload_loop *loop, unsigned threshold_ms, void (*report)(const struct offload_stall *stall),
		  void *data);

/* Ends that; when it returns, `report` runs no more, and has returned. 0; -ENOENT; -EPERM, also in `report`; -ECHILD. */
int offload_unwatch(struct offload_loop *loop);

#ifdef __cplusplus
}
#endif

#include "offload/coroutine.h"
#include "offload/function.h"

#endif
