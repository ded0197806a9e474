/*
 * worker: a pool of forked processes that parse units.
 *
 *      parent                                 worker
 *      fork, socketpair                       reserve a big stack, silence stderr, no core files
 *      send the index of a unit       ->      parse it
 *      poll until its deadline        <-      length, facts
 *
 * A worker that dies costs the unit it had, which ends as crashed with the signal's name; one that is still busy at its
 * deadline is killed and its unit ends as timed out. Either way another worker takes the place. Units are handed out one
 * at a time, so a slow one holds up nobody. Facts are bytes of an untrusted process: they are checked before use.
 */
#include "extract/extract.h"
#include "extract/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEFAULT_TIMEOUT_SECONDS = 60, MAX_FACTS = 1 << 30 };

/* The job, the same in parent and workers: first the headers that units share, then the units. */
struct job {
	const struct unit_command *units;
	struct shared_plan shared;
	bool sharing; /* what is handed out are sets of headers */
	size_t count; /* of what is handed out */
	char root[PATH_MAX];
	gint64 timeout_us;
	extract_done *done;
	void *data;
};

struct worker {
	pid_t pid; /* 0: no process */
	int socket;
	bool busy;
	uint32_t unit;      /* that it is busy with */
	gint64 deadline;    /* monotonic, us */
	GByteArray *answer; /* what has arrived: a length, then that many bytes */
};

struct pool {
	struct job *job;
	struct worker *workers;
	unsigned count;
	size_t next;  /* unit to hand out */
	bool stopped; /* `done` returned false */
};

/* The worker's side. */

static bool write_all(int fd, const void *data, size_t size)
{
	const char *at = data;

	while (size) {
		ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		at += sent;
		size -= (size_t)sent;
	}
	return true;
}

static bool read_all(int fd, void *data, size_t size)
{
	char *at = data;

	while (size) {
		ssize_t got = read(fd, at, size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		size -= (size_t)got;
	}
	return true;
}

struct serving {
	const struct job *job;
	int socket;
};

static struct facts *work_on(const struct job *job, uint32_t index, struct hashes *hashes, unsigned *misses,
			     size_t *size)
{
	struct shared_use use = { 0 };

	if (job->sharing)
		return build_shared(&job->shared.sets[index], job->root, hashes, size);
	uint32_t set = job->shared.of_unit[index];
	if (set && job->shared.sets[set - 1].built)
		use = (struct shared_use){ &job->shared.sets[set - 1], &misses[set - 1] };
	return parse_unit(&job->units[index], job->root, hashes, use, size);
}

static void serve(void *data)
{
	const struct serving *serving = data;
	const struct job *job = serving->job;
	struct hashes *hashes = hashes_new();
	g_autofree unsigned *misses = g_new0(unsigned, job->shared.count + 1);
	uint32_t index;

	while (read_all(serving->socket, &index, sizeof index)) {
		size_t size;
		struct facts *facts = work_on(job, index, hashes, misses, &size);
		uint32_t length = (uint32_t)size;
		bool sent =
			write_all(serving->socket, &length, sizeof length) && write_all(serving->socket, facts, size);

		free(facts);
		if (!sent)
			break;
	}
	hashes_free(hashes);
}

static void reset_signals(void)
{
	sigset_t none;

	for (int number = 1; number < 32; number++) /* whatever the program that uses us handles */
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn static void worker_main(const struct pool *pool, const struct worker *self, int socket, pid_t parent)
{
	struct serving serving = { pool->job, socket };
	struct rlimit no_core = { 0, 0 };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	for (unsigned i = 0; i < pool->count; i++) /* or no one would see the end of the others */
		if (&pool->workers[i] != self && pool->workers[i].pid)
			close(pool->workers[i].socket);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	setrlimit(RLIMIT_CORE, &no_core);
	reset_signals();
	g_setenv("LIBCLANG_NOTHREADS", "1", TRUE);
	g_setenv("LIBCLANG_DISABLE_CRASH_RECOVERY", "1", TRUE);
	_exit(on_big_stack(serve, &serving) ? 0 : 1);
}

/* The parent's side. */

static int start_worker(struct pool *pool, struct worker *worker)
{
	int sockets[2];
	pid_t parent = getpid();

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
		return -errno;
	pid_t pid = fork();
	if (pid < 0) {
		int error = -errno;
		close(sockets[0]);
		close(sockets[1]);
		return error;
	}
	if (pid == 0) {
		close(sockets[0]);
		worker_main(pool, worker, sockets[1], parent);
	}
	close(sockets[1]);
	worker->pid = pid;
	worker->socket = sockets[0];
	worker->busy = false;
	g_byte_array_set_size(worker->answer, 0);
	return 0;
}

/* Ends a worker and returns its exit status as waitpid gives it. */
static int end_worker(struct worker *worker)
{
	int status = 0;

	close(worker->socket);
	kill(worker->pid, SIGKILL);
	while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
		;
	worker->pid = 0;
	worker->busy = false;
	return status;
}

/* The exit status of a worker that has closed its socket: it is on its way out by itself. */
static int await_worker(struct worker *worker)
{
	int status = 0;

	for (int waited_ms = 0; waited_ms < 1000; waited_ms += 10) {
		if (waitpid(worker->pid, &status, WNOHANG) == worker->pid) {
			close(worker->socket);
			worker->pid = 0;
			worker->busy = false;
			return status;
		}
		g_usleep(10000);
	}
	return end_worker(worker);
}

static void report(struct pool *pool, uint32_t unit, const struct facts *facts)
{
	if (!pool->stopped && !pool->job->done(&pool->job->units[unit], facts, pool->job->data))
		pool->stopped = true;
}

static void report_failure(struct pool *pool, uint32_t unit, enum unit_status status, const char *message)
{
	size_t size;

	if (pool->job->sharing)
		return;
	struct facts *facts = failed_unit(&pool->job->units[unit], pool->job->root, status, message, &size);

	report(pool, unit, facts);
	free(facts);
}

static const char *const signal_names[] = {
	[SIGSEGV] = "SIGSEGV", [SIGABRT] = "SIGABRT", [SIGILL] = "SIGILL",   [SIGBUS] = "SIGBUS",
	[SIGFPE] = "SIGFPE",   [SIGTRAP] = "SIGTRAP", [SIGKILL] = "SIGKILL", [SIGTERM] = "SIGTERM",
};

static char *describe_end(int status)
{
	int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (!number)
		return g_strdup_printf("the parser gave up with exit code %d", WEXITSTATUS(status));
	if ((size_t)number < G_N_ELEMENTS(signal_names) && signal_names[number])
		return g_strdup_printf("the parser crashed (%s)", signal_names[number]);
	return g_strdup_printf("the parser crashed (signal %d)", number);
}

static void handle_death(struct pool *pool, struct worker *worker)
{
	bool was_busy = worker->busy;
	uint32_t unit = worker->unit;
	g_autofree char *message = describe_end(await_worker(worker));

	if (was_busy)
		report_failure(pool, unit, UNIT_CRASHED, message);
}

static void handle_timeout(struct pool *pool, struct worker *worker)
{
	uint32_t unit = worker->unit;
	g_autofree char *message =
		g_strdup_printf("not parsed within %d s", (int)(pool->job->timeout_us / G_USEC_PER_SEC));

	end_worker(worker);
	report_failure(pool, unit, UNIT_TIMED_OUT, message);
}

/* Gives a worker its next unit, starting a process if it has none. False if that is impossible. */
static int hand_out(struct pool *pool, struct worker *worker)
{
	uint32_t unit = (uint32_t)pool->next;
	int error = worker->pid ? 0 : start_worker(pool, worker);

	if (error)
		return error;
	pool->next++;
	worker->unit = unit;
	worker->busy = true;
	worker->deadline = g_get_monotonic_time() + pool->job->timeout_us;
	g_byte_array_set_size(worker->answer, 0);
	write_all(worker->socket, &unit, sizeof unit); /* a dead worker is noticed by its closed socket */
	return 0;
}

static void finish_answer(struct pool *pool, struct worker *worker)
{
	const void *block = worker->answer->data + sizeof(uint32_t);
	size_t size = worker->answer->len - sizeof(uint32_t);
	struct facts *aligned = g_memdup2(block, size);
	bool valid = facts_check(aligned, size);

	worker->busy = false;
	if (pool->job->sharing && valid && aligned->status == UNIT_OK)
		pool->job->shared.sets[worker->unit].built = g_steal_pointer(&aligned);
	else if (!pool->job->sharing && valid)
		report(pool, worker->unit, aligned);
	else
		report_failure(pool, worker->unit, UNIT_CRASHED, "the parser returned damaged facts");
	g_free(aligned);
}

/* Bytes the answer still lacks; at first those of its length. */
static size_t missing_bytes(const struct worker *worker)
{
	uint32_t length;

	if (worker->answer->len < sizeof length)
		return sizeof length - worker->answer->len;
	memcpy(&length, worker->answer->data, sizeof length);
	return length > MAX_FACTS ? 0 : sizeof length + length - worker->answer->len;
}

/* Takes what has arrived. */
static void receive(struct pool *pool, struct worker *worker)
{
	guint before = worker->answer->len;
	size_t wanted = missing_bytes(worker);
	ssize_t got;

	g_byte_array_set_size(worker->answer, before + (guint)wanted);
	do
		got = read(worker->socket, worker->answer->data + before, wanted);
	while (got < 0 && errno == EINTR);
	g_byte_array_set_size(worker->answer, before + (guint)MAX(got, 0));
	if (got <= 0)
		handle_death(pool, worker);
	else if (worker->answer->len > sizeof(uint32_t) && missing_bytes(worker) == 0)
		finish_answer(pool, worker);
}

/* Milliseconds until the first deadline. */
static int next_deadline(const struct pool *pool)
{
	gint64 now = g_get_monotonic_time(), first = now + G_USEC_PER_SEC;

	for (unsigned i = 0; i < pool->count; i++)
		if (pool->workers[i].busy && pool->workers[i].deadline < first)
			first = pool->workers[i].deadline;
	return first <= now ? 0 : (int)((first - now) / 1000) + 1;
}

/* Waits for the next event and handles it: answers first, so that a slow `done` makes nobody late. */
static int wait_for_workers(struct pool *pool)
{
	struct pollfd fds[256];
	int ready;

	for (unsigned i = 0; i < pool->count; i++)
		fds[i] =
			(struct pollfd){ .fd = pool->workers[i].busy ? pool->workers[i].socket : -1, .events = POLLIN };
	ready = poll(fds, pool->count, next_deadline(pool));
	if (ready < 0)
		return errno == EINTR ? 0 : -errno;
	for (unsigned i = 0; i < pool->count; i++)
		if (fds[i].revents)
			receive(pool, &pool->workers[i]);
		else if (pool->workers[i].busy && pool->workers[i].deadline <= g_get_monotonic_time())
			handle_timeout(pool, &pool->workers[i]);
	return 0;
}

static unsigned busy_workers(const struct pool *pool)
{
	unsigned busy = 0;

	for (unsigned i = 0; i < pool->count; i++)
		busy += pool->workers[i].busy;
	return busy;
}

/* Keeps every worker busy; 0, or an error if no process is left and none can be started. */
static int fill_pool(struct pool *pool)
{
	int error = 0;

	for (unsigned i = 0; i < pool->count && !pool->stopped && pool->next < pool->job->count; i++)
		if (!pool->workers[i].busy)
			error = hand_out(pool, &pool->workers[i]);
	return busy_workers(pool) ? 0 : error;
}

static int run_pool(struct pool *pool)
{
	int error = fill_pool(pool);

	while (!error && !pool->stopped && busy_workers(pool)) {
		error = wait_for_workers(pool);
		if (!error)
			error = fill_pool(pool);
	}
	return error ? error : pool->stopped ? -ECANCELED : 0;
}

static unsigned worker_count(const struct extract_options *options, size_t units)
{
	unsigned count = options->jobs ? options->jobs : g_get_num_processors();

	count = MIN(count, 256);
	return units < count ? (unsigned)units : count;
}

/* Hands out the job's `count` items and waits for all of them. Workers are new ones: they see what the last job left. */
static int run_job(struct job *job, const struct extract_options *options)
{
	struct pool pool = { .job = job, .count = worker_count(options, job->count) };

	pool.workers = g_new0(struct worker, pool.count);
	for (unsigned i = 0; i < pool.count; i++)
		pool.workers[i].answer = g_byte_array_new();
	int error = run_pool(&pool);
	for (unsigned i = 0; i < pool.count; i++) {
		if (pool.workers[i].pid)
			end_worker(&pool.workers[i]);
		g_byte_array_free(pool.workers[i].answer, TRUE);
	}
	g_free(pool.workers);
	return error;
}

int extract_units(const struct unit_command *units, size_t count, const struct extract_options *options,
		  extract_done *done, void *data)
{
	unsigned seconds = options->timeout_seconds ? options->timeout_seconds : DEFAULT_TIMEOUT_SECONDS;
	struct job job = { .units = units, .done = done, .data = data };

	job.timeout_us = (gint64)seconds * G_USEC_PER_SEC;
	if (!realpath(options->root, job.root))
		g_strlcpy(job.root, options->root, sizeof job.root);
	shared_plan(&job.shared, units, count);
	job.sharing = true;
	job.count = job.shared.count;
	int error = job.count ? run_job(&job, options) : 0;
	job.sharing = false;
	job.count = count;
	if (!error)
		error = run_job(&job, options);
	shared_plan_free(&job.shared);
	return error;
}
