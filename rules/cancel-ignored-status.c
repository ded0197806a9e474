/*
 * cancel-ignored-status
 *
 * Work that is cancelled while it waits for a thread never runs; its completion is called all the same, with a status
 * that says so. Reported where something calls uv_cancel() and the completion of work never looks at its status.
 */
#include "rule.h"

static void check(const struct program *program, struct check *out)
{
	static const char advice[] = "look at the status first: a cancellation (UV_ECANCELED, -ECANCELED) says that "
				     "the work did not run";

	for_each_cancel(c, CANCEL_IGNORED_STATUS, program)
		cancel_add(out, &c, advice, "'%s' goes on with '%s' and never looks at the status of '%s'", c.callback,
			   c.what, c.operation);
}

const struct rule cancel_ignored_status = {
	.slug = "cancel-ignored-status",
	.what = "A completion callback never looks at its outcome and uses the result.",
	.why = "The work of a cancelled request did not run: its result is whatever was in memory.",
	.instead = "Look at the status before anything of the result.",
	.bad = "static void after_load(uv_work_t *request, int status)\n"
	       "{\n"
	       "\tshow(request->data);\n"
	       "}\n",
	.good = "static void after_load(uv_work_t *request, int status)\n"
		"{\n"
		"\tif (status == 0)\n"
		"\t\tshow(request->data);\n"
		"}\n",
	.check = check,
};
