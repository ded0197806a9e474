/*
 * cli: the subcommands, one file each. A subcommand reads its arguments, asks the stages, prints, and says how it ended;
 * main.c alone turns that into an exit code.
 *
 * stdout holds what was asked for and nothing else; everything else goes to stderr, one line each.
 */
#ifndef LOOPLINT_CLI_H
#define LOOPLINT_CLI_H

enum outcome {
	OUTCOME_OK,
	OUTCOME_FINDINGS,   /* there are findings to report (`why`, `blocks`: there is no path) */
	OUTCOME_BAD_INPUT,  /* the command line, the configuration, a pack or the compile database is wrong */
	OUTCOME_INCOMPLETE, /* units failed, or what was found could not be kept or written */
	OUTCOMES
};

/* argv[0] is the name of the subcommand. Each prints why, unless it ends with OUTCOME_OK or OUTCOME_FINDINGS. */
typedef enum outcome command(int argc, char **argv);

command cli_check, cli_why, cli_blocks, cli_explain, cli_dump, cli_doctor, cli_init, cli_pack, cli_review;

#endif
