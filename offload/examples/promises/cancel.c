/*
 * Cancelling: what has not begun never will; what runs polls offload_cancelled(), or is abandoned; a deadline is a cancel.
 */
#include "run.h"

static struct offload_task waiting, polite, deaf, late;
static bool let_go; /* of `deaf` */

static int never(struct offload_task *task)
{
	(void)task;
	printf("this is not printed\n");
	return 0;
}

static int poll_for_cancel(struct offload_task *task)
{
	(void)task;
	while (!offload_cancelled())
		usleep(1000);
	return -ECANCELED;
}

static int do_not_listen(struct offload_task *task)
{
	(void)task;
	while (!__atomic_load_n(&let_go, __ATOMIC_ACQUIRE)) /* a call that cannot be interrupted */
		usleep(1000);
	return 0;
}

static void on_done(struct offload_task *task)
{
	printf("%s: %s\n", (const char *)task->data, task->result == -ECANCELED ? "cancelled" : "its deadline passed");
	if (task == &deaf)
		__atomic_store_n(&let_go, true, __ATOMIC_RELEASE); /* the thread was still in there */
}

static void on_released(struct offload_task *task)
{
	printf("%s: released, its memory may go\n", (const char *)task->data);
}

static void run(void *none)
{
	struct offload_loop *loop = offload_coroutine_loop(offload_coroutine_current());

	offload_task_init(&waiting, never, on_done, "waiting");
	waiting.limiter = none;
	offload_task_init(&polite, poll_for_cancel, on_done, "polite");
	offload_task_init(&deaf, do_not_listen, on_done, "deaf");
	deaf.flags = OFFLOAD_ABANDON;
	deaf.released = on_released;
	offload_task_init(&late, poll_for_cancel, on_done, "late");
	late.deadline = offload_now() + 200 * MS;
	if (offload_submit(loop, &waiting) || offload_submit(loop, &polite) || offload_submit(loop, &deaf) ||
	    offload_submit(loop, &late))
		return;

	offload_sleep(50 * MS);
	offload_cancel(&waiting);
	offload_sleep(10 * MS);
	offload_cancel(&polite);
	offload_sleep(50 * MS);
	offload_cancel(&deaf);
}

int main(void)
{
	struct offload_limiter *none = offload_limiter_new("none", 0, NULL);
	struct offload_loop *loop = new_loop();
	int error;

	if (offload_go(loop, run, none, NULL) < 0)
		return 1;
	error = run_loop(loop);
	offload_limiter_free(none);
	return error;
}
// prints: waiting: cancelled
// prints: polite: cancelled
// prints: deaf: cancelled
// prints: deaf: released, its memory may go
// prints: late: its deadline passed
