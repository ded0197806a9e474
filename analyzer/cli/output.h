/* output: where a report goes: stdout, or a file that appears only once it is whole. */
#ifndef LOOPLINT_CLI_OUTPUT_H
#define LOOPLINT_CLI_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output {
	FILE *stream;
	char *path;      /* NULL: stdout */
	char *temporary; /* beside `path`, renamed at the end; NULL: written in place (a device, a pipe) */
};

/* `path` NULL or "-": stdout. False after a line on stderr; then there is nothing to close. */
bool output_open(struct output *output, const char *path);

/*
 * Ends the output and gives the file its name. False after a line on stderr if not everything was written: then the
 * file is as it was before. A reader of stdout that went away (`| head`) is no failure.
 */
bool output_close(struct output *output);

/* Whether to use colours on `stream`: `when` is "auto" (a terminal, and NO_COLOR is not set), "always" or "never". */
bool output_coloured(const char *when, FILE *stream);

#endif
