/*
 * lock-held-across-block
 *
 * Moving a blocking call to a worker frees the loop only if the loop need not wait for the worker. A worker that waits
 * for a disk while it holds a lock that a callback takes makes the callback wait for the disk after all.
 */
#include "rule.h"

static void check(const struct program *program, struct check *out)
{
	static const char advice[] =
		"block outside of the lock: copy what is needed, unlock, call, lock again to store the "
		"result";

	for_each_hazard(h, HAZARD_LOCK, program)
		hazard_add(out, &h, advice, "'%s' can block (%s) while '%s' is held, which the loop takes in '%s'",
			   h.callee, category_name(h.category), h.lock, h.where);
}

const struct rule lock_held_across_block = {
	.slug = "lock-held-across-block",
	.what = "A worker thread blocks while it holds a lock that code on the event loop takes.",
	.why = "The loop waits for the lock as long as the worker's call takes: the call might as well be made on the "
	       "loop.",
	.instead = "Hold the lock only to copy in and out, or give the loop a way that needs no lock.",
	.bad = "static void *writer(void *data)\n"
	       "{\n"
	       "\tpthread_mutex_lock(&journal.lock);\n"
	       "\tfsync(journal.fd);  /* on_request takes journal.lock */\n"
	       "\tpthread_mutex_unlock(&journal.lock);\n"
	       "}\n",
	.good = "static void *writer(void *data)\n"
		"{\n"
		"\tpthread_mutex_lock(&journal.lock);\n"
		"\tint fd = journal.fd;\n"
		"\tpthread_mutex_unlock(&journal.lock);\n"
		"\tfsync(fd);\n"
		"}\n",
	.check = check,
};
