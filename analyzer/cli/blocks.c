/* blocks: what would freeze if one function blocked, whether it does or not. */
#include "cli/function.h"
#include "cli/messages.h"
#include "program/program.h"
#include "report/report.h"

static const struct usage usage = {
	.positional = "FUNCTION [PATH...] [-- CLANG-ARGUMENT...]",
	.summary = "Says what would freeze if FUNCTION blocked: the callbacks and loops that can call it.",
	.description =
		"FUNCTION: its name, or FILE:NAME where several have that name; also one of a library. Each callback\n"
		"and loop comes with its shortest way to FUNCTION, in plain text of at most 72 columns.\n"
		"\n"
		"Exit status: 0 something would; 1 nothing on a loop can call it; 2 the command line, configuration, "
		"a\n"
		"pack or the compile database is wrong, or no function is meant, or several; 3 incomplete: units\n"
		"failed.",
};

static bool answer(struct pipeline *p, uint32_t function, FILE *out)
{
	const char *name = program_name(p->program, function);
	struct reached *reached;
	size_t count = check_blocks(&p->arena, p->program, function, &reached), loops = 0;

	if (!count) {
		message_print("nothing on an event loop can call '%s', as far as was found", name);
		return false;
	}
	for (size_t i = 0; i < count; i++)
		loops += reached[i].is_loop;
	size_t callbacks = count - loops;
	report_wrapped(out, 0,
		       arena_printf(&p->arena, "If '%s' blocked, %zu %s and %zu %s would wait for it:", name, callbacks,
				    callbacks == 1 ? "callback" : "callbacks", loops,
				    loops == 1 ? "loop written by hand" : "loops written by hand"));
	for (size_t i = 0; i < count; i++) {
		fputc('\n', out);
		report_wrapped(out, 0,
			       arena_printf(&p->arena, "%s '%s'", reached[i].is_loop ? "the loop in" : "callback",
					    reached[i].function));
		report_paste(out, 2, reached[i].witness, reached[i].steps);
	}
	return true;
}

enum outcome cli_blocks(int argc, char **argv)
{
	return function_ask(&(struct function_question){ &usage, "blocks", answer }, argc, argv);
}
