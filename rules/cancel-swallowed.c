/*
 * cancel-swallowed
 *
 * A handler that catches every error also catches the cancellation of what it guards. Whoever cancelled it waits for an
 * end that does not come: the program goes on with a default, tries again, or says that something else went wrong.
 */
#include "rule.h"

static void report(struct check *out, const struct swallowed_view *s)
{
	switch (s->how) {
	case SWALLOWED_LOST:
		swallowed_add(out, s, "'%s' swallows a cancellation of '%s'", s->callee, s->cancelled);
		break;
	case SWALLOWED_RETRIED:
		swallowed_add(out, s, "'%s' swallows a cancellation of '%s', and the loop goes on", s->callee,
			      s->cancelled);
		break;
	case SWALLOWED_REPLACED:
		swallowed_add(out, s, "'%s' turns a cancellation of '%s' into another error", s->callee, s->cancelled);
		break;
	}
}

static void check(const struct program *program, struct check *out)
{
	for_each_swallowed(s, program) report(out, &s);
}

const struct rule cancel_swallowed = {
	.slug = "cancel-swallowed",
	.what = "A handler that catches every error neither passes a cancellation on nor tells it apart.",
	.why = "A user who cancels, a time-out, or a server that shuts down is not obeyed: the program goes on with a "
	       "default, tries again, or reports an error that did not happen.",
	.instead = "Catch the errors that are expected, or pass a cancellation on before anything else is done.",
	.bad = "PG_CATCH();\n"
	       "{\n"
	       "\tFlushErrorState();\n"
	       "\tsize = 0;\n"
	       "}\n"
	       "PG_END_TRY();\n",
	.good = "PG_CATCH();\n"
		"{\n"
		"\tif (geterrcode() != ERRCODE_UNDEFINED_TABLE)\n"
		"\t\tPG_RE_THROW();\n"
		"\tFlushErrorState();\n"
		"\tsize = 0;\n"
		"}\n"
		"PG_END_TRY();\n",
	.check = check,
};
