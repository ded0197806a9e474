/*
 * busy-wait
 *
 * A loop statement that looks again until something has changed keeps the event loop from whatever else there is to do,
 * and often from the very event that would change it.
 */
#include "rule.h"

static void report(struct check *out, const struct hazard_view *h)
{
	switch (h->spin) {
	case SPIN_FLAG:
		hazard_add(out, h, "let the other thread wake the loop when it has changed the value",
			   "this loop spins until another thread changes what it reads");
		break;
	case SPIN_LOCK:
		hazard_add(out, h, "try once, and again from a timer or when the holder wakes the loop",
			   "'%s' is tried until it succeeds", h->callee);
		break;
	case SPIN_RETRY:
		hazard_add(out, h, "keep what is left and go on when the loop says the descriptor is ready",
			   "'%s' is tried again on EAGAIN without waiting", h->callee);
		break;
	case SPIN_NAP:
		hazard_add(out, h, "look again from a timer, or let whoever makes it true wake the loop",
			   "a condition is polled on the loop, with '%s' between", h->callee);
		break;
	}
}

static void check(const struct program *program, struct check *out)
{
	for_each_hazard(h, HAZARD_SPIN, program) report(out, &h);
}

const struct rule busy_wait = {
	.slug = "busy-wait",
	.what = "Code on the event loop waits by looking again and again.",
	.why = "Nothing else on the loop runs meanwhile, and the processor is busy with it; what is waited for may "
	       "itself need "
	       "the loop.",
	.instead = "Return to the loop and continue in a callback: of the descriptor, of a timer, or of who changes "
		   "the value.",
	.bad = "while (write(fd, text, length) < 0 && errno == EAGAIN)\n"
	       "\t;\n",
	.good = "if (write(fd, text, length) < 0 && errno == EAGAIN)\n"
		"\twatch(fd, EVENT_WRITE, on_writable);\n",
	.check = check,
};
