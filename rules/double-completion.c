/*
 * double-completion
 *
 * The same variable's task or invocation is completed on every way to a place that completes it again.
 */
#include "rule.h"

static void check(const struct program *program, struct check *out)
{
	static const char advice[] = "return after the first answer, or answer in one place";

	for_each_cancel(c, CANCEL_TWICE, program)
		cancel_add(out, &c, advice, "'%s' completes what is completed already", c.what);
}

const struct rule double_completion = {
	.slug = "double-completion",
	.what = "A task or an invocation is completed a second time.",
	.why = "The first answer gave the object back: the second one uses freed memory, and GLib aborts on it.",
	.instead = "Return behind the answer.",
	.bad = "if (error)\n"
	       "\tg_task_return_error(task, error);\n"
	       "g_task_return_boolean(task, TRUE);\n",
	.good = "if (error)\n"
		"\tg_task_return_error(task, error);\n"
		"else\n"
		"\tg_task_return_boolean(task, TRUE);\n",
	.check = check,
};
