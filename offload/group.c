/*
 * group: the tasks of one owner, on the loop's thread only. A group is known to its loop only while it has members, so an
 * empty one may be forgotten. Tasks without a group are members of the loop itself.
 */
#include "internal.h"

#include <errno.h>
#include <string.h>

static int group_check(const struct offload_loop *loop)
{
	if (!offload__loop_ours(loop))
		return -ECHILD;
	return offload__loop_here(loop) ? 0 : -EPERM;
}

int offload_group_init(struct offload_group *group, struct offload_loop *loop)
{
	int error = group_check(loop);

	if (error < 0)
		return error;
	memset(group, 0, sizeof(*group));
	group->loop = loop;
	list_init(&group->members);
	return 0;
}

void offload__group_join(struct offload_task *task)
{
	struct offload_group *group = task->group;

	if (group && list_empty(&group->members))
		list_append(&group->loop->groups, &group->of_loop);
	list_append(group ? &group->members : &task->loop->members, &task->member);
}

void offload__group_leave(struct offload_task *task)
{
	struct offload_group *group = task->group;

	list_remove(&task->member);
	if (!group || !list_empty(&group->members))
		return;
	list_remove(&group->of_loop);
	if (group->joiner)
		offload_resume(group->joiner, 0);
	group->joiner = NULL;
}

bool offload__group_is_over(struct offload_group *group)
{
	return group->closing && list_empty(&group->members);
}

static void group_run_closed(struct offload__event *event)
{
	struct offload_group *group = CONTAINER(event, struct offload_group, event);

	offload__loop_drop(group->loop);
	group->closed(group);
}

void offload__group_closed(struct offload_group *group)
{
	group->event.run = group_run_closed;
	offload__loop_post(group->loop, &group->event);
}

static bool waits_for_thread(const struct offload_task *task)
{
	return task_state(task) == TASK_COROUTINE ? offload__coroutine_is_queued(task) : task_is_queued(task);
}

int offload__members_cancel(struct offload__link *members, bool begun)
{
	int count = 0;

	for (struct offload__link *link = members->next; link != members; link = link->next) {
		struct offload_task *task = CONTAINER(link, struct offload_task, member);

		if (begun || waits_for_thread(task))
			offload__task_cancel(task, -ECANCELED);
		count++;
	}
	return count;
}

/* First what waits: a thread that is asked to stop shall not begin with the next of them. */
static int group_cancel(struct offload_group *group)
{
	offload__members_cancel(&group->members, false);
	return offload__members_cancel(&group->members, true);
}

int offload_group_cancel(struct offload_group *group)
{
	int error = group_check(group->loop);

	return error < 0 ? error : group_cancel(group);
}

int offload_group_close(struct offload_group *group, void (*closed)(struct offload_group *group), void *data)
{
	int error = group_check(group->loop);

	if (error < 0)
		return error;
	if (!closed)
		return -EINVAL;
	if (group->closing)
		return -EALREADY;
	group->closing = 1;
	group->closed = closed;
	group->data = data;
	offload__loop_hold(group->loop);
	if (group_cancel(group) == 0)
		offload__group_closed(group);
	return 0;
}
