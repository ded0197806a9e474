/* function: see function.h. */
#include "cli/function.h"
#include "cli/messages.h"
#include "cli/output.h"

/* Says which functions could be meant. */
static bool find(const struct function_question *q, struct pipeline *p, const char *text, uint32_t *function)
{
	const char *candidates;

	switch (check_name(&p->arena, p->program, text, function, &candidates)) {
	case NAMED_ONE:
		return true;
	case NAMED_SEVERAL:
		message_print("%s: '%s' could be %s; say which", q->name, text, candidates);
		return false;
	default:
		message_print("%s: this program neither defines nor calls '%s'", q->name, text);
		return false;
	}
}

static enum outcome answer(const struct function_question *q, struct pipeline *p, const char *text)
{
	struct output output;
	uint32_t function;

	if (!find(q, p, text, &function))
		return p->incomplete ? OUTCOME_INCOMPLETE : OUTCOME_BAD_INPUT;
	output_open(&output, NULL);
	bool found = q->answer(p, function, output.stream);
	if (!output_close(&output) || p->incomplete)
		return OUTCOME_INCOMPLETE;
	return found ? OUTCOME_OK : OUTCOME_FINDINGS;
}

static bool parse(const struct function_question *q, int argc, char **argv, struct input *input,
		  struct arguments *arguments)
{
	if (!options_parse(argc, argv, q->usage, NULL, input, arguments))
		return false;
	if (arguments->positional[0]) {
		input->paths = arguments->positional + 1;
		return true;
	}
	message_print("%s: name a function; 'looplint %s --help' says more", q->name, q->name);
	return false;
}

enum outcome function_ask(const struct function_question *question, int argc, char **argv)
{
	struct input input = { 0 };
	struct arguments arguments = { 0 };
	struct pipeline pipeline = { 0 };
	enum outcome outcome = OUTCOME_BAD_INPUT;

	if (parse(question, argc, argv, &input, &arguments))
		outcome = pipeline_run(&pipeline, &input, STAGE_CONTEXT);
	if (pipeline.program)
		outcome = answer(question, &pipeline, arguments.positional[0]);
	pipeline_finish(&pipeline);
	input_finish(&input);
	arguments_finish(&arguments);
	return outcome;
}
