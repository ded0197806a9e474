/*
 * blocking-call
 *
 * While one callback waits (for a disk, a name server, a child, a lock), nothing else on its loop runs: no timer, no
 * other client. What counts as waiting, and when, is said by the packs; whether it happens on the loop, by the program.
 */
#include "rule.h"

static void check(const struct program *program, struct check *out)
{
	for_each_loop_call(call, program) {
		if (call.nested || call.polls || call.kind == EFFECT_RUNS_LOOP)
			continue;
		if (call.startup)
			finding_add(out, &call, "'%s' can block before the loop runs (%s)", call.callee,
				    category_name(call.category));
		else if (call.declared)
			finding_add(out, &call, "'%s' can block '%s', which is declared not to (%s)", call.callee,
				    call.declared, category_name(call.category));
		else
			finding_add(out, &call, "'%s' can block the loop (%s)", call.callee,
				    category_name(call.category));
	}
}

const struct rule blocking_call = {
	.slug = "blocking-call",
	.what = "Code on the event loop makes a call that can block its thread.",
	.why = "Until the call returns, every other client, timer and signal of that loop waits.",
	.instead =
		"Use the library's asynchronous form, a non-blocking descriptor, or hand the call to a worker thread.",
	.bad = "static void on_request(uv_stream_t *s, ssize_t n, const uv_buf_t *b)\n"
	       "{\n"
	       "\tgetaddrinfo(host, port, &hints, &result);  /* seconds, if the name server is slow */\n"
	       "}\n",
	.good = "static void on_request(uv_stream_t *s, ssize_t n, const uv_buf_t *b)\n"
		"{\n"
		"\tuv_getaddrinfo(s->loop, &req, on_resolved, host, port, &hints);\n"
		"}\n",
	.check = check,
};
