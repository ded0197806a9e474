/*
 * pipeline: the straight line from a command line to a linked program, for every subcommand that analyses.
 *
 *     packs -> compdb -> extract -> link -> context        (then check_program, in the subcommands that want findings)
 *
 * What comes first is what is cheapest to get wrong: configuration and packs are read before anything is parsed.
 */
#ifndef LOOPLINT_CLI_PIPELINE_H
#define LOOPLINT_CLI_PIPELINE_H

#include "check/check.h"
#include "cli/cli.h"
#include "cli/config.h"
#include "cli/options.h"
#include "compdb/compdb.h"
#include "db/store.h"

enum stage { STAGE_PACKS, STAGE_COMPDB, STAGE_EXTRACT, STAGE_LINK, STAGE_CONTEXT };

struct pipeline {
	struct arena arena;
	const struct input *input;
	const char *root, *store_path;
	struct config config;
	struct packs packs;
	struct store *store;        /* NULL: could not be opened; the run goes on without it */
	char *scratch;              /* stand-in headers; a temporary folder when there is no store */
	bool incomplete;            /* units failed, or the store did */
	struct compdb compdb;       /* those asked for, then their neighbours */
	size_t named;               /* the first units of compdb: those asked for */
	const struct facts **facts; /* compdb.count of them */
	struct program *program;
};

/*
 * Runs the stages up to and including `last`; what goes wrong is printed. OUTCOME_OK, also if units failed or the
 * store could not be opened (then pipeline->incomplete is set); else how the program is to end. The pipeline, zeroed
 * before, is to be finished in any case.
 */
enum outcome pipeline_run(struct pipeline *pipeline, const struct input *input, enum stage last);
void pipeline_finish(struct pipeline *pipeline);

#endif
