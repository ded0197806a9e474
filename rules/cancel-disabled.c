/*
 * cancel-disabled
 *
 * Within one function: pthread_setcancelstate() turns cancellation off, some ways out turn it on again, and one does not.
 * A function that only turns it off is a helper, or a thread that is never cancelled, and is left alone.
 */
#include "rule.h"

static void check(const struct program *program, struct check *out)
{
	static const char advice[] = "restore the old state on every way out";

	for_each_cancel(c, CANCEL_DISABLED, program)
		cancel_add(out, &c, advice, "'%s' leaves pthread cancellation turned off on some way out", c.callback);
}

const struct rule cancel_disabled = {
	.slug = "cancel-disabled",
	.what = "A function turns pthread cancellation off and does not restore it on every way out.",
	.why = "The thread can never be cancelled again: pthread_cancel() returns, and pthread_join() waits for ever.",
	.instead = "Restore the state that pthread_setcancelstate() gave back, before each return.",
	.bad = "pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);\n"
	       "if (write_record(file) < 0)\n"
	       "\treturn -1;  /* still off */\n"
	       "pthread_setcancelstate(old, NULL);\n",
	.good = "pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);\n"
		"result = write_record(file);\n"
		"pthread_setcancelstate(old, NULL);\n"
		"return result;\n",
	.check = check,
};
