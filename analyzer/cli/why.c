/* why: the shortest path from an event loop to one function, as a check would show it. */
#include "cli/messages.h"
#include "cli/output.h"
#include "cli/pipeline.h"
#include "report/report.h"

static const struct usage usage = {
	.positional = "FUNCTION [PATH...] [-- CLANG-ARGUMENT...]",
	.summary = "Says why FUNCTION runs on an event loop: the calls that lead from the loop to it.",
	.description =
		"Exit status: 0 there is a path; 1 there is none; 2 the command line, configuration, a pack or the\n"
		"compile database is wrong; 3 incomplete: units failed.",
};

static enum outcome print_witness(struct pipeline *p, const char *function)
{
	struct report_options options = { .colour = output_coloured("auto", stdout) };
	struct output output;
	struct step *witness;
	size_t steps;

	if (!check_why(&p->arena, p->program, function, &witness, &steps)) {
		message_print("no path from an event loop to '%s' was found", function);
		return p->incomplete ? OUTCOME_INCOMPLETE : OUTCOME_FINDINGS;
	}
	output_open(&output, NULL);
	report_witness(output.stream, p->root, witness, steps, &options);
	return output_close(&output) && !p->incomplete ? OUTCOME_OK : OUTCOME_INCOMPLETE;
}

static bool parse(int argc, char **argv, struct input *input, struct arguments *arguments)
{
	if (!options_parse(argc, argv, &usage, NULL, input, arguments))
		return false;
	if (arguments->positional[0]) {
		input->paths = arguments->positional + 1;
		return true;
	}
	message_print("why: name a function; 'looplint why --help' says more");
	return false;
}

enum outcome cli_why(int argc, char **argv)
{
	struct input input = { 0 };
	struct arguments arguments = { 0 };
	struct pipeline pipeline = { 0 };
	enum outcome outcome = OUTCOME_BAD_INPUT;

	if (parse(argc, argv, &input, &arguments))
		outcome = pipeline_run(&pipeline, &input, STAGE_CONTEXT);
	if (pipeline.program)
		outcome = print_witness(&pipeline, arguments.positional[0]);
	pipeline_finish(&pipeline);
	input_finish(&input);
	arguments_finish(&arguments);
	return outcome;
}
