/*
 * cancel-lost-completion
 *
 * The callback completes a task, an invocation or a caller's callback after success and after failure, on every way; and
 * on the way that it takes for a cancellation, which it tells apart, there is a way out without.
 */
#include "rule.h"

static void check(const struct program *program, struct check *out)
{
	static const char advice[] = "complete it with the cancellation (g_task_return_error), then clean up";

	for_each_cancel(c, CANCEL_LOST_COMPLETION, program)
		cancel_add(out, &c, advice, "'%s' completes nothing when '%s' was cancelled, '%s' is left out",
			   c.callback, c.operation, c.what);
}

const struct rule cancel_lost_completion = {
	.slug = "cancel-lost-completion",
	.what = "The cancelled branch of a completion returns without completing the task that the other branches "
		"complete.",
	.why = "Whoever waits for the task waits for ever, and what it holds leaks.",
	.instead = "Complete on every way: g_task_return_error() carries the cancellation on.",
	.bad = "if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))\n"
	       "\treturn;  /* the task is never answered */\n"
	       "if (error)\n"
	       "\tg_task_return_error(task, g_steal_pointer(&error));\n"
	       "else\n"
	       "\tg_task_return_pointer(task, stream, g_object_unref);\n",
	.good = "if (error)\n"
		"\tg_task_return_error(task, g_steal_pointer(&error));\n"
		"else\n"
		"\tg_task_return_pointer(task, stream, g_object_unref);\n",
	.check = check,
};
