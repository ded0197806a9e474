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

/*
 * All units of the project but those that the configuration excludes, for units_of_files() to choose from. From a
 * compile database they are whole (out->path is set), from the tree they have a file and nothing else. Diagnostics of
 * the database are not repeated. Everything in *out lives in `arena`. 0 ok; UNITS_E_BAD_INPUT: there are none.
 */
int units_of_project(struct arena *arena, const struct unit_request *request, struct compdb *out);

/* The units of `project` whose files are in `files` (const char *), ready to be parsed. In `arena`. Errors as above. */
int units_of_files(struct arena *arena, const struct unit_request *request, const struct compdb *project,
		   const GPtrArray *files, struct compdb *out);

#endif
