/*
 * A connection closes while work of its own is on the way: all of it is cancelled, each completion still runs, and the
 * connection is freed behind the last of them.
 */
#include "run.h"

struct connection {
	struct offload_group group;
	struct offload_task reading, writing, too_late;
	int cancelled;
};

static int wait_to_be_told(struct offload_task *task)
{
	(void)task;
	while (!offload_cancelled())
		usleep(1000);
	return -ECANCELED;
}

static void on_done(struct offload_task *task)
{
	struct connection *connection = task->data;

	connection->cancelled += task->result == -ECANCELED;
}

static void on_closed(struct offload_group *group)
{
	struct connection *connection = group->data;

	printf("cancelled: %d, and nothing uses the connection any more\n", connection->cancelled);
	free(connection);
}

static int begin(struct offload_loop *loop, struct offload_task *task, struct connection *connection)
{
	offload_task_init(task, wait_to_be_told, on_done, connection);
	task->group = &connection->group;
	return offload_submit(loop, task);
}

int main(void)
{
	struct offload_loop *loop = new_loop();
	struct connection *connection = calloc(1, sizeof(*connection));

	if (!connection || offload_group_init(&connection->group, loop) < 0)
		return 1;
	if (begin(loop, &connection->reading, connection) < 0 || begin(loop, &connection->writing, connection) < 0)
		return 1;
	offload_group_close(&connection->group, on_closed, connection);
	if (begin(loop, &connection->too_late, connection) == -ECANCELED)
		printf("it takes no more\n");
	return run_loop(loop);
}
// prints: it takes no more
// prints: cancelled: 2, and nothing uses the connection any more
