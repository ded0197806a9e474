/*
 * bench: a round trip by OFFLOAD_SCOPE against one by offload_submit, the same work on the same pool, by turns; and what a
 * coroutine costs to begin and end, and in memory while it waits. Lines of tab-separated values go to stdout;
 * bench/scope.sh makes a table.
 *
 *	row <us of work> <outstanding> <ns per submit -> done> <ns per switches> <ns per scope>     medians of the rounds
 *	begin <alive at once> <ns per coroutine that begins and ends>
 *	memory <bytes per coroutine that waits>
 *
 * "switches" is the least that a scope can cost: submit -> done of a task that enters a stack of its own and leaves it
 * again, in work and in done, by the library's bare context switch.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "context.h"
#include "offload.h"

enum { ROUNDS = 25, MOST_OUTSTANDING = 1000, SMALL_STACK = 4096 };

static struct offload_loop *loop;
static unsigned left, work_us, running;

static void work(void)
{
	uint64_t until = work_us ? offload_now() + work_us * 1000ull : 0;

	while (until && offload_now() < until)
		;
}

static void turn(void)
{
	struct pollfd readable = { .fd = offload_loop_descriptor(loop), .events = POLLIN };

	poll(&readable, 1, -1);
	offload_loop_dispatch(loop);
}

/* Is there one more to do? Else one of those that do them has nothing left. */
static bool next(void)
{
	if (left == 0) {
		running--;
		return false;
	}
	left--;
	return true;
}

/* ---- submit -> done, and the same with switches ------------------------------------------------------------------- */

static struct offload_task tasks[MOST_OUTSTANDING];

static void submit_next(struct offload_task *task)
{
	if (next() && offload_submit(loop, task) < 0)
		abort();
}

static int work_in_task(struct offload_task *task)
{
	(void)task;
	work();
	return 0;
}

static void start_task(unsigned i)
{
	offload_task_init(&tasks[i], work_in_task, submit_next, NULL);
	submit_next(&tasks[i]);
}

/* The other side of a switch, at the top of its stack. */
struct stack {
	_Alignas(64) char below[SMALL_STACK - 2 * sizeof(struct offload__context)];
	struct offload__context inside, outside;
};

static struct stack stacks[MOST_OUTSTANDING];

static void leave_again(void *data)
{
	struct stack *stack = data;

	for (;;)
		offload__context_switch(&stack->inside, &stack->outside);
}

static int work_on_stack(struct offload_task *task)
{
	struct stack *stack = task->data;

	offload__context_switch(&stack->outside, &stack->inside);
	work();
	return 0;
}

static void done_on_stack(struct offload_task *task)
{
	struct stack *stack = task->data;

	offload__context_switch(&stack->outside, &stack->inside);
	submit_next(task);
}

static void start_switches(unsigned i)
{
	struct stack *stack = &stacks[i];

	offload__context_make(&stack->inside, stack->below, sizeof(stack->below), leave_again, stack);
	offload_task_init(&tasks[i], work_on_stack, done_on_stack, stack);
	submit_next(&tasks[i]);
}

/* ---- scopes: coroutines that stay from round to round --------------------------------------------------------------- */

static struct offload_waiter idle[MOST_OUTSTANDING];
static unsigned coroutines;
static bool over;

static void scope_after_scope(void *waiter)
{
	while (!over) {
		while (next())
			OFFLOAD_SCOPE(NULL)
				work();
		offload_waiter_init(waiter, NULL, NULL);
		offload_suspend(waiter);
	}
}

static void start_coroutine(unsigned i)
{
	if (i < coroutines)
		offload_resume(&idle[i], 0);
	else if (offload_go(loop, scope_after_scope, &idle[coroutines++], NULL) < 0)
		abort();
}

static void end_coroutines(void)
{
	over = true;
	for (unsigned i = 0; i < coroutines; i++)
		offload_resume(&idle[i], 0);
	while (offload_loop_pending(loop) > 0)
		turn();
}

/* ---- rows ----------------------------------------------------------------------------------------------------------- */

static double measure(void (*start)(unsigned i), unsigned outstanding, unsigned count)
{
	uint64_t before = offload_now();

	left = count;
	running = outstanding;
	for (unsigned i = 0; i < outstanding; i++)
		start(i);
	while (running > 0)
		turn();
	return (double)(offload_now() - before) / count;
}

static double median(double *values, unsigned count)
{
	for (unsigned i = 1; i < count; i++)
		for (unsigned k = i; k > 0 && values[k] < values[k - 1]; k--) {
			double other = values[k];

			values[k] = values[k - 1];
			values[k - 1] = other;
		}
	return values[count / 2];
}

static void row(unsigned us, unsigned outstanding, unsigned count)
{
	static void (*const starts[])(unsigned i) = { start_task, start_switches, start_coroutine };
	double times[3][ROUNDS];

	work_us = us;
	for (int k = 0; k < 3; k++)
		measure(starts[k], outstanding, count / 5 + outstanding); /* all that is there once has been made */
	for (int i = 0; i < ROUNDS; i++)
		for (int k = 0; k < 3; k++)
			times[k][i] = measure(starts[k], outstanding, count);
	printf("row\t%u\t%u", us, outstanding);
	for (int k = 0; k < 3; k++)
		printf("\t%.0f", median(times[k], ROUNDS));
	printf("\n");
	fflush(stdout);
}

static void end_at_once(void *unused)
{
	(void)unused;
	offload_sleep(0);
}

static void begin(unsigned alive, unsigned count)
{
	double times[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t before = offload_now();

		for (unsigned begun = 0; begun < count; begun += alive) {
			for (unsigned k = 0; k < alive; k++)
				if (offload_go(loop, end_at_once, NULL, NULL) < 0)
					abort();
			while (offload_loop_pending(loop) > 0)
				turn();
		}
		times[i] = (double)(offload_now() - before) / count;
	}
	printf("begin\t%u\t%.0f\n", alive, median(times, ROUNDS));
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
	while (offload_loop_pending(loop) > 0)
		turn();
}

int main(void)
{
	const struct offload_pool_options options = { .max_threads = 4 };
	struct offload_pool *pool = offload_pool_new(&options, NULL);

	loop = offload_loop_fd(NULL);
	if (!pool || !loop || offload_loop_set_pool(loop, pool) < 0)
		return 1;
	memory();
	begin(1, 1000);
	begin(MOST_OUTSTANDING, MOST_OUTSTANDING);
	row(0, 1, 1000);
	row(0, 10, 5000);
	row(0, 100, 10000);
	row(0, MOST_OUTSTANDING, 20000);
	row(10, 1, 300);
	row(10, 10, 1000);
	row(10, 100, 2000);
	row(10, MOST_OUTSTANDING, 4000);
	end_coroutines();
	return offload_loop_free(loop) || offload_pool_free(pool);
}
