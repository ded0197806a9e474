/*
 * A coroutine that is cancelled is told at its next wait, and at every one after it; what it must undo by waiting stands
 * behind a shield.
 */
#include "run.h"

static struct offload_coroutine *copying;

static int remove_half_a_copy(struct offload_task *task)
{
	(void)task;
	usleep(1000); /* unlink() on a disk that is asleep */
	printf("the half that was copied is removed\n");
	return 0;
}

static void copy(void *data)
{
	struct offload_task undo;
	int error = offload_sleep(1000 * MS); /* a long copy */

	(void)data;
	if (error == 0)
		return;
	printf("cancelled: %s\n", error == -ECANCELED ? "yes" : "no");
	offload_task_init(&undo, remove_half_a_copy, NULL, NULL);
	printf("without a shield: %s\n", offload_await(&undo) == -ECANCELED ? "not even begun" : "?");
	offload_shield(true);
	printf("with one: %d\n", offload_await(&undo));
	offload_shield(false);
}

static void cancel(void *data)
{
	(void)data;
	offload_coroutine_cancel(copying);
}

int main(void)
{
	const struct offload_go_options options = { .coroutine = &copying };
	struct offload_loop *loop = new_loop();

	if (offload_go(loop, copy, NULL, &options) < 0 || offload_go(loop, cancel, NULL, NULL) < 0)
		return 1;
	return run_loop(loop);
}
// prints: cancelled: yes
// prints: without a shield: not even begun
// prints: the half that was copied is removed
// prints: with one: 0
