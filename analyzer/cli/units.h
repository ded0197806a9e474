/*
 * units: which units a run analyses. From the compile database, from the tree when there is none (and for named files
 * that it does not list), or from the arguments behind `--`; without those that the configuration excludes.
 */
#ifndef LOOPLINT_CLI_UNITS_H
#define LOOPLINT_CLI_UNITS_H

#include "cli/config.h"
#include "cli/options.h"
#include "compdb/compdb.h"

struct unit_request {
	const char *root;
	const char *scratch; /* existing folder for stand-in headers */
	const struct config *config;
	const struct input *input;
};

enum { UNITS_E_BAD_INPUT = 1 };

/*
 * 0 ok (a note says if flags were inferred); UNITS_E_BAD_INPUT after a diagnostic. No unit at all is an error, unless
 * the paths named nothing but headers, or all was excluded. Everything in *out lives in `arena`.
 */
int units_find(struct arena *arena, const struct unit_request *request, struct compdb *out,
	       struct diagnostics *diagnostics);

#endif
