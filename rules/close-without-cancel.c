/*
 * close-without-cancel
 *
 * A client disconnects, a window is closed, and what they had is freed; the timer, the request or the job that was
 * started with it does not know. Silent unless both ends are seen, and where anything on the way to the freeing ends the
 * operation, tells it, counts it, or waits for it.
 */
#include "rule.h"

static void check(const struct program *program, struct check *out)
{
	static const char advice[] =
		"end the operation before the object goes, or let the operation have a reference to "
		"it; what cannot be ended is to be told, and to free the object itself";

	for_each_abandoned(a, program)
	{
		if (a.ends)
			abandoned_add(out, &a, advice, "'%s' ends an object that '%s' still calls '%s' with",
				      a.function, a.operation, a.callback);
		else if (a.held || !*a.callback)
			abandoned_add(out, &a, advice, "'%s' frees what '%s' still works on", a.function, a.operation);
		else
			abandoned_add(out, &a, advice, "'%s' frees what '%s' still calls '%s' with", a.function,
				      a.operation, a.callback);
	}
}

const struct rule close_without_cancel = {
	.slug = "close-without-cancel",
	.what = "An object is freed while an operation that refers to it is pending: nothing on the way cancels it, "
		"tells "
		"it, or waits.",
	.why = "The operation ends later all the same, and its callback gets the address of what is freed: a crash "
	       "that "
	       "depends on when a client hangs up.",
	.instead = "Cancel, close or remove what is pending before the object is freed; or hand the operation a "
		   "reference. "
		   "A worker that cannot be stopped frees the object itself when it comes back.",
	.bad = "static void session_free(struct session *s)\n"
	       "{\n"
	       "\tbufferevent_free(s->stream);\n"
	       "\tfree(s);  /* s->idle = event_new(base, -1, 0, on_idle, s) is still pending */\n"
	       "}\n",
	.good = "static void session_free(struct session *s)\n"
		"{\n"
		"\tevent_free(s->idle);\n"
		"\tbufferevent_free(s->stream);\n"
		"\tfree(s);\n"
		"}\n",
	.check = check,
};
