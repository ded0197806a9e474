/*
 * task: from submit to done.
 *
 *	          submit            token            a worker takes it          work returns           the loop
 *	  IDLE ----------> WAITING --------> QUEUED ------------------> RUNNING -------------> FINISHED --------> IDLE, done()
 *	    |                 |                ^ |                        |                      ^
 *	    |  has a token,   | cancel,        | | cancel, shutdown       | cancel, shutdown     |
 *	    |  or needs none  | shutdown       | |                        | of an OFFLOAD_ABANDON task
 *	    +-----------------|----------------+ |                        v
 *	                      +------------------+--> FINISHED        ABANDONED: done() from the loop; then, when work has
 *	                                                              returned as well: IDLE, released()
 *
 *	An OFFLOAD_ABANDON task that was not abandoned goes the same last way: FINISHED, done(), IDLE, released().
 *
 *	state      moved out of it by                                                     under
 *	IDLE       the loop's thread (submit)                                             nothing: nobody else has it
 *	WAITING    who gives a token back (any thread); the loop's thread; shutdown       limiter's lock and pool's lock
 *	QUEUED     a worker; the loop's thread; shutdown (any thread)                     pool's lock
 *	RUNNING    its worker; the loop's thread; shutdown                                pool's lock
 *	ABANDONED  the loop's thread                                                      `handover`, see below
 *	FINISHED   the loop's thread                                                      nothing: it came through the loop
 *
 * "Cancelling" is RUNNING with `asked`: the loop writes it, the worker polls it. Who moves a task to FINISHED (or to
 * ABANDONED) posts its event, once, after the locks are free, and never looks at it again: so `done` runs once.
 *
 * An abandoned task ends twice, on the loop (done) and on its worker (work), in either order. Each swaps its mark into
 * `handover`; who finds the other's there is second, and sees to `released`: the loop runs it, a worker posts it.
 */
#include "internal.h"

#include <errno.h>
#include <string.h>

enum { HANDOVER_NONE, HANDOVER_DONE, HANDOVER_LET_GO };

void offload_task_init(struct offload_task *task, offload_work *work, offload_done *done, void *data)
{
	memset(task, 0, sizeof(*task));
	task->work = work;
	task->done = done;
	task->data = data;
}

static struct offload_task *task_of_event(struct offload__event *event)
{
	return CONTAINER(event, struct offload_task, event);
}

/* Nothing of the task is offload's any more: the last thing before its last callback. */
static struct offload_group *task_end(struct offload_task *task)
{
	struct offload_group *group = task->group;

	offload__group_leave(task);
	task_set_state(task, TASK_IDLE);
	offload__loop_drop(task->loop);
	return group && offload__group_is_over(group) ? group : NULL;
}

static void task_release(struct offload__event *event)
{
	struct offload_task *task = task_of_event(event);
	struct offload_group *closing = task_end(task);

	if (task->released)
		task->released(task);
	if (closing)
		offload__group_closed(closing);
}

/* Has the thread let go of a task whose `done` has run? If not, it sees to the release when it does. */
static bool task_let_go(struct offload_task *task)
{
	return task_state(task) == TASK_FINISHED ||
	       __atomic_exchange_n(&task->handover, HANDOVER_DONE, __ATOMIC_ACQ_REL) == HANDOVER_LET_GO;
}

static void task_finish(struct offload__event *event)
{
	struct offload_task *task = task_of_event(event);
	struct offload_group *closing;

	offload__timer_stop(task->loop, &task->timer);
	if (task->flags & OFFLOAD_ABANDON) {
		task->done(task);
		if (task_let_go(task))
			task_release(event);
		return;
	}
	closing = task_end(task);
	task->done(task);
	if (closing)
		offload__group_closed(closing);
}

void offload__task_drop(struct offload_task *task, int why)
{
	task->runs_on->cancelled++;
	task->result = why;
	task_set_state(task, TASK_FINISHED);
}

bool offload__task_ask(struct offload_task *task, int why)
{
	if (!task->asked) {
		task->why = why;
		__atomic_store_n(&task->asked, 1, __ATOMIC_RELAXED);
	}
	if (!(task->flags & OFFLOAD_ABANDON))
		return false;
	task->result = why;
	task_set_state(task, TASK_ABANDONED);
	return true;
}

bool offload__task_returned(struct offload_task *task, int result)
{
	if (task_state(task) == TASK_RUNNING) {
		task->result = result == -ECANCELED && task->asked ? task->why : result;
		task_set_state(task, TASK_FINISHED);
		return true;
	}
	if (__atomic_exchange_n(&task->handover, HANDOVER_LET_GO, __ATOMIC_ACQ_REL) != HANDOVER_DONE)
		return false;
	task->event.run = task_release;
	return true;
}

static void task_expire(struct offload__timer *timer)
{
	offload__task_cancel(CONTAINER(timer, struct offload_task, timer), -ETIMEDOUT);
}

static int task_check(const struct offload_loop *loop, const struct offload_task *task)
{
	const struct offload_group *group = task->group;

	if (!offload__loop_ours(loop))
		return -ECHILD;
	if (!offload__loop_here(loop))
		return -EPERM;
	if (task_state(task) != TASK_IDLE)
		return -EBUSY;
	if (!task->work || !task->done || (group && group->loop != loop))
		return -EINVAL;
	return loop->stopping || (group && group->closing) ? -ECANCELED : 0;
}

/* Its pool, and its fields as of a task that was just submitted. */
static int task_prepare(struct offload_loop *loop, struct offload_task *task)
{
	int error = 0;

	task->loop = loop;
	task->runs_on = task->pool ? task->pool : offload__loop_pool(loop, &error);
	task->result = 0;
	task->asked = (task->flags & OFFLOAD__ASKED) != 0;
	task->why = -ECANCELED;
	task->handover = HANDOVER_NONE;
	return error;
}

int offload__task_send(struct offload_loop *loop, struct offload_task *task)
{
	int error;

	if (!offload__loop_ours(loop))
		return -ECHILD;
	if (loop->stopping && !(task->flags & OFFLOAD__MUST))
		return -ECANCELED;
	error = task_prepare(loop, task);
	return error < 0 ? error : offload__pool_accept(task->runs_on, task);
}

int offload_submit(struct offload_loop *loop, struct offload_task *task)
{
	int error = task_check(loop, task);

	if (error == 0)
		error = task_prepare(loop, task);
	if (error < 0)
		return error;
	task->event.run = task_finish;
	task->timer.expire = task_expire;
	task->timer.at = task->deadline;
	if (task->deadline != 0)
		error = offload__timer_start(loop, &task->timer);
	if (error < 0)
		return error;
	error = offload__pool_accept(task->runs_on, task);
	if (error < 0) {
		offload__timer_stop(loop, &task->timer);
		return error;
	}
	offload__group_join(task);
	offload__loop_hold(loop);
	return 0;
}

/* Takes one that has not begun out of its lists. Locks held. */
static void task_withdraw(struct offload_task *task, int why)
{
	struct offload_pool *pool = task->runs_on;

	list_remove(&task->queued);
	if (task_state(task) == TASK_WAITING) {
		list_remove(&task->waiting);
		task->limiter->waits--;
		pool->waits--;
	} else {
		__atomic_store_n(&pool->queued, pool->queued - 1, __ATOMIC_RELAXED);
	}
	offload__task_drop(task, why);
}

/* Locks held. Sets *post if the completion is due. */
static int task_cancel_locked(struct offload_task *task, int why, bool *post)
{
	struct offload_pool *pool = task->runs_on;

	switch (task_state(task)) {
	case TASK_WAITING:
	case TASK_QUEUED:
		if (task->flags & OFFLOAD__MUST) {
			offload__task_ask(task, why);
			return -EBUSY;
		}
		task_withdraw(task, why);
		*post = true;
		return 0;
	case TASK_RUNNING:
		*post = offload__task_ask(task, why);
		offload__pool_asked(pool, task);
		return *post ? 0 : -EBUSY;
	default:
		return -ENOENT;
	}
}

int offload__task_cancel(struct offload_task *task, int why)
{
	struct offload_limiter *limiter = task->limiter;
	struct offload_pool *pool = task->runs_on;
	bool post = false, token;
	int outcome;

	if (task_state(task) == TASK_COROUTINE) {
		offload__coroutine_cancel_self(task);
		return -EBUSY;
	}
	/* Over: its pool and limiter may be gone. Who ended it did so before the loop's thread could free them. */
	if (task_state(task) == TASK_FINISHED || task_state(task) == TASK_ABANDONED)
		return -ENOENT;
	if (limiter)
		pthread_mutex_lock(&limiter->lock);
	pthread_mutex_lock(&pool->lock);
	token = limiter && task_state(task) == TASK_QUEUED;
	outcome = task_cancel_locked(task, why, &post);
	pthread_mutex_unlock(&pool->lock);
	if (limiter)
		pthread_mutex_unlock(&limiter->lock);
	if (token && post)
		offload__limiter_give(limiter);
	if (post)
		offload__loop_post(task->loop, &task->event);
	return outcome;
}

int offload_cancel(struct offload_task *task)
{
	if (task_state(task) == TASK_IDLE)
		return -ENOENT;
	if (!offload__loop_ours(task->loop))
		return -ECHILD;
	if (!offload__loop_here(task->loop))
		return -EPERM;
	return offload__task_cancel(task, -ECANCELED);
}
