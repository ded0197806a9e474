/*
 * bench: a round trip by OFFLOAD_SCOPE against one by offload_submit, the same work on the same pool, by turns; and what a
 * coroutine that waits costs in memory. Lines of tab-separated values go to stdout; bench/scope.sh makes a table.
 *
 *	row <us of work> <outstanding> <ns per submit -> done> <ns per scope>    medians of the rounds
 *	memory <bytes per coroutine that waits>
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "offload.h"

enum { ROUNDS = 5, MOST_OUTSTANDING = 1000 };

static struct offload_loop *loop;
static unsigned left, work_us;
static struct offload_task tasks[MOST_OUTSTANDING];

static void work(void)
{
	uint64_t until = work_us ? offload_now() + work_us * 1000ull : 0;

	while (until && offload_now() < until)
		;
}

static void run_loop(void)
{
	while (offload_loop_pending(loop) > 0) {
		struct pollfd readable = { .fd = offload_loop_descriptor(loop), .events = POLLIN };

		poll(&readable, 1, -1);
		offload_loop_dispatch(loop);
	}
}

static int work_in_task(struct offload_task *task)
{
	(void)task;
	work();
	return 0;
}

static void submit_next(struct offload_task *task)
{
	if (left > 0 && left-- && offload_submit(loop, task) < 0)
		abort();
}

static void start_task(unsigned i)
{
	offload_task_init(&tasks[i], work_in_task, submit_next, NULL);
	submit_next(&tasks[i]);
}

static void scope_after_scope(void *unused)
{
	(void)unused;
	while (left > 0 && left--)
		OFFLOAD_SCOPE(NULL)
			work();
}

static void start_coroutine(unsigned i)
{
	(void)i;
	if (offload_go(loop, scope_after_scope, NULL, NULL) < 0)
		abort();
}

static double measure(void (*start)(unsigned i), unsigned outstanding, unsigned count)
{
	uint64_t before = offload_now();

	left = count;
	for (unsigned i = 0; i < outstanding; i++)
		start(i);
	run_loop();
	return (double)(offload_now() - before) / count;
}

static int compare(const void *a, const void *b)
{
	double first = *(const double *)a, second = *(const double *)b;

	return (first > second) - (first < second);
}

static void row(unsigned us, unsigned outstanding, unsigned count)
{
	double submits[ROUNDS], scopes[ROUNDS];

	work_us = us;
	for (int i = 0; i < ROUNDS; i++) {
		submits[i] = measure(start_task, outstanding, count);
		scopes[i] = measure(start_coroutine, outstanding, count);
	}
	qsort(submits, ROUNDS, sizeof(*submits), compare);
	qsort(scopes, ROUNDS, sizeof(*scopes), compare);
	printf("row\t%u\t%u\t%.0f\t%.0f\n", us, outstanding, submits[ROUNDS / 2], scopes[ROUNDS / 2]);
}

static size_t resident(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	unsigned long size = 0, pages = 0;

	if (!file || fscanf(file, "%lu %lu", &size, &pages) != 2)
		abort();
	fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void wait_a_little(void *unused)
{
	(void)unused;
	offload_sleep(500000000);
}

static void memory(void)
{
	size_t before = resident();

	for (int i = 0; i < MOST_OUTSTANDING; i++)
		if (offload_go(loop, wait_a_little, NULL, NULL) < 0)
			abort();
	offload_loop_dispatch(loop);
	printf("memory\t%zu\n", (resident() - before) / MOST_OUTSTANDING);
	run_loop();
}

int main(void)
{
	const struct offload_pool_options options = { .max_threads = 4 };
	struct offload_pool *pool = offload_pool_new(&options, NULL);

	loop = offload_loop_fd(NULL);
	if (!pool || !loop || offload_loop_set_pool(loop, pool) < 0)
		return 1;
	memory();
	row(0, 1, 3000);
	row(0, 10, 10000);
	row(0, 1000, 30000);
	row(10, 1, 3000);
	row(10, 10, 10000);
	row(10, 1000, 10000);
	return offload_loop_free(loop) || offload_pool_free(pool);
}
