/*
 * GLib, as tests drive it: a context that is not the default one.
 */
#include "driver.h"

#include <glib.h>

struct timer {
	void (*function)(void *data);
	void *data;
};

static void *make(void)
{
	return g_main_context_new();
}

static void free_loop(void *loop)
{
	g_main_context_unref(loop);
}

static struct offload_loop *offload(void *loop, int *error)
{
	return offload_loop_glib(loop, error);
}

static void once(void *loop)
{
	g_main_context_iteration(loop, TRUE);
}

static gboolean fired(gpointer data)
{
	struct timer *timer = data;

	timer->function(timer->data);
	return G_SOURCE_REMOVE;
}

static void after(void *loop, unsigned ms, void (*function)(void *data), void *data)
{
	GSource *source = g_timeout_source_new(ms);
	struct timer *timer = g_new(struct timer, 1);

	*timer = (struct timer){ function, data };
	g_source_set_callback(source, fired, timer, g_free);
	g_source_attach(source, loop);
	g_source_unref(source);
}

const struct test_driver test_driver = {
	.name = "GLib",
	.nests = true,
	.make = make,
	.free = free_loop,
	.offload = offload,
	.once = once,
	.after = after,
};
