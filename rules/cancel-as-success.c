/*
 * cancel-as-success
 *
 * A peer that waits for the answer of a method call gets a value, though the operation that was to make it was
 * cancelled; or a callback that knows the cancelled status goes on with what it otherwise does after a success alone. A
 * GTask is left alone: it looks at its cancellable itself before it believes a success.
 */
#include "rule.h"

static void check(const struct program *program, struct check *out)
{
	static const char advice[] = "return the error (g_dbus_method_invocation_return_gerror) when the operation did "
				     "not happen";

	for_each_cancel(c, CANCEL_AS_SUCCESS, program)
		cancel_add(out, &c, c.told ? "let the branch that success takes test for success alone" : advice,
			   "'%s' %s with '%s' as if all went well when '%s' was cancelled", c.callback,
			   c.told ? "goes on" : "answers", c.what, c.operation);
}

const struct rule cancel_as_success = {
	.slug = "cancel-as-success",
	.what = "After a cancellation a completion callback answers as if the operation had succeeded.",
	.why = "The peer goes on with something that never happened.",
	.instead = "Answer with the error, or with one that says cancelled.",
	.bad = "static void on_saved(GObject *file, GAsyncResult *res, gpointer invocation)\n"
	       "{\n"
	       "\tg_file_replace_contents_finish(G_FILE(file), res, NULL, NULL);\n"
	       "\tg_dbus_method_invocation_return_value(invocation, NULL);\n"
	       "}\n",
	.good = "static void on_saved(GObject *file, GAsyncResult *res, gpointer invocation)\n"
		"{\n"
		"\tGError *error = NULL;\n"
		"\tif (!g_file_replace_contents_finish(G_FILE(file), res, NULL, &error))\n"
		"\t\tg_dbus_method_invocation_take_error(invocation, error);\n"
		"\telse\n"
		"\t\tg_dbus_method_invocation_return_value(invocation, NULL);\n"
		"}\n",
	.check = check,
};
