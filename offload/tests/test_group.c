/*
 * groups: the tasks of one owner end with it.
 */
#include "support.h"

struct owner {
	struct offload_group group;
	struct job jobs[3];
	int closed, dones_at_closed;
};

static int owner_dones(const struct owner *owner)
{
	return owner->jobs[0].dones + owner->jobs[1].dones + owner->jobs[2].dones;
}

static void owner_closed(struct offload_group *group)
{
	struct owner *owner = group->data;

	owner->closed++;
	owner->dones_at_closed = owner_dones(owner);
}

static void owner_init(struct owner *owner, struct world *world)
{
	memset(owner, 0, sizeof(*owner));
	assert_int_equal(offload_group_init(&owner->group, world->loop), 0);
	for (int i = 0; i < 3; i++) {
		job_init(&owner->jobs[i], world->loop, world->pool);
		owner->jobs[i].task.group = &owner->group;
	}
}

static void a_closed_group_ends_its_tasks_and_closes_after_the_last(void **state)
{
	struct world world = world_new();
	struct owner owner;

	(void)state;
	owner_init(&owner, &world);
	owner.jobs[0].stops = true;
	job_start(&owner.jobs[0]);
	job_submit(&owner.jobs[1]);
	job_submit(&owner.jobs[2]);
	assert_int_equal(offload_group_close(&owner.group, owner_closed, &owner), 0);
	assert_int_equal(offload_group_close(&owner.group, owner_closed, &owner), -EALREADY);
	assert_int_equal(owner.closed, 0);
	test_run(world.loop);
	assert_int_equal(owner.closed, 1);
	assert_int_equal(owner.dones_at_closed, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(owner.jobs[i].task.result, -ECANCELED);
	assert_int_equal(owner.jobs[1].works, 0);
	world_free(&world);
}

static void an_empty_group_closes_from_the_loop(void **state)
{
	struct world world = world_new();
	struct owner owner;

	(void)state;
	owner_init(&owner, &world);
	assert_int_equal(offload_group_close(&owner.group, NULL, NULL), -EINVAL);
	assert_int_equal(offload_group_close(&owner.group, owner_closed, &owner), 0);
	assert_int_equal(owner.closed, 0);
	assert_int_equal(offload_loop_pending(world.loop), 1);
	assert_int_equal(offload_submit(world.loop, &owner.jobs[0].task), -ECANCELED);
	test_run(world.loop);
	assert_int_equal(owner.closed, 1);
	world_free(&world);
}

static void a_cancelled_group_goes_on(void **state)
{
	struct world world = world_new();
	struct owner owner;

	(void)state;
	owner_init(&owner, &world);
	assert_int_equal(offload_group_cancel(&owner.group), 0);
	owner.jobs[0].stops = true;
	job_start(&owner.jobs[0]);
	job_submit(&owner.jobs[1]);
	assert_int_equal(offload_group_cancel(&owner.group), 2);
	test_run(world.loop);
	assert_int_equal(owner_dones(&owner), 2);
	job_open(&owner.jobs[2]);
	job_submit(&owner.jobs[2]);
	test_run(world.loop);
	assert_int_equal(owner.jobs[2].task.result, 0);
	world_free(&world);
}

static void other_tasks_are_left_alone(void **state)
{
	struct world world = world_new();
	struct owner owner;
	struct job other;

	(void)state;
	owner_init(&owner, &world);
	job_init(&other, world.loop, world.pool);
	job_start(&other);
	job_submit(&owner.jobs[0]);
	assert_int_equal(offload_group_close(&owner.group, owner_closed, &owner), 0);
	while (owner.closed == 0)
		assert_true(test_turn(world.loop, 5000));
	assert_int_equal(other.dones, 0);
	job_open(&other);
	test_run(world.loop);
	assert_int_equal(other.task.result, 0);
	world_free(&world);
}

static void a_group_waits_for_the_release_of_what_it_abandoned(void **state)
{
	struct world world = world_new();
	struct owner owner;

	(void)state;
	owner_init(&owner, &world);
	owner.jobs[0].task.flags = OFFLOAD_ABANDON;
	owner.jobs[0].task.released = job_released;
	job_start(&owner.jobs[0]);
	assert_int_equal(offload_group_close(&owner.group, owner_closed, &owner), 0);
	assert_true(test_turn(world.loop, 5000));
	assert_int_equal(owner.jobs[0].dones, 1);
	assert_int_equal(owner.closed, 0);
	job_open(&owner.jobs[0]);
	test_run(world.loop);
	assert_int_equal(owner.jobs[0].releases, 1);
	assert_int_equal(owner.closed, 1);
	world_free(&world);
}

/* The picture of a connection: freed in `closed`, which no completion may come after. */
static void free_owner(struct offload_group *group)
{
	free(group->data);
}

static void close_in_done(struct offload_task *task)
{
	assert_int_equal(offload_group_close(task->group, free_owner, task->group->data), 0);
}

static void an_owner_may_close_in_done_and_free_itself_in_closed(void **state)
{
	struct world world = world_new();
	struct owner *owner = malloc(sizeof(*owner));

	(void)state;
	assert_non_null(owner);
	owner_init(owner, &world);
	owner->group.data = owner;
	owner->jobs[0].task.done = close_in_done;
	job_start(&owner->jobs[0]);
	job_submit(&owner->jobs[1]);
	job_submit(&owner->jobs[2]);
	job_open(&owner->jobs[0]);
	job_open(&owner->jobs[1]);
	job_open(&owner->jobs[2]); /* the worker may be quicker than the loop */
	world_free(&world);
}

static void an_empty_group_may_be_forgotten(void **state)
{
	struct world world = world_new();
	struct owner *owner = malloc(sizeof(*owner));

	(void)state;
	assert_non_null(owner);
	owner_init(owner, &world);
	job_open(&owner->jobs[0]);
	job_submit(&owner->jobs[0]);
	test_run(world.loop);
	free(owner);
	assert_int_equal(offload_loop_shutdown(world.loop), 0);
	world_free(&world);
}

static void a_group_of_another_loop_is_refused(void **state)
{
	struct world world = world_new();
	struct offload_loop *other = test_loop();
	struct owner owner;

	(void)state;
	owner_init(&owner, &world);
	assert_int_equal(offload_submit(other, &owner.jobs[0].task), -EINVAL);
	assert_int_equal(offload_loop_free(other), 0);
	world_free(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_closed_group_ends_its_tasks_and_closes_after_the_last),
		cmocka_unit_test(an_empty_group_closes_from_the_loop),
		cmocka_unit_test(a_cancelled_group_goes_on),
		cmocka_unit_test(other_tasks_are_left_alone),
		cmocka_unit_test(a_group_waits_for_the_release_of_what_it_abandoned),
		cmocka_unit_test(an_owner_may_close_in_done_and_free_itself_in_closed),
		cmocka_unit_test(an_empty_group_may_be_forgotten),
		cmocka_unit_test(a_group_of_another_loop_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
