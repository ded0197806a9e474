/*
 * Coroutines: code that reads from top to bottom, waits without blocking the loop, and whose blocking parts run on
 * workers. Included by offload.h.
 *
 *	static void serve(void *data)                                        on the loop
 *	{
 *		struct connection *connection = data;
 *		int error;
 *
 *		OFFLOAD_SCOPE(NULL) {                                        from here on a worker
 *			error = load(connection);
 *		}                                                            on the loop again
 *		if (offload_scope_error())
 *			error = offload_scope_error();                       the scope was skipped
 *		...
 *	}
 *
 *	offload_go(loop, serve, connection, NULL);
 *
 * A coroutine runs on the loop's thread, on a stack of its own, and gives the loop back where it waits: in offload_await,
 * offload_sleep, offload_suspend and at both ends of an OFFLOAD_SCOPE. Only there can other code of the loop run in
 * between. It counts as pending from offload_go until its function has returned, so it keeps the event loop alive.
 *
 * What changes at a hop from one thread to another: thread-local variables are the other thread's, and a compiler may
 * have kept the address of one (of errno too) in the same function. So read errno inside and after a scope by
 * offload_errno(), and thread-local variables in functions that are not inlined. A mutex that is locked on one side
 * must not be unlocked on the other.
 */
#ifndef OFFLOAD_COROUTINE_H
#define OFFLOAD_COROUTINE_H

#include "offload.h"

#ifdef __cplusplus
extern "C" {
#endif

struct offload_coroutine;

/* ---- starting and ending -------------------------------------------------------------------------------------------- */

#define OFFLOAD_STACK_SIZE ((size_t)256 * 1024)

struct offload_go_options {
	size_t stack_size; /* bytes; 0: OFFLOAD_STACK_SIZE. Memory is used for pages that were touched */
	size_t guard_size; /* bytes below the stack that crash when touched; 0: a page. Above the largest frame */
	const char *name;  /* for reports; lives as long as the coroutine; NULL: none */
	struct offload_group *group;          /* cancelled with it, see offload_coroutine_cancel(); NULL: none */
	struct offload_coroutine **coroutine; /* where to put a handle, valid until `function` returns; NULL: none */
};

/*
 * Starts function(data) as a coroutine; it first runs later, from the loop, in the order of these calls. `options` may be
 * NULL and is only read here.
 *
 * 0; -ENOMEM no stack; -ECANCELED the loop or the group is shutting down; -EINVAL no function, or a group of another
 * loop; -EPERM not the loop's thread; -ECHILD.
 */
int offload_go(struct offload_loop *loop, void (*function)(void *data), void *data,
	       const struct offload_go_options *options);

/* The coroutine whose code this is, also inside a scope; NULL elsewhere. */
struct offload_coroutine *offload_coroutine_current(void);

/* Its loop; its name, "" if it has none. */
struct offload_loop *offload_coroutine_loop(const struct offload_coroutine *coroutine);
const char *offload_coroutine_name(const struct offload_coroutine *coroutine);

/*
 * Asks the coroutine to end: what it awaits is cancelled, and every await, sleep and scope that it reaches from now on
 * gives -ECANCELED without waiting, until it returns (but see offload_shield); of a suspend, its `cancel` decides. A scope
 * that waits for a thread is skipped; in one that runs, offload_cancelled() is true.
 *
 * 0, also when asked before; -EPERM not the loop's thread; -ECHILD.
 */
int offload_coroutine_cancel(struct offload_coroutine *coroutine);

/*
 * In a coroutine: with true, what follows waits as if nobody had cancelled the coroutine; for code that must tidy up by
 * waiting. With false, no longer. A task that is cancelled by itself ends so all the same, and a loop or a pool that was
 * shut down takes nothing more. What it was before. Outside of coroutines: false.
 */
bool offload_shield(bool shielded);

/* ---- waiting ---------------------------------------------------------------------------------------------------------- */

/*
 * Submits the task to the coroutine's loop and waits for it. `done` is not used (it is set here); so is nothing else of
 * the task, which may lie on the coroutine's stack unless it is abandonable.
 *
 * What `done` would have seen in task->result; or, and then nothing was submitted, an error of offload_submit(); or
 * -ECANCELED the coroutine was cancelled before; -EDEADLK attempted to await in a worker thread: inside a scope, or in
 * any task's work (call what blocks directly there); -EPERM not in a coroutine. See offload_strerror().
 */
int offload_await(struct offload_task *task);

/* Waits at least `ns` nanoseconds; 0 lets everything run that is due now. 0, or an error as of offload_await. */
int offload_sleep(uint64_t ns);

/*
 * For what the event loop itself completes (a timer, a read, a library's callback):
 *
 *	offload_waiter_init(&waiter, NULL, NULL);
 *	start(operation, on_completion, &waiter);            on_completion calls offload_resume(&waiter, result)
 *	result = offload_suspend(&waiter);
 *
 * The waiter is the caller's, from init until suspend returns. Suspend returns only when it was resumed, so what the
 * operation uses may lie on the coroutine's stack. So that a coroutine that is cancelled need not wait for the end of the
 * operation, `cancel` (NULL: it waits) is called on the loop: it stops the operation, and either calls offload_resume
 * itself or leaves that to the completion.
 */
struct offload_waiter {
	void *data;

	/* private */
	void (*cancel)(struct offload_waiter *waiter);
	struct offload_coroutine *coroutine;
	int result;
	bool resumed;
};

void offload_waiter_init(struct offload_waiter *waiter, void (*cancel)(struct offload_waiter *waiter), void *data);

/*
 * Waits for offload_resume(), which may have been called before. Cancelled before it waits, it calls `cancel` first.
 *
 * The result given to offload_resume(). Without waiting: -EDEADLK, -EPERM as offload_await; then nobody may resume.
 */
int offload_suspend(struct offload_waiter *waiter);

/* The coroutine goes on later, from the loop, never in here. 0; -EALREADY it was resumed before. Loop's thread. */
int offload_resume(struct offload_waiter *waiter, int result);

/*
 * Waits until every coroutine and task of the group is over, also those that are added meanwhile: so a coroutine starts
 * others that use what lies on its stack, and ends after them.
 *
 *	offload_group_init(&group, loop);
 *	for (...)
 *		offload_go(loop, fetch, &pages[i], &(struct offload_go_options){ .group = &group });
 *	error = offload_group_join(&group);                  any of them may call offload_group_cancel(&group)
 *
 * When the coroutine that waits is cancelled, so is the group; it waits on until all have ended. The group may be used
 * again, or forgotten.
 *
 * 0; -ECANCELED the same, and the coroutine was cancelled. Without waiting: -EDEADLK inside a scope, on a worker, or when
 * the coroutine is of the group itself; -EALREADY another one waits for it; -EINVAL it closes, or is another loop's; -EPERM
 * not in a coroutine.
 */
int offload_group_join(struct offload_group *group);

/* ---- scopes ----------------------------------------------------------------------------------------------------------- */

/*
 * OFFLOAD_SCOPE(pool) { ... }   OFFLOAD_SCOPE(pool, limiter) { ... }
 *
 * In a coroutine: moves to a worker of `pool` (NULL: the loop's own), runs the block there, and comes back to the loop,
 * also by break and continue (both end the block, and not a loop around it), goto out of it, and return, whose expression
 * still is computed on the worker. Not by longjmp, a C++ exception or pthread_exit, and never goto into one.
 *
 * Inside another scope it moves from worker to worker, and back. NULL, or the pool (and limiter) one is on, stays where
 * it is. No thread is held meanwhile. What comes after an inner scope runs on a worker in any case: if the outer pool was
 * shut down meanwhile, on one of the loop's own.
 *
 * In a task's work, without a coroutine: runs the block where it is, which is a worker already.
 *
 * The block is skipped if no worker could be had or the coroutine is cancelled: offload_scope_error() says so.
 */
#define OFFLOAD_SCOPE(...) OFFLOAD__SCOPE(OFFLOAD__SCOPE_NAME(__LINE__), __VA_ARGS__, NULL, ~)

#define OFFLOAD__SCOPE_NAME(line)  OFFLOAD__SCOPE_NAME_(line)
#define OFFLOAD__SCOPE_NAME_(line) offload__scope_##line
#define OFFLOAD__SCOPE(scope, pool, limiter, ...)                                                                      \
	for (struct offload_scope scope                                                                                \
	     __attribute__((cleanup(offload__scope_leave))) = offload__scope_enter(pool, limiter);                     \
	     scope.inside; scope.inside = false)

/*
 * Of the last scope that this coroutine (elsewhere: this thread) came to: 0 if its block ran. Else it was skipped:
 * -ECANCELED cancelled before it began, -EAGAIN and other errors of offload_submit(), -EPERM neither in a coroutine nor
 * on a worker.
 */
int offload_scope_error(void);

/* errno of the thread that runs this now. A hop of a coroutine carries errno along. */
int offload_errno(void);

/* What -EDEADLK and -ECANCELED mean here, in words; for others strerror(), see there. Any thread. */
const char *offload_strerror(int error);

/* ---- a stack that overflows ------------------------------------------------------------------------------------------- */

/*
 * Overflowing a coroutine's stack crashes in its guard (SIGSEGV). After this call the crash is preceded by a line on
 * stderr: `offload: coroutine 'NAME' overflowed its stack of N bytes`. It installs a handler for SIGSEGV and SIGBUS, on a
 * signal stack of its own per thread, and passes on what is not an overflow to whoever handled it before.
 *
 * 0, also when called again; -errno. Any thread; before coroutines are started.
 */
int offload_report_overflow(void);

/* Private. */
struct offload_scope {
	struct offload_pool *pool; /* where to go back to: a worker of it, or the loop */
	struct offload_limiter *limiter;
	bool from_worker;
	bool inside; /* the block is to run */
	bool ran;    /* it is, or was, allowed to */
	bool hopped; /* leaving it is a hop */
};

struct offload_scope offload__scope_enter(struct offload_pool *pool, struct offload_limiter *limiter);
void offload__scope_leave(struct offload_scope *scope);

#ifdef __cplusplus
}
#endif

#endif
