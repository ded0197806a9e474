/*
 * The job that every example does, whatever its event loop: look names up, and hash files, on workers, while a ticker
 * shows that the loop stays responsive. `uv localhost /etc/passwd /dev/zero`: what has a slash is a file.
 */
#ifndef EXAMPLE_JOB_H
#define EXAMPLE_JOB_H

#include <offload.h>

#define TICK_MS 50

struct job {
	struct offload_task task;
	struct jobs *jobs;
	const char *what;
	char text[160];
};

struct jobs {
	struct offload_loop *loop;
	struct offload_limiter *dns, *disk; /* so that a slow name server leaves threads to the files */
	struct job *list;
	int count, left;
	uint64_t last_tick, longest_gap; /* ns */
};

/* Submits a job for each argument. Results are printed as they come. 0, or an exit code after a message. */
int jobs_start(struct jobs *jobs, struct offload_loop *loop, int argc, char **argv);

/* To be called every TICK_MS. Prints a dot. */
void jobs_tick(struct jobs *jobs);

/* Ctrl-C: what has not begun never will, and a file that is being hashed is given up. */
void jobs_cancel(struct jobs *jobs);

/* When nothing is left: says how the ticker did, and gives everything back. An exit code. */
int jobs_finish(struct jobs *jobs);

/* A hash of the file, 0 or more in *bytes; blocks. 0, -errno, or -ECANCELED if the task it runs in is to stop. */
int hash_file(const char *path, uint64_t *hash, uint64_t *bytes);

#endif
