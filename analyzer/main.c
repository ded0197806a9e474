/*
 * looplint: finds calls that block an event loop, and says why the code is on the loop.
 *
 *     cli/      one file per subcommand; pipeline.c is the straight line through the stages:
 *     compdb/   compile_commands.json, or the tree -> units and their flags
 *     extract/  units -> facts                        (the only libclang)
 *     facts/    the nouns, their encoding, their text
 *     pack/     rules/packs/, .looplint.yaml -> what libraries do
 *     program/  facts + packs -> one linked program, contexts
 *     check/    rules/ over a program -> findings
 *     report/   findings -> text, JSON
 *     base/     arena, diagnostics, embedded files
 *     ../db/    what is kept between runs             (the only sqlite3)
 *
 * This file holds the list of subcommands and the exit codes, which nothing else chooses.
 */
#include "cli/cli.h"
#include "cli/messages.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const int exit_codes[OUTCOMES] = {
	[OUTCOME_OK] = 0,
	[OUTCOME_FINDINGS] = 1,
	[OUTCOME_BAD_INPUT] = 2,
	[OUTCOME_INCOMPLETE] = 3,
};

static const struct {
	const char *name;
	command *run;
	const char *what;
} commands[] = {
	{ "check", cli_check, "analyse a project and report what blocks its event loop" },
	{ "why", cli_why, "say why a function runs on the loop" },
	{ "blocks", cli_blocks, "say what would freeze if a function blocked" },
	{ "explain", cli_explain, "explain a rule, or list the rules" },
	{ "pack", cli_pack, "list packs, check one, or learn one from a library's source" },
	{ "review", cli_review, "list findings and record decisions on them" },
	{ "init", cli_init, "write a commented configuration" },
	{ "doctor", cli_doctor, "look whether everything an analysis needs is there" },
	{ "dump", cli_dump, "print what a stage hands to the next" },
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_help(FILE *out)
{
	fputs("usage: looplint COMMAND [OPTION...]\n\n", out);
	for (int i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].what);
	fputs("\n'looplint COMMAND --help' lists the options of a command.\n\n"
	      "exit status: 0 clean; 1 findings; 2 wrong usage, configuration, pack or compile database;\n"
	      "3 incomplete: units failed, or results could not be kept or written (wins over 1)\n",
	      out);
}

static command *find_command(const char *name)
{
	for (int i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run;
	return NULL;
}

static enum outcome run(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	command *found = find_command(name);

	if (found)
		return found(argc - 1, argv + 1);
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
		print_help(stdout);
		return OUTCOME_OK;
	}
	if (strcmp(name, "--version") == 0) {
		puts("looplint " LOOPLINT_VERSION);
		return OUTCOME_OK;
	}
	if (*name)
		message_print("unknown command '%s'; 'looplint --help' lists them", name);
	else
		print_help(stderr);
	return OUTCOME_BAD_INPUT;
}

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN); /* a reader that goes away is an error of that write, see cli/output.c */
	signal(SIGXFSZ, SIG_IGN); /* and so is a file that may not grow */
	return exit_codes[run(argc, argv)];
}
