/*
 * The job that every example does: see job.h. Here is all that offload is used for; the rest is the event loop's.
 */
#include "job.h"

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- on a worker ------------------------------------------------------------------------------------------------------ */

static uint64_t hash_more(uint64_t hash, const unsigned char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		hash = (hash ^ bytes[i]) * 1099511628211u; /* FNV-1a */
	return hash;
}

int hash_file(const char *path, uint64_t *hash, uint64_t *bytes)
{
	FILE *file = fopen(path, "rb");
	static _Thread_local unsigned char buffer[1 << 16];
	size_t count;

	if (!file)
		return -errno;
	*hash = 14695981039346656037u;
	*bytes = 0;
	while ((count = fread(buffer, 1, sizeof(buffer), file)) > 0 && !offload_cancelled()) {
		*hash = hash_more(*hash, buffer, count);
		*bytes += count;
	}
	fclose(file);
	return offload_cancelled() ? -ECANCELED : 0;
}

static int hash(struct offload_task *task)
{
	struct job *job = task->data;
	uint64_t value, bytes;
	int error = hash_file(job->what, &value, &bytes);

	if (error == 0)
		snprintf(job->text, sizeof(job->text), "%016" PRIx64 ", %" PRIu64 " bytes", value, bytes);
	return error;
}

/* getaddrinfo() cannot be interrupted: who cancels it while it runs waits for its end. */
static int look_up(struct offload_task *task)
{
	struct job *job = task->data;
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	int error = getaddrinfo(job->what, NULL, &hints, &found);

	if (error) {
		snprintf(job->text, sizeof(job->text), "%s", gai_strerror(error));
		return 0;
	}
	getnameinfo(found->ai_addr, found->ai_addrlen, job->text, sizeof(job->text), NULL, 0, NI_NUMERICHOST);
	freeaddrinfo(found);
	return 0;
}

/* ---- on the loop ------------------------------------------------------------------------------------------------------ */

static void show(struct offload_task *task)
{
	struct job *job = task->data;

	printf("\n%s: %s", job->what, task->result < 0 ? offload_strerror(task->result) : job->text);
	fflush(stdout);
	job->jobs->left--;
}

static int job_submit(struct jobs *jobs, struct job *job, const char *what)
{
	bool file = strchr(what, '/');

	job->jobs = jobs;
	job->what = what;
	offload_task_init(&job->task, file ? hash : look_up, show, job);
	job->task.limiter = file ? jobs->disk : jobs->dns;
	return offload_submit(jobs->loop, &job->task);
}

int jobs_start(struct jobs *jobs, struct offload_loop *loop, int argc, char **argv)
{
	*jobs = (struct jobs){ .loop = loop, .count = argc - 1 };
	jobs->dns = offload_limiter_new("dns", 4, NULL);
	jobs->disk = offload_limiter_new("disk", 2, NULL);
	jobs->list = calloc((size_t)argc, sizeof(*jobs->list));
	if (!loop || !jobs->dns || !jobs->disk || !jobs->list)
		return EXIT_FAILURE;
	for (int i = 0; i < jobs->count; i++) {
		int error = job_submit(jobs, &jobs->list[i], argv[i + 1]);

		if (error < 0)
			fprintf(stderr, "%s: %s\n", argv[i + 1], offload_strerror(error));
		else
			jobs->left++;
	}
	return 0;
}

void jobs_tick(struct jobs *jobs)
{
	uint64_t now = offload_now();

	if (jobs->last_tick && now - jobs->last_tick > jobs->longest_gap)
		jobs->longest_gap = now - jobs->last_tick;
	jobs->last_tick = now;
	putchar('.');
	fflush(stdout);
}

void jobs_cancel(struct jobs *jobs)
{
	for (int i = 0; i < jobs->count; i++)
		offload_cancel(&jobs->list[i].task); /* -ENOENT for those that are over */
}

int jobs_finish(struct jobs *jobs)
{
	int error = offload_loop_free(jobs->loop);

	printf("\nlongest gap between ticks: %" PRIu64 " ms\n", jobs->longest_gap / 1000000);
	offload_limiter_free(jobs->dns);
	offload_limiter_free(jobs->disk);
	free(jobs->list);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
