/*
 * nested-loop
 *
 * Running a second loop inside a callback suspends the outer one: its timers, sockets and signals wait until the inner
 * loop returns, and callbacks re-enter code that was not written for it.
 */
#include "rule.h"

static void check(const struct program *program, struct check *out)
{
	for_each_loop_call(call, program)
		if ((call.nested || call.kind == EFFECT_RUNS_LOOP) && !call.startup)
			finding_add(out, &call, "'%s' runs a nested event loop", call.callee);
}

const struct rule nested_loop = {
	.slug = "nested-loop",
	.what = "Code on the event loop runs another event loop.",
	.why = "The outer loop is stopped until the inner one returns, and its callbacks run inside the one that "
	       "called.",
	.instead = "Return to the loop and continue in a callback.",
	.bad = "static void on_timer(uv_timer_t *t)\n"
	       "{\n"
	       "\tstart_request(t->loop);\n"
	       "\tuv_run(t->loop, UV_RUN_DEFAULT);  /* waits here for the answer */\n"
	       "}\n",
	.good = "static void on_timer(uv_timer_t *t)\n"
		"{\n"
		"\tstart_request(t->loop, on_answer);  /* goes on in on_answer */\n"
		"}\n",
	.check = check,
};
