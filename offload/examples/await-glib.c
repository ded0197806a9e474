/*
 * GLib: a coroutine awaits a timeout source. An asynchronous call of GIO is awaited in the same way: its
 * GAsyncReadyCallback resumes, and `stop` is g_cancellable_cancel(), after which GIO still calls that callback.
 */
#include "await.h"

#include <errno.h>
#include <glib.h>

static GMainLoop *main_loop;

static gboolean on_timeout(gpointer waiter)
{
	offload_resume(waiter, 0);
	return G_SOURCE_REMOVE;
}

static void stop(struct offload_waiter *waiter)
{
	g_source_remove(GPOINTER_TO_UINT(waiter->data));
	offload_resume(waiter, -ECANCELED);
}

int wait_ms(void *context, unsigned ms)
{
	struct offload_waiter waiter;

	(void)context;
	offload_waiter_init(&waiter, stop, NULL);
	waiter.data = GUINT_TO_POINTER(g_timeout_add(ms, on_timeout, &waiter));
	return offload_suspend(&waiter);
}

/* A GMainLoop does not end by itself. */
static gboolean quit_when_idle(gpointer loop)
{
	if (offload_loop_pending(loop) == 0)
		g_main_loop_quit(main_loop);
	return G_SOURCE_CONTINUE;
}

int main(int argc, char **argv)
{
	struct offload_loop *loop = offload_loop_glib(NULL, NULL);
	guint check;

	(void)argv;
	main_loop = g_main_loop_new(NULL, FALSE);
	if (!loop || await_start(loop, NULL, argc))
		return 1;
	check = g_timeout_add(10, quit_when_idle, loop);
	g_main_loop_run(main_loop);
	g_source_remove(check);
	offload_loop_free(loop);
	g_main_loop_unref(main_loop);
	return 0;
}
