/*
 * GLib: one GSource with the descriptor and a ready time, which is in microseconds of CLOCK_MONOTONIC.
 *
 * A GMainLoop runs until it is told to quit, whatever is attached to its context, so there is nothing to keep alive. The
 * source may recurse: a callback that runs a dialog's main loop still gets completions there.
 */
#include "adapter.h"

#include <glib-unix.h>
#include <stdlib.h>

struct loop_glib {
	struct offload_loop base;
	GSource *source;
};

/* GLib allocates it; the loop outlives it. */
struct source {
	GSource base;
	struct loop_glib *loop;
};

static gboolean dispatch(GSource *source, GSourceFunc function, gpointer data)
{
	(void)function;
	(void)data;
	offload__loop_dispatch(&((struct source *)source)->loop->base);
	return G_SOURCE_CONTINUE;
}

static GSourceFuncs functions = { .dispatch = dispatch }; /* g_source_new() wants it writable */

static int timer(struct offload_loop *base, uint64_t at)
{
	struct loop_glib *loop = (struct loop_glib *)base;

	g_source_set_ready_time(loop->source, at ? (gint64)((at + 999) / 1000) : -1);
	return 0;
}

static void close_loop(struct offload_loop *base, bool forked)
{
	struct loop_glib *loop = (struct loop_glib *)base;

	(void)forked;
	g_source_destroy(loop->source);
	g_source_unref(loop->source);
	offload__loop_finish(base);
	free(loop);
}

static const struct offload_loop_ops ops = {
	.name = "GLib",
	.timer = timer,
	.grain = 1000000,
	.close = close_loop,
};

static int start(struct offload_loop *base, void *context)
{
	struct loop_glib *loop = (struct loop_glib *)base;

	loop->source = g_source_new(&functions, sizeof(struct source));
	((struct source *)loop->source)->loop = loop;
	g_source_set_name(loop->source, "offload");
	g_source_set_can_recurse(loop->source, TRUE);
	g_source_add_unix_fd(loop->source, offload__loop_wakeup(base), G_IO_IN);
	g_source_attach(loop->source, context);
	return 0;
}

struct offload_loop *offload_loop_glib(struct _GMainContext *context, int *error)
{
	return offload__loop_new(sizeof(struct loop_glib), &ops, start, context, error);
}
