/*
 * cancel-as-failure
 *
 * Held against each other: what the callback does after a cancellation and what it does after a success. What is in the
 * first only, and starts something anew or tells somebody of an error, treats the cancellation as a failure. Logs alone
 * are of low severity. Passing the error on (g_task_return_error, g_propagate_error) is none of it.
 */
#include "rule.h"

static const char *verb(const struct cancel_view *c)
{
	return c->severity == LEVEL_HIGH     ? "goes on"
	       : c->severity == LEVEL_MEDIUM ? "reports an error"
					     : "logs an error";
}

static void report(struct check *out, const struct cancel_view *c)
{
	static const char leave[] = "test for the cancellation first and leave quietly: nobody waits for the answer";
	static const char keep[] = "test for the cancellation first, and pass its code on";
	static const char end[] = "give up where nothing is taken any more, and tell whoever asked";

	if (c->refused)
		cancel_add(out, c, end, "'%s' %s with '%s' when '%s' takes no more", c->callback, verb(c), c->what,
			   c->operation);
	else if (c->recodes)
		cancel_add(out, c, keep, "'%s' turns a cancellation into '%s'", c->callback, c->what);
	else
		cancel_add(out, c, leave, "'%s' %s with '%s' when '%s' was cancelled", c->callback, verb(c), c->what,
			   c->operation);
}

static void check(const struct program *program, struct check *out)
{
	for_each_cancel(c, CANCEL_AS_FAILURE, program) report(out, &c);
}

const struct rule cancel_as_failure = {
	.slug = "cancel-as-failure",
	.what = "The error branch of a completion treats a cancellation like any other failure: it tries again, falls "
		"back, re-arms a timer, or reports an error.",
	.why = "The operation was cancelled because nobody wants it any more: trying again works for an owner that is "
	       "gone, and the user is told of an error that was none.",
	.instead = "Test for the cancellation first (UV_ECANCELED, G_IO_ERROR_CANCELLED) and only clean up.",
	.bad = "static void on_connect(uv_connect_t *request, int status)\n"
	       "{\n"
	       "\tif (status < 0)\n"
	       "\t\tuv_timer_start(&retry, reconnect, 1000, 0);  /* also when the handle was closed */\n"
	       "}\n",
	.good = "static void on_connect(uv_connect_t *request, int status)\n"
		"{\n"
		"\tif (status == UV_ECANCELED)\n"
		"\t\treturn;\n"
		"\tif (status < 0)\n"
		"\t\tuv_timer_start(&retry, reconnect, 1000, 0);\n"
		"}\n",
	.check = check,
};
