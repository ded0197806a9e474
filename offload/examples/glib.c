/*
 * GLib: see job.h.
 *
 * A GMainLoop runs until it is told to quit: here by the tick that finds nothing left.
 */
#include "job.h"

#include <glib-unix.h>

static GMainLoop *main_loop;

static gboolean on_tick(gpointer data)
{
	struct jobs *jobs = data;

	jobs_tick(jobs);
	if (jobs->left == 0)
		g_main_loop_quit(main_loop);
	return G_SOURCE_CONTINUE;
}

static gboolean on_interrupt(gpointer data)
{
	jobs_cancel(data);
	return G_SOURCE_CONTINUE;
}

int main(int argc, char **argv)
{
	struct jobs jobs;
	int status = jobs_start(&jobs, offload_loop_glib(NULL, NULL), argc, argv);
	guint ticker, interrupt;

	if (status)
		return status;
	main_loop = g_main_loop_new(NULL, FALSE);
	ticker = g_timeout_add(TICK_MS, on_tick, &jobs);
	interrupt = g_unix_signal_add(SIGINT, on_interrupt, &jobs);
	g_main_loop_run(main_loop);

	g_source_remove(ticker);
	g_source_remove(interrupt);
	status = jobs_finish(&jobs);
	g_main_loop_unref(main_loop);
	return status;
}
