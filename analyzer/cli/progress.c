/* progress: see progress.h. */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

enum { QUIET_US = 1000000, INTERVAL_US = 100000 };

void progress_init(struct progress *progress)
{
	*progress = (struct progress){ .on = isatty(STDERR_FILENO), .started = g_get_monotonic_time() };
}

void progress_show(struct progress *progress, size_t done, size_t total)
{
	gint64 now = g_get_monotonic_time();

	if (!progress->on || now - progress->started < QUIET_US || now - progress->last < INTERVAL_US)
		return;
	fprintf(stderr, "\r\033[Kparsed %zu of %zu units", done, total);
	fflush(stderr);
	progress->last = now;
	progress->shown = true;
}

void progress_finish(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
