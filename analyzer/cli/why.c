/* why: the shortest path from an event loop to one function, fit for a commit message. */
#include "cli/function.h"
#include "cli/messages.h"
#include "program/program.h"
#include "report/report.h"

static const struct usage usage = {
	.positional = "FUNCTION [PATH...] [-- CLANG-ARGUMENT...]",
	.summary = "Says why FUNCTION runs on an event loop: the calls that lead from the loop to it.",
	.description =
		"FUNCTION: its name, or FILE:NAME where several have that name. The answer is plain text in at most "
		"72\n"
		"columns, the loop first, for a commit message.\n"
		"\n"
		"Exit status: 0 there is a path; 1 there is none; 2 the command line, configuration, a pack or the\n"
		"compile database is wrong, or no function is meant, or several; 3 incomplete: units failed.",
};

static bool answer(struct pipeline *p, uint32_t function, FILE *out)
{
	struct step *witness;
	size_t steps;

	if (!check_why(&p->arena, p->program, function, &witness, &steps)) {
		message_print("no path from an event loop to '%s' was found", program_name(p->program, function));
		return false;
	}
	report_paste(out, 0, witness, steps);
	return true;
}

enum outcome cli_why(int argc, char **argv)
{
	return function_ask(&(struct function_question){ &usage, "why", answer }, argc, argv);
}
