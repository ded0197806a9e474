/* process: runs a program to its end and keeps what it printed. For tests only. */
#ifndef LOOPLINT_TESTS_PROCESS_H
#define LOOPLINT_TESTS_PROCESS_H

struct outcome {
	int status;   /* exit code; -N: ended by signal N */
	char *output; /* all of stdout, NUL-terminated */
	char *errors; /* all of stderr, or the reason why it could not be started (status 127) */
};

/*
 * Runs `arguments` (NULL-terminated, the first is found through PATH) in `directory` (NULL: where we are) with an empty
 * stdin. Thread-safe. outcome_finish() frees the result.
 */
struct outcome process_run(const char *directory, const char *const *arguments);
void outcome_finish(struct outcome *outcome);

#endif
