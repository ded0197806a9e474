/*
 * loop-function-offloaded
 *
 * Not every function can be moved to a worker: one that is declared to belong to the loop, or that must run in a
 * coroutine of it, would find itself on a thread without either.
 */
#include "rule.h"

static void check(const struct program *program, struct check *out)
{
	static const char advice[] =
		"hand over a function that needs nothing of the loop, and call this one in the completion";

	for_each_hazard(h, HAZARD_OFFLOADED, program) hazard_add(
		out, &h, advice, "'%s' belongs on the loop and is handed to a worker by '%s'", h.cause, h.callee);
}

const struct rule loop_function_offloaded = {
	.slug = "loop-function-offloaded",
	.what = "A function that belongs on the loop is handed to a worker thread.",
	.why = "It uses what only the loop's thread may touch, or yields to a loop that its new thread does not have.",
	.instead = "Move only the part that blocks to the worker, and call the function in the completion.",
	.bad = "LOOPLINT_LOOP_ONLY void refresh_view(void *view);\n"
	       "\n"
	       "g_thread_new(\"refresh\", refresh_view, view);\n",
	.good = "static void load(GTask *task, gpointer source, gpointer view, GCancellable *cancellable);  /* reads "
		"files */\n"
		"static void on_loaded(GObject *source, GAsyncResult *result, gpointer view)\n"
		"{\n"
		"\trefresh_view(view);  /* back on the loop */\n"
		"}\n",
	.check = check,
};
