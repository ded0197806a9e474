/*
 * wait: what a coroutine on the loop waits for: a task, a time, something the event loop itself completes, or others
 * that end.
 */
#include "coroutine.h"

#include <errno.h>

/* May this code wait at all, and is it still wanted to? The coroutine in *out. */
static int wait_check(struct offload_coroutine **out)
{
	struct offload_coroutine *coroutine = offload_coroutine_current();

	*out = coroutine;
	if (!coroutine)
		return offload_current() ? -EDEADLK : -EPERM;
	return coroutine->here.worker ? -EDEADLK : 0;
}

static int wait_check_cancelled(struct offload_coroutine **out)
{
	int error = wait_check(out);

	return error == 0 && offload__coroutine_is_cancelled(*out) ? -ECANCELED : error;
}

static void awaited(struct offload_task *task)
{
	struct offload_coroutine *coroutine = task->awaits;

	coroutine->awaited = NULL;
	offload__coroutine_continue(coroutine, task->result);
}

int offload_await(struct offload_task *task)
{
	struct offload_coroutine *coroutine;
	int error = wait_check_cancelled(&coroutine);

	if (error < 0)
		return error;
	task->done = awaited;
	task->awaits = coroutine;
	error = offload_submit(coroutine->loop, task);
	if (error < 0)
		return error;
	coroutine->awaited = task;
	return offload__coroutine_wait(coroutine);
}

static void slept(struct offload__timer *timer)
{
	offload__coroutine_continue(CONTAINER(timer, struct offload_coroutine, timer), 0);
}

int offload_sleep(uint64_t ns)
{
	struct offload_coroutine *coroutine;
	int error = wait_check_cancelled(&coroutine);

	if (error < 0)
		return error;
	if (ns == 0) {
		offload__coroutine_post(coroutine, 0);
		return offload__coroutine_wait(coroutine);
	}
	coroutine->timer.at = offload_now() + ns;
	coroutine->timer.expire = slept;
	error = offload__timer_start(coroutine->loop, &coroutine->timer);
	return error < 0 ? error : offload__coroutine_wait(coroutine);
}

void offload_waiter_init(struct offload_waiter *waiter, void (*cancel)(struct offload_waiter *waiter), void *data)
{
	*waiter = (struct offload_waiter){ .data = data, .cancel = cancel };
}

int offload_suspend(struct offload_waiter *waiter)
{
	struct offload_coroutine *coroutine;
	int error = wait_check(&coroutine);

	if (error < 0)
		return error;
	if (!waiter->resumed && waiter->cancel && offload__coroutine_is_cancelled(coroutine))
		waiter->cancel(waiter);
	if (waiter->resumed)
		return waiter->result;
	waiter->coroutine = coroutine;
	coroutine->waiter = waiter;
	return offload__coroutine_wait(coroutine);
}

int offload_resume(struct offload_waiter *waiter, int result)
{
	struct offload_coroutine *coroutine = waiter->coroutine;

	if (waiter->resumed)
		return -EALREADY;
	waiter->resumed = true;
	waiter->result = result;
	if (!coroutine)
		return 0;
	coroutine->waiter = NULL;
	offload__coroutine_post(coroutine, result);
	return 0;
}

static void cancel_joined(struct offload_waiter *waiter)
{
	offload_group_cancel(waiter->data);
}

static int join_check(const struct offload_group *group, struct offload_coroutine **out)
{
	int error = wait_check(out);

	if (error < 0)
		return error;
	if (group->loop != (*out)->loop || group->closing)
		return -EINVAL;
	if ((*out)->self.group == group)
		return -EDEADLK;
	return group->joiner ? -EALREADY : 0;
}

/* Who ends the last one may begin another before this goes on. */
int offload_group_join(struct offload_group *group)
{
	struct offload_coroutine *coroutine;
	struct offload_waiter waiter;
	int error = join_check(group, &coroutine);

	if (error < 0)
		return error;
	while (!list_empty(&group->members)) {
		offload_waiter_init(&waiter, cancel_joined, group);
		group->joiner = &waiter;
		offload_suspend(&waiter);
	}
	return offload__coroutine_is_cancelled(coroutine) ? -ECANCELED : 0;
}

void offload__coroutine_interrupt(struct offload_coroutine *coroutine)
{
	if (coroutine->awaited) {
		offload_cancel(coroutine->awaited);
	} else if (coroutine->waiter) {
		if (coroutine->waiter->cancel)
			coroutine->waiter->cancel(coroutine->waiter);
	} else if (coroutine->timer.at != 0) {
		offload__timer_stop(coroutine->loop, &coroutine->timer);
		offload__coroutine_post(coroutine, -ECANCELED);
	} else {
		offload_cancel(&coroutine->hop); /* fails if it is nowhere on its way to a worker, nor on one */
	}
}
