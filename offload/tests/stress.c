/*
 * stress: see stress.h. Each accepted submit has a record of its own, freed in its last callback, so that an address
 * sanitizer sees who comes too late.
 */
#include "stress.h"

#include <stdatomic.h>
#include <stdio.h>

enum { SLOTS = 400, POOLS = 3, LIMITERS = 3, GROUPS = 4, OUTSIDERS = 2 };

struct slot;

struct stress {
	const struct stress_loop *kind;
	void *event_loop;
	struct offload_loop *loop;
	pthread_t thread;
	uint64_t random;
	unsigned depth; /* of turns in turns */
	struct offload_pool *pools[POOLS];
	struct offload_limiter *limiters[LIMITERS]; /* the first always has FIXED_TOKENS */
	struct offload_group *groups[GROUPS];       /* NULL while closing */
	struct record *records[SLOTS];
	unsigned long submitted, refused, dones, abandonable, released, closing, closed;
	atomic_int fixed_running;
	atomic_ulong works, calls;
	unsigned long called;
	atomic_bool outsiders_stop;
	atomic_int outsiders;
};

enum { FIXED_TOKENS = 2 };

enum behaviour { QUICK, SPINS, WAITS_FOR_CANCEL, CALLS, SLEEPS, BEHAVIOURS };

struct record {
	struct offload_task task;
	struct stress *stress;
	struct record **slot; /* where it is found; NULL once done */
	enum behaviour behaviour;
	atomic_int works;
	int dones;
	int expected; /* result, after a cancel that returned 0 */
	bool fixed;
};

static uint64_t random_next(struct stress *s)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return s->random;
}

static unsigned random_below(struct stress *s, unsigned limit)
{
	return (unsigned)((random_next(s) >> 20) % limit);
}

static bool one_in(struct stress *s, unsigned n)
{
	return random_below(s, n) == 0;
}

/* ---- on workers -------------------------------------------------------------------------------------------------- */

static int called(void *data)
{
	struct stress *s = data;

	assert_true(pthread_equal(s->thread, pthread_self()));
	s->called++;
	return 11;
}

static void call_loop(struct stress *s)
{
	int result = offload_call_loop(s->loop, called, s);

	if (result == 11)
		atomic_fetch_add(&s->calls, 1);
	else
		assert_int_equal(result, -ECANCELED);
}

static void spin(uint64_t ns)
{
	uint64_t until = offload_now() + ns;

	while (offload_now() < until)
		;
}

static void behave(struct record *record)
{
	switch (record->behaviour) {
	case SPINS:
		spin(20000);
		break;
	case WAITS_FOR_CANCEL:
		for (int i = 0; i < 100 && !offload_cancelled(); i++)
			usleep(50);
		break;
	case CALLS:
		call_loop(record->stress);
		break;
	case SLEEPS:
		usleep(200);
		break;
	default:
		break;
	}
}

static int record_work(struct offload_task *task)
{
	struct record *record = task->data;

	assert_ptr_equal(offload_current(), task);
	assert_int_equal(atomic_fetch_add(&record->works, 1), 0);
	if (record->fixed)
		assert_true(atomic_fetch_add(&record->stress->fixed_running, 1) < FIXED_TOKENS);
	behave(record);
	if (record->fixed)
		atomic_fetch_sub(&record->stress->fixed_running, 1);
	atomic_fetch_add(&record->stress->works, 1);
	return offload_cancelled() && record->behaviour == WAITS_FOR_CANCEL ? -ECANCELED : 1;
}

static void *outsider(void *data)
{
	struct stress *s = data;

	while (!atomic_load(&s->outsiders_stop)) {
		call_loop(s);
		usleep(500);
	}
	atomic_fetch_sub(&s->outsiders, 1);
	return NULL;
}

/* ---- on the loop -------------------------------------------------------------------------------------------------- */

static void turn(struct stress *s)
{
	s->depth++;
	s->kind->turn(s->event_loop);
	s->depth--;
}

static void record_released(struct offload_task *task)
{
	struct record *record = task->data;
	struct stress *s = record->stress;

	assert_true(pthread_equal(s->thread, pthread_self()));
	assert_int_equal(record->dones, 1);
	s->released++;
	free(record);
}

static void record_check(struct record *record)
{
	int result = record->task.result, works = atomic_load(&record->works);
	struct stress *s = record->stress;

	assert_true(pthread_equal(s->thread, pthread_self()));
	assert_int_equal(++record->dones, 1);
	if (record->expected)
		assert_int_equal(result, record->expected);
	if (works == 0)
		assert_true(result == -ECANCELED || result == -ETIMEDOUT);
	else
		assert_true(result == 1 || result == -ECANCELED || result == -ETIMEDOUT);
}

static void record_submit(struct stress *s, struct record **slot);

static void record_done(struct offload_task *task)
{
	struct record *record = task->data;
	struct stress *s = record->stress;
	struct record **slot = record->slot;

	record_check(record);
	s->dones++;
	*slot = NULL;
	if (task->flags & OFFLOAD_ABANDON)
		s->abandonable++;
	else
		free(record);
	if (one_in(s, 4))
		record_submit(s, slot);
	if (s->kind->nests && s->depth < 4 && one_in(s, 50))
		turn(s);
}

static void record_choose(struct stress *s, struct record *record)
{
	struct offload_task *task = &record->task;
	unsigned limiter = random_below(s, LIMITERS * 2), group = random_below(s, GROUPS * 2);

	task->pool = s->pools[random_below(s, POOLS)];
	if (limiter < LIMITERS)
		task->limiter = s->limiters[limiter];
	record->fixed = limiter == 0;
	if (group < GROUPS)
		task->group = s->groups[group];
	if (one_in(s, 4))
		task->deadline = offload_now() + random_below(s, 2000000);
	record->behaviour = (enum behaviour)random_below(s, BEHAVIOURS * 2);
	if (one_in(s, 4)) {
		task->flags = OFFLOAD_ABANDON;
		task->released = record_released;
	}
}

static void record_submit(struct stress *s, struct record **slot)
{
	struct record *record;
	int error;

	if (*slot)
		return;
	record = calloc(1, sizeof(*record));
	assert_non_null(record);
	offload_task_init(&record->task, record_work, record_done, record);
	record->stress = s;
	record->slot = slot;
	record_choose(s, record);
	error = offload_submit(s->loop, &record->task);
	if (error < 0) {
		assert_true(error == -EAGAIN || error == -ECANCELED);
		s->refused++;
		free(record);
		return;
	}
	assert_int_equal(record->dones, 0);
	s->submitted++;
	*slot = record;
}

static void record_cancel(struct stress *s, struct record *record)
{
	unsigned long before = s->dones;
	int outcome;

	if (!record)
		return;
	outcome = offload_cancel(&record->task);
	assert_int_equal(s->dones, before);
	if (outcome == 0)
		record->expected = -ECANCELED;
	else
		assert_true(outcome == -EBUSY || outcome == -ENOENT);
}

static struct offload_pool *pool_open(struct stress *s)
{
	struct offload_pool_options options = {
		.name = "stress",
		.min_threads = random_below(s, 2),
		.max_threads = 1 + random_below(s, 6),
		.queue_limit = one_in(s, 2) ? 20 : 0,
		.idle_ms = 1 + random_below(s, 5),
	};
	struct offload_pool *pool = offload_pool_new(&options, NULL);

	assert_non_null(pool);
	return pool;
}

static void pool_replace(struct stress *s, struct offload_pool **pool)
{
	uint64_t deadline = one_in(s, 2) ? UINT64_MAX : offload_now() + random_below(s, 300000);
	int error = offload_pool_shutdown(*pool, deadline);

	if (error == -ETIMEDOUT)
		error = offload_pool_shutdown(*pool, UINT64_MAX);
	assert_int_equal(error, 0);
	assert_int_equal(offload_pool_free(*pool), 0);
	*pool = pool_open(s);
}

static void limiter_change(struct stress *s)
{
	struct offload_limiter **limiter = &s->limiters[1 + random_below(s, LIMITERS - 1)];

	if (!one_in(s, 10) || offload_limiter_free(*limiter) != 0) {
		assert_int_equal(offload_limiter_set(*limiter, random_below(s, 4)), 0);
		return;
	}
	*limiter = offload_limiter_new("other", 1 + random_below(s, 3), NULL);
	assert_non_null(*limiter);
}

static struct offload_group *group_open(struct stress *s)
{
	struct offload_group *group = malloc(sizeof(*group));

	assert_non_null(group);
	assert_int_equal(offload_group_init(group, s->loop), 0);
	return group;
}

static void group_freed(struct offload_group *group)
{
	struct stress *s = group->data;

	assert_true(pthread_equal(s->thread, pthread_self()));
	s->closed++;
	free(group);
}

static void group_replace(struct stress *s, struct offload_group **group)
{
	assert_int_equal(offload_group_close(*group, group_freed, s), 0);
	s->closing++;
	*group = group_open(s);
}

static void operate(struct stress *s)
{
	unsigned choice = random_below(s, 1000);

	if (choice < 600)
		record_submit(s, &s->records[random_below(s, SLOTS)]);
	else if (choice < 800)
		record_cancel(s, s->records[random_below(s, SLOTS)]);
	else if (choice < 830)
		limiter_change(s);
	else if (choice < 840)
		assert_true(offload_group_cancel(s->groups[random_below(s, GROUPS)]) >= 0);
	else if (choice < 845)
		group_replace(s, &s->groups[random_below(s, GROUPS)]);
	else if (choice < 847)
		pool_replace(s, &s->pools[random_below(s, POOLS)]);
	else
		turn(s);
}

/* ---- begin and end ------------------------------------------------------------------------------------------------ */

static unsigned long from_environment(const char *name, unsigned long otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtoul(value, NULL, 0) : otherwise;
}

static void stress_begin(struct stress *s)
{
	int error = 0;

	s->thread = pthread_self();
	s->event_loop = s->kind->open();
	s->loop = s->kind->attach(s->event_loop, &error);
	assert_int_equal(error, 0);
	assert_non_null(s->loop);
	for (int i = 0; i < POOLS; i++)
		s->pools[i] = pool_open(s);
	for (int i = 0; i < LIMITERS; i++)
		s->limiters[i] = offload_limiter_new("stress", FIXED_TOKENS, NULL);
	for (int i = 0; i < GROUPS; i++)
		s->groups[i] = group_open(s);
}

/* In one of the ways a program may end. */
static void stress_end(struct stress *s)
{
	atomic_store(&s->outsiders_stop, true);
	for (int i = 0; i < LIMITERS; i++)
		assert_int_equal(offload_limiter_set(s->limiters[i], FIXED_TOKENS), 0);
	if (one_in(s, 2))
		assert_int_equal(offload_loop_shutdown(s->loop), 0);
	while (offload_loop_pending(s->loop) > 0 || atomic_load(&s->outsiders) > 0)
		turn(s);
	for (int i = 0; i < LIMITERS; i++)
		assert_int_equal(offload_limiter_free(s->limiters[i]), 0);
	for (int i = 0; i < POOLS; i++)
		assert_int_equal(offload_pool_free(s->pools[i]), 0);
	for (int i = 0; i < GROUPS; i++)
		free(s->groups[i]);
	assert_int_equal(offload_loop_free(s->loop), 0);
	s->kind->close(s->event_loop);
}

static void stress_check(const struct stress *s)
{
	printf("stress: %lu submitted, %lu refused, %lu worked, %lu abandonable, %lu calls, %lu groups closed\n",
	       s->submitted, s->refused, atomic_load(&s->works), s->abandonable, s->called, s->closed);
	assert_int_equal(s->dones, s->submitted);
	assert_int_equal(s->released, s->abandonable);
	assert_int_equal(s->closed, s->closing);
	assert_int_equal(s->called, atomic_load(&s->calls));
	assert_int_equal(atomic_load(&s->fixed_running), 0);
}

static void everything_happens_once_whatever_is_done(void **state)
{
	const struct stress_loop *kind = *state;
	unsigned long operations = from_environment("OFFLOAD_STRESS_OPERATIONS", 40000);
	struct stress s = { .kind = kind, .outsiders = OUTSIDERS };
	pthread_t outsiders[OUTSIDERS];

	s.random = from_environment("OFFLOAD_STRESS_SEED", offload_now() % 1000000007);
	printf("stress: %s, OFFLOAD_STRESS_SEED=%lu OFFLOAD_STRESS_OPERATIONS=%lu\n", kind->name,
	       (unsigned long)s.random, operations);
	fflush(stdout);
	s.random = s.random * 2654435761u + 1;
	stress_begin(&s);
	for (int i = 0; i < OUTSIDERS; i++)
		assert_int_equal(pthread_create(&outsiders[i], NULL, outsider, &s), 0);
	for (unsigned long i = 0; i < operations; i++)
		operate(&s);
	stress_end(&s);
	for (int i = 0; i < OUTSIDERS; i++)
		assert_int_equal(pthread_join(outsiders[i], NULL), 0);
	stress_check(&s);
}

int stress_main(const struct stress_loop *kind)
{
	void *state = (void *)kind;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(everything_happens_once_whatever_is_done, state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
