/* options: the command line of a subcommand, and the options that every subcommand that analyses has. */
#ifndef LOOPLINT_CLI_OPTIONS_H
#define LOOPLINT_CLI_OPTIONS_H

#include <glib.h>
#include <stdbool.h>

/* What to analyse, and how. */
struct input {
	char **paths;             /* as given, borrowed from struct arguments; NULL or empty: all */
	char *build;              /* where the compile database is; NULL: look for it */
	char *store;              /* NULL: .looplint at the project root */
	int jobs;                 /* 0: one per processor */
	int timeout;              /* seconds per unit */
	gboolean include_startup; /* also what runs before and after the loop */
	gboolean alone;           /* nothing but the paths: no neighbours */
	char **clang_arguments;   /* borrowed from struct arguments; NULL: no `--` was given */
};

struct arguments {
	char **all;        /* owner of the strings */
	char **positional; /* NULL-terminated */
	char **behind;     /* what stood behind `--`; NULL: there was none */
};

struct usage {
	const char *positional;  /* "[PATH...] [-- CLANG-ARGUMENT...]" */
	const char *summary;     /* one sentence */
	const char *description; /* printed below the options; NULL: nothing */
};

/*
 * Parses the command line of a subcommand: its own options (`own`, ends with an empty entry) and, unless `input` is
 * NULL, the shared ones. --help prints and ends the program. False after one line on stderr; `arguments` is to be
 * finished in any case.
 */
bool options_parse(int argc, char **argv, const struct usage *usage, const GOptionEntry *own, struct input *input,
		   struct arguments *arguments);

void arguments_finish(struct arguments *arguments);
void input_finish(struct input *input);

/* The level that `text` names, or -1 after one line on stderr that says which option is wrong. */
int options_level(const char *option, const char *text);

#endif
