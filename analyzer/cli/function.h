/* function: the subcommands that answer about one function, `why` and `blocks`. */
#ifndef LOOPLINT_CLI_FUNCTION_H
#define LOOPLINT_CLI_FUNCTION_H

#include "cli/pipeline.h"

struct function_question {
	const struct usage *usage;
	const char *name; /* of the subcommand */
	/* Prints the answer; false: there is none, and it was said so. */
	bool (*answer)(struct pipeline *pipeline, uint32_t function, FILE *out);
};

/* Parses the command line, analyses, finds the function that is meant, and asks. How the subcommand ends. */
enum outcome function_ask(const struct function_question *question, int argc, char **argv);

#endif
