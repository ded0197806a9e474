/*
 * cancel-use-after
 *
 * Objects cancel their pending operations as they go away; the callback runs all the same, later, with their address as
 * user data. So it must look at the outcome first, and touch nothing if that is the cancellation. Silent where the
 * operation was given a reference of its own, where the callback frees the data, where nothing cancels, and where the
 * data was seen to last as long as the loop.
 */
#include "rule.h"

static void check(const struct program *program, struct check *out)
{
	static const char advice[] = "finish with a GError, and return on G_IO_ERROR_CANCELLED before anything of the "
				     "user data is touched; or give the operation a reference (g_object_ref)";

	static const char carried[] =
		"look at the result, and return on a cancellation before anything of the user data is "
		"touched; or free it here, and only here";

	for_each_cancel(c, CANCEL_USE_AFTER, program)
		cancel_add(out, &c, c.carried ? carried : advice, "'%s' touches %s after '%s' was cancelled%s",
			   c.callback, c.lent ? "what its user data borrowed" : "its user data", c.operation,
			   c.told ? ", although it asks for that" : "");
}

const struct rule cancel_use_after = {
	.slug = "cancel-use-after",
	.what = "A completion callback touches its user data on the path that a cancelled operation takes.",
	.why = "Whoever cancels is mostly on the way out: by the time the callback runs, the object it was given is "
	       "freed, and reading it corrupts memory or crashes.",
	.instead = "Take the outcome first; when it says cancelled, return without touching the user data. Or hand the "
		   "operation a reference of its own.",
	.bad = "static void on_read(GObject *file, GAsyncResult *res, gpointer data)\n"
	       "{\n"
	       "\tstruct view *view = data;\n"
	       "\tview->stream = g_file_read_finish(G_FILE(file), res, NULL);  /* the view may be gone */\n"
	       "}\n",
	.good = "static void on_read(GObject *file, GAsyncResult *res, gpointer data)\n"
		"{\n"
		"\tg_autoptr(GError) error = NULL;\n"
		"\tGFileInputStream *stream = g_file_read_finish(G_FILE(file), res, &error);\n"
		"\tif (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))\n"
		"\t\treturn;\n"
		"\tstruct view *view = data;\n"
		"\tview->stream = stream;\n"
		"}\n",
	.check = check,
};
