/*
 * off-loop-call
 *
 * An event loop's objects belong to its thread: timers, handles, widgets are kept in lists that no lock protects. Which
 * calls may come from elsewhere is said by packs (loop_only, any_thread) and by annotations. A function of the program
 * that leads to such a call belongs to the loop too: reported is the call by which a worker enters it. The same holds of
 * what the program itself keeps for its loop: containers that nobody locks, and handlers of signals.
 */
#include "rule.h"

static const char advice[] = "post a callback to the loop that makes this call, or make it in the work's completion";

/* A container that the loop changes without a lock, as it may: it is its own. */
static void add_container(struct check *out, const struct hazard_view *h)
{
	if (h->direct)
		hazard_add(out, h, advice, "'%s' changes '%s', which the loop changes too, on a worker without a lock",
			   h->callee, h->container);
	else
		hazard_add(out, h, advice,
			   "'%s' leads to a change of '%s', which the loop changes too, on a worker without a lock",
			   h->callee, h->container);
}

/* A handler runs on the thread that emits the signal. */
static void add_handler(struct check *out, const struct hazard_view *h)
{
	if (h->direct)
		hazard_add(out, h, advice, "'%s' calls '%s', which was connected on the loop, on a worker", h->callee,
			   h->handler);
	else
		hazard_add(out, h, advice,
			   "'%s' leads to a signal whose handler '%s' was connected on the loop, on a worker",
			   h->callee, h->handler);
}

static void check(const struct program *program, struct check *out)
{
	for_each_hazard(h, HAZARD_OFF_LOOP, program) if (h.container) add_container(out, &h);
	else if (h.handler) add_handler(out, &h);
	else if (h.direct)
		hazard_add(out, &h, advice, "'%s' needs the loop's thread and is called on a worker", h.callee);
	else hazard_add(out, &h, advice, "'%s' leads to '%s', which needs the loop's thread, on a worker", h.callee,
			h.cause);
}

const struct rule off_loop_call = {
	.slug = "off-loop-call",
	.what = "A worker thread makes a call that only the loop's thread may make.",
	.why = "The loop's own data has no lock: two threads in it corrupt lists, lose wake-ups and crash later, "
	       "elsewhere.",
	.instead = "Post to the loop with the one call that any thread may make (uv_async_send, g_idle_add), or do it "
		   "in the "
		   "completion of the work.",
	.bad = "static void work(uv_work_t *w)\n"
	       "{\n"
	       "\tload(w->data);\n"
	       "\tuv_timer_start(&refresh, on_refresh, 0, 0);  /* on a worker thread */\n"
	       "}\n",
	.good = "static void work(uv_work_t *w)\n"
		"{\n"
		"\tload(w->data);\n"
		"}\n"
		"\n"
		"static void after_work(uv_work_t *w, int status)  /* on the loop */\n"
		"{\n"
		"\tuv_timer_start(&refresh, on_refresh, 0, 0);\n"
		"}\n",
	.check = check,
};
