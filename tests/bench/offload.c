/*
 * bench: submit -> done of offload, libuv's uv_queue_work(), GLib's g_task_run_in_thread() and a thread for each call.
 *
 * All do the same work in the same process, by turns, several rounds. So many tasks are outstanding; whenever one is
 * done the next is submitted. Rows of tab-separated values go to stdout; bench/offload.sh makes a table and a picture.
 *
 *	row <contender> <work> <outstanding> <p50 ns> <p99 ns> <tasks per second> <CPU ns per task> <mean ns>
 *	memory <contender> <bytes of the caller's> <bytes the process grew by> per outstanding task
 *	class <contender> <p50 ns> <p99 ns> <p50 ns> <p99 ns>    of one class alone, and while another is blocked
 */
#include <gio/gio.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "offload.h"

enum { ROUNDS = 5, THREADS = 4, MOST_OUTSTANDING = 1000, MOST_TASKS = 10000 };

/* ---- the work ---------------------------------------------------------------------------------------------------- */

enum work { WORK_NONE, WORK_SPINS, WORK_SLEEPS, WORK_SLEEPS_LONG };

static const char *const work_names[] = { "nothing", "10 us of CPU", "1 ms asleep" };

static uint64_t clock_ns(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void nap(uint64_t ns)
{
	struct timespec time = { (time_t)(ns / 1000000000u), (long)(ns % 1000000000u) };

	nanosleep(&time, NULL);
}

static void work_do(enum work work)
{
	uint64_t until;

	switch (work) {
	case WORK_NONE:
		break;
	case WORK_SPINS:
		until = clock_ns(CLOCK_MONOTONIC) + 10000;
		while (clock_ns(CLOCK_MONOTONIC) < until)
			;
		break;
	case WORK_SLEEPS:
		nap(1000000);
		break;
	case WORK_SLEEPS_LONG:
		nap(100000000);
		break;
	}
}

/* ---- one run ----------------------------------------------------------------------------------------------------- */

struct item {
	union {
		struct offload_task offload;
		uv_work_t uv;
	} of;
	enum work work;
	uint64_t submitted;
	struct item *next;  /* of the naive one's completions */
	bool inside, again; /* its coroutine is there; is to go on */
	struct offload_waiter waiter;
};

static struct item items[MOST_OUTSTANDING];
static uint64_t latencies[MOST_TASKS];
static unsigned to_submit, to_finish, finished;

struct contender {
	const char *name;
	size_t caller_bytes;
	void (*begin)(void);
	void (*submit)(struct item *item);
	void (*turn)(void); /* waits for completions and runs them */
	void (*end)(void);
};

static const struct contender *running;

static void item_submit(struct item *item)
{
	to_submit--;
	item->submitted = clock_ns(CLOCK_MONOTONIC);
	running->submit(item);
}

static void item_finish(struct item *item)
{
	latencies[finished++] = clock_ns(CLOCK_MONOTONIC) - item->submitted;
	if (to_submit > 0)
		item_submit(item);
}

static int compare_ns(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static double mean_ns(const uint64_t *values, unsigned count)
{
	double sum = 0;

	for (unsigned i = 0; i < count; i++)
		sum += (double)values[i];
	return sum / count;
}

struct times {
	double p50, p99, mean, rate, cpu;
};

static struct times run(const struct contender *contender, enum work work, unsigned outstanding, unsigned tasks)
{
	uint64_t begun = clock_ns(CLOCK_MONOTONIC), cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	struct times times;

	running = contender;
	to_submit = to_finish = tasks;
	finished = 0;
	for (unsigned i = 0; i < outstanding && to_submit > 0; i++) {
		items[i].work = work;
		item_submit(&items[i]);
	}
	while (finished < to_finish)
		contender->turn();
	times.rate = (double)tasks * 1e9 / (double)(clock_ns(CLOCK_MONOTONIC) - begun);
	times.cpu = (double)(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu) / tasks;
	times.mean = mean_ns(latencies, tasks);
	qsort(latencies, tasks, sizeof(latencies[0]), compare_ns);
	times.p50 = (double)latencies[tasks / 2];
	times.p99 = (double)latencies[tasks * 99ull / 100];
	return times;
}

/* ---- offload, on the plain descriptor ----------------------------------------------------------------------------- */

static struct offload_loop *loop;
static struct offload_pool *pool;

static int offload_bench_work(struct offload_task *task)
{
	work_do(((struct item *)task->data)->work);
	return 0;
}

static void offload_bench_done(struct offload_task *task)
{
	item_finish(task->data);
}

static void offload_bench_submit(struct item *item)
{
	offload_task_init(&item->of.offload, offload_bench_work, offload_bench_done, item);
	item->of.offload.pool = pool;
	if (offload_submit(loop, &item->of.offload) < 0)
		abort();
}

static void offload_bench_begin(void)
{
	struct offload_pool_options options = { .name = "bench", .min_threads = THREADS, .max_threads = THREADS };

	pool = offload_pool_new(&options, NULL);
	loop = offload_loop_fd(NULL);
	if (!pool || !loop)
		abort();
}

static void offload_bench_turn(void)
{
	struct pollfd readable = { .fd = offload_loop_descriptor(loop), .events = POLLIN };

	poll(&readable, 1, -1);
	offload_loop_dispatch(loop);
}

static void offload_bench_end(void)
{
	offload_pool_free(pool);
	offload_loop_free(loop);
}

/* ---- the same with a coroutine for each item, that moves to the pool and back -------------------------------------- */

static bool scope_ends;

static void scope_bench_go(void *data)
{
	struct item *item = data;

	while (!scope_ends) {
		while (item->again) {
			item->again = false;
			OFFLOAD_SCOPE(pool)
				work_do(item->work);
			item_finish(item);
		}
		item->inside = false;
		offload_waiter_init(&item->waiter, NULL, NULL);
		offload_suspend(&item->waiter);
	}
}

/* A coroutine stays for the next run. */
static void scope_bench_submit(struct item *item)
{
	item->again = true;
	if (item->inside)
		return;
	item->inside = true;
	if (item->waiter.coroutine)
		offload_resume(&item->waiter, 0);
	else if (offload_go(loop, scope_bench_go, item, NULL) < 0)
		abort();
}

static void scope_bench_end(void)
{
	scope_ends = true;
	for (unsigned i = 0; i < MOST_OUTSTANDING; i++)
		if (items[i].waiter.coroutine)
			offload_resume(&items[i].waiter, 0);
	while (offload_loop_pending(loop) > 0)
		offload_bench_turn();
}

/* ---- libuv -------------------------------------------------------------------------------------------------------- */

static uv_loop_t uv;

static void uv_bench_work(uv_work_t *work)
{
	work_do(((struct item *)work->data)->work);
}

static void uv_bench_done(uv_work_t *work, int status)
{
	(void)status;
	item_finish(work->data);
}

static void uv_bench_submit(struct item *item)
{
	item->of.uv.data = item;
	if (uv_queue_work(&uv, &item->of.uv, uv_bench_work, uv_bench_done) < 0)
		abort();
}

static void uv_bench_begin(void)
{
	if (uv_loop_init(&uv) < 0)
		abort();
}

static void uv_bench_turn(void)
{
	uv_run(&uv, UV_RUN_ONCE);
}

static void uv_bench_end(void)
{
	uv_loop_close(&uv);
}

/* ---- GLib --------------------------------------------------------------------------------------------------------- */

static void gtask_bench_work(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
	(void)source;
	(void)cancellable;
	work_do(((struct item *)data)->work);
	g_task_return_int(task, 0);
}

static void gtask_bench_done(GObject *source, GAsyncResult *result, gpointer data)
{
	(void)source;
	(void)result;
	item_finish(data);
}

static void gtask_bench_submit(struct item *item)
{
	GTask *task = g_task_new(NULL, NULL, gtask_bench_done, item);

	g_task_set_task_data(task, item, NULL);
	g_task_run_in_thread(task, gtask_bench_work);
	g_object_unref(task);
}

static void gtask_bench_turn(void)
{
	g_main_context_iteration(NULL, TRUE);
}

static void nothing(void)
{
}

/* ---- a thread for each call ---------------------------------------------------------------------------------------- */

static pthread_mutex_t naive_lock = PTHREAD_MUTEX_INITIALIZER;
static struct item *naive_done;
static int naive_wakeup;

static void *naive_work(void *data)
{
	struct item *item = data;
	uint64_t one = 1;

	work_do(item->work);
	pthread_mutex_lock(&naive_lock);
	item->next = naive_done;
	naive_done = item;
	pthread_mutex_unlock(&naive_lock);
	if (write(naive_wakeup, &one, sizeof(one)) < 0)
		abort();
	return NULL;
}

static void naive_submit(struct item *item)
{
	pthread_t thread;

	while (pthread_create(&thread, NULL, naive_work, item) != 0)
		usleep(100);
	pthread_detach(thread);
}

static void naive_begin(void)
{
	naive_wakeup = eventfd(0, EFD_CLOEXEC);
}

static void naive_turn(void)
{
	struct item *item, *next;
	uint64_t count;

	if (read(naive_wakeup, &count, sizeof(count)) < 0)
		abort();
	pthread_mutex_lock(&naive_lock);
	item = naive_done;
	naive_done = NULL;
	pthread_mutex_unlock(&naive_lock);
	for (; item; item = next) {
		next = item->next;
		item_finish(item);
	}
}

static void naive_end(void)
{
	close(naive_wakeup);
}

static const struct contender contenders[] = {
	{ "offload", sizeof(struct offload_task), offload_bench_begin, offload_bench_submit, offload_bench_turn,
	  offload_bench_end },
	{ "offload scope", 0, nothing, scope_bench_submit, offload_bench_turn, scope_bench_end },
	{ "uv_queue_work", sizeof(uv_work_t), uv_bench_begin, uv_bench_submit, uv_bench_turn, uv_bench_end },
	{ "GTask", 0, nothing, gtask_bench_submit, gtask_bench_turn, nothing },
	{ "pthread", 0, naive_begin, naive_submit, naive_turn, naive_end },
};

enum { OFFLOAD, SCOPE, UV, GTASK, NAIVE, CONTENDERS };

_Static_assert(CONTENDERS == sizeof(contenders) / sizeof(contenders[0]), "each has its name");

/* ---- the rows ------------------------------------------------------------------------------------------------------ */

static int compare_double(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static double median(double *values, unsigned count)
{
	qsort(values, count, sizeof(values[0]), compare_double);
	return values[count / 2];
}

static unsigned tasks_for(enum work work, unsigned outstanding)
{
	if (work == WORK_SLEEPS)
		return outstanding == 1 ? 200 : 1000;
	return work == WORK_SPINS ? 4000 : MOST_TASKS;
}

static void bench_row(enum work work, unsigned outstanding)
{
	double p50[CONTENDERS][ROUNDS], p99[CONTENDERS][ROUNDS], rate[CONTENDERS][ROUNDS], cpu[CONTENDERS][ROUNDS],
		mean[CONTENDERS][ROUNDS];

	for (unsigned round = 0; round < ROUNDS; round++)
		for (unsigned c = 0; c < CONTENDERS; c++) {
			unsigned tasks = tasks_for(work, outstanding);
			struct times times;

			run(&contenders[c], work, outstanding, tasks / 10); /* wakes its threads */
			times = run(&contenders[c], work, outstanding, tasks);
			p50[c][round] = times.p50;
			p99[c][round] = times.p99;
			rate[c][round] = times.rate;
			cpu[c][round] = times.cpu;
			mean[c][round] = times.mean;
		}
	for (unsigned c = 0; c < CONTENDERS; c++)
		printf("row\t%s\t%s\t%u\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\n", contenders[c].name, work_names[work],
		       outstanding, median(p50[c], ROUNDS), median(p99[c], ROUNDS), median(rate[c], ROUNDS),
		       median(cpu[c], ROUNDS), median(mean[c], ROUNDS));
	fflush(stdout);
}

/* Pages of this process that are in memory. */
static size_t resident(void)
{
	unsigned long all = 0, present = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file || fscanf(file, "%lu %lu", &all, &present) != 2)
		abort();
	fclose(file);
	return present * (size_t)sysconf(_SC_PAGESIZE);
}

/* What a task takes while it is outstanding: its caller's struct, and by how much the process grows for it. */
static void bench_memory(const struct contender *contender)
{
	size_t before, after;

	run(contender, WORK_SLEEPS, 10, 10);
	running = contender;
	to_submit = to_finish = MOST_OUTSTANDING;
	finished = 0;
	before = resident();
	for (unsigned i = 0; i < MOST_OUTSTANDING; i++) {
		items[i].work = contender == &contenders[NAIVE] ? WORK_SLEEPS_LONG : WORK_SLEEPS; /* all at once */
		item_submit(&items[i]);
	}
	after = resident();
	while (finished < to_finish)
		contender->turn();
	printf("memory\t%s\t%zu\t%zu\n", contender->name, contender->caller_bytes,
	       after > before ? (after - before) / MOST_OUTSTANDING : 0);
}

/* ---- one class is blocked ------------------------------------------------------------------------------------------ */

/*
 * Eight tasks that sleep for a second, as on a disk that hangs; and once every 4 ms a task of another class. With
 * offload the first have a limiter of half the threads. Completions are looked for every 100 us.
 */
enum { BLOCKERS = 8, PROBES = 400, PROBE_EVERY = 4000000, GLANCE_EVERY = 100000, BLOCK = 1000000000 };

static struct item blockers[BLOCKERS], probes[PROBES];
static unsigned blocked;

static void probe(const struct contender *contender, void (*glance)(void), struct times *times)
{
	uint64_t next = clock_ns(CLOCK_MONOTONIC);
	unsigned submitted = 0;

	running = contender;
	to_submit = 0;
	finished = 0;
	while (finished < PROBES) {
		if (submitted < PROBES && clock_ns(CLOCK_MONOTONIC) >= next) {
			to_submit++;
			item_submit(&probes[submitted++]);
			next += PROBE_EVERY;
		}
		nap(GLANCE_EVERY);
		glance();
	}
	qsort(latencies, PROBES, sizeof(latencies[0]), compare_ns);
	times->p50 = (double)latencies[PROBES / 2];
	times->p99 = (double)latencies[PROBES * 99 / 100];
}

static int block_work(struct offload_task *task)
{
	(void)task;
	nap(BLOCK);
	return 0;
}

static void block_done(struct offload_task *task)
{
	(void)task;
	blocked--;
}

static void offload_glance(void)
{
	offload_loop_dispatch(loop);
}

static void bench_class_offload(void)
{
	struct offload_limiter *disk = offload_limiter_new("disk", THREADS / 2, NULL);
	struct times alone, beside;

	probe(&contenders[OFFLOAD], offload_glance, &alone);
	for (blocked = 0; blocked < BLOCKERS; blocked++) {
		struct offload_task *task = &blockers[blocked].of.offload;

		offload_task_init(task, block_work, block_done, NULL);
		task->pool = pool;
		task->limiter = disk;
		offload_submit(loop, task);
	}
	probe(&contenders[OFFLOAD], offload_glance, &beside);
	while (blocked > 0)
		offload_bench_turn();
	offload_limiter_free(disk);
	printf("class\toffload\t%.0f\t%.0f\t%.0f\t%.0f\n", alone.p50, alone.p99, beside.p50, beside.p99);
}

static void uv_block_work(uv_work_t *work)
{
	(void)work;
	nap(BLOCK);
}

static void uv_block_done(uv_work_t *work, int status)
{
	(void)work;
	(void)status;
	blocked--;
}

static void uv_glance(void)
{
	uv_run(&uv, UV_RUN_NOWAIT);
}

static void bench_class_uv(void)
{
	struct times alone, beside;

	probe(&contenders[UV], uv_glance, &alone);
	for (blocked = 0; blocked < BLOCKERS; blocked++)
		uv_queue_work(&uv, &blockers[blocked].of.uv, uv_block_work, uv_block_done);
	probe(&contenders[UV], uv_glance, &beside);
	while (blocked > 0)
		uv_bench_turn();
	printf("class\tuv_queue_work\t%.0f\t%.0f\t%.0f\t%.0f\n", alone.p50, alone.p99, beside.p50, beside.p99);
}

int main(void)
{
	static const unsigned outstandings[] = { 1, 10, 100, 1000 };

	for (unsigned c = 0; c < CONTENDERS; c++)
		contenders[c].begin();
	memset(items, 1, sizeof(items)); /* so that it is there already, and counts for nobody */
	memset(items, 0, sizeof(items));
	for (unsigned c = 0; c < CONTENDERS; c++)
		bench_memory(&contenders[c]);
	for (enum work work = WORK_NONE; work <= WORK_SLEEPS; work++)
		for (unsigned i = 0; i < sizeof(outstandings) / sizeof(outstandings[0]); i++)
			bench_row(work, outstandings[i]);
	bench_class_offload();
	bench_class_uv();
	for (unsigned c = CONTENDERS; c-- > 0;)
		contenders[c].end();
	return 0;
}
