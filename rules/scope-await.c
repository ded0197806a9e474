/*
 * scope-await
 *
 * The block of an OFFLOAD_SCOPE runs on a worker. There is nothing to wait for in there, since whatever blocks can be
 * called right away, and nothing that can wait: what would be suspended is the worker. What belongs to the loop is
 * refused there at run time (-EDEADLK, -EPERM), in the one run in a thousand that comes along.
 */
#include "rule.h"

static void check(const struct program *program, struct check *out)
{
	static const char advice[] = "leave the scope first; in it, call what blocks right there, and the loop by "
				     "offload_call_loop()";

	for_each_hazard(h, HAZARD_SCOPE, program) if (h.direct)
		hazard_add(out, &h, advice, "'%s' belongs on the loop and is called inside an OFFLOAD_SCOPE", h.callee);
	else hazard_add(out, &h, advice, "'%s' leads to '%s', which belongs on the loop, inside an OFFLOAD_SCOPE",
			h.callee, h.cause);
}

const struct rule scope_await = {
	.slug = "scope-await",
	.what = "The block of an OFFLOAD_SCOPE awaits, sleeps, starts a coroutine, or makes another call that belongs "
		"on "
		"the loop's thread.",
	.why = "The block runs on a worker: the call fails there (-EDEADLK, -EPERM), and what the code goes on with "
	       "was "
	       "never done; a call of the loop's own library corrupts the loop.",
	.instead = "End the block before the call. Inside, call the blocking function itself, NAME_await() of an "
		   "OFFLOAD_FUNCTION (it runs in place), or offload_call_loop().",
	.bad = "OFFLOAD_SCOPE(disk) {\n"
	       "\tn = read(file, buffer, sizeof buffer);\n"
	       "\toffload_sleep(backoff);  /* -EDEADLK */\n"
	       "}\n",
	.good = "OFFLOAD_SCOPE(disk) {\n"
		"\tn = read(file, buffer, sizeof buffer);\n"
		"}\n"
		"offload_sleep(backoff);  /* on the loop again */\n",
	.check = check,
};
