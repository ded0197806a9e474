/*
 * A function that belongs to the loop is refused elsewhere: by an assertion at run time. (looplint says so before.)
 */
#undef NDEBUG
#include "run.h"

#include <signal.h>
#include <sys/wait.h>

static struct offload_loop *loop;

static void redraw(void)
{
	OFFLOAD_ASSERT_LOOP(loop);
}

static int redraw_on_a_worker(struct offload_task *task)
{
	(void)task;
	redraw();
	return 0;
}

static void nothing(struct offload_task *task)
{
	(void)task;
}

int main(void)
{
	struct offload_task task;
	int status;

	if (fork() == 0) {
		dup2(STDOUT_FILENO, STDERR_FILENO);
		loop = new_loop();
		redraw(); /* the loop's thread: as it should be */
		offload_task_init(&task, redraw_on_a_worker, nothing, NULL);
		if (offload_submit(loop, &task) < 0)
			_exit(1);
		_exit(run_loop(loop));
	}
	wait(&status);
	printf("aborted: %s\n", WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? "yes" : "no");
	return 0;
}
// prints: offload: redraw() belongs to the loop, and was called on another thread
// prints: aborted: yes
