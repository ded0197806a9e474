/*
 * unresolved-callback
 *
 * An indirect call whose target nobody can tell is where the view of the program ends. It is counted at the end of each run
 * ("41 unresolved"), and listed by this rule, which is off unless it is asked for.
 */
#include "rule.h"

static void report(struct check *out, const struct unresolved_view *u)
{
	switch (u->why) {
	case UNRESOLVED_STORED:
		unresolved_add(out, u, "what '%s' calls is not known: no function is stored there", u->through);
		break;
	case UNRESOLVED_PARAMETER:
		unresolved_add(out, u, "what '%s' calls is not known: no caller passes a function", u->through);
		break;
	case UNRESOLVED_RETURNED:
		if (*u->function)
			unresolved_add(out, u, "what is called here is not known: '%s' returns it", u->function);
		else
			unresolved_add(out, u,
				       "what is called here is not known: another call through a pointer returns it");
		break;
	case UNRESOLVED_OTHER:
		unresolved_add(out, u, "what is called here is not known: it comes from no place that is followed");
		break;
	}
}

static void check(const struct program *program, struct check *out)
{
	for_each_unresolved(u, program) report(out, &u);
}

const struct rule unresolved_callback = {
	.slug = "unresolved-callback",
	.what = "A function is called through a pointer, and nobody can tell which.",
	.why = "What it does, to the loop or anything else, is not looked at: a call that blocks behind it is missed.",
	.instead = "Nothing is wrong with the code. Have the units analysed that fill the place, or say in a pack or "
		   "with an annotation what a call through it does.",
	.bad = "void *f = dlsym(plugin, \"run\");\n"
	       "((void (*)(void))f)();\n",
	.good = "static const struct plugin plugins[] = { { \"own\", own_run } };\n"
		"plugins[i].run();\n",
	.off = true,
	.check = check,
};
