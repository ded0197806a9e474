/*
 * progress: how far a long run is, on stderr, on a terminal only. Nothing is shown in the first second, so that short
 * runs stay quiet.
 */
#ifndef LOOPLINT_CLI_PROGRESS_H
#define LOOPLINT_CLI_PROGRESS_H

#include <glib.h>
#include <stdbool.h>

struct progress {
	bool on;              /* stderr is a terminal */
	bool shown;           /* there is a line to wipe */
	gint64 started, last; /* monotonic, microseconds */
};

void progress_init(struct progress *progress);

/* `done` of `total` units are parsed. */
void progress_show(struct progress *progress, size_t done, size_t total);

/* Wipes the line, before anything else is printed. */
void progress_finish(struct progress *progress);

#endif
