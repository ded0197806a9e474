/*
 * function: what OFFLOAD_FUNCTION generates comes here, to be submitted, awaited, or run where it is; and what refuses
 * functions that belong to the loop.
 */
#include "coroutine.h"

#include <stdio.h>
#include <stdlib.h>

static void run_done(struct offload__event *event)
{
	struct offload_task *task = CONTAINER(event, struct offload_task, event);

	task->done(task);
}

int offload__function_submit(struct offload_loop *loop, struct offload_task *task, offload_work *work,
			     offload_done *done)
{
	task->work = work;
	task->done = done;
	if (!offload_current())
		return offload_submit(loop, task);
	task->result = 0;
	work(task);
	if (done) {
		task->event.run = run_done;
		offload__loop_post(loop, &task->event);
	}
	return OFFLOAD_INLINE;
}

int offload__function_await(struct offload_task *task, offload_work *work)
{
	task->work = work;
	if (!offload_current())
		return offload_await(task);
	task->result = 0;
	return work(task);
}

bool offload_on_loop(const struct offload_loop *loop)
{
	const struct offload_coroutine *coroutine = offload_coroutine_current();

	return offload__loop_here(loop) && !(coroutine && coroutine->here.worker);
}

void offload__assert_loop(const struct offload_loop *loop, const char *function)
{
	if (offload_on_loop(loop))
		return;
	fprintf(stderr, "offload: %s() belongs to the loop, and was called on another thread\n", function);
	abort();
}
