/* sandbox: a project in a temporary folder, and looplint run in it. For tests only. */
#ifndef LOOPLINT_TESTS_SANDBOX_H
#define LOOPLINT_TESTS_SANDBOX_H

#include "process.h"

#include <stdbool.h>

struct sandbox {
	char *root; /* absolute, symbolic links resolved */
};

/* An empty folder. sandbox_finish() removes it with all it holds. */
struct sandbox sandbox_new(void);
void sandbox_finish(struct sandbox *sandbox);

/* Writes a file (its folders are made), reads one (NULL if there is none; g_free() it), or says whether it exists. */
void sandbox_write(const struct sandbox *sandbox, const char *path, const char *text);
char *sandbox_read(const struct sandbox *sandbox, const char *path);
bool sandbox_has(const struct sandbox *sandbox, const char *path);

/* Runs `program` there with the words that follow, up to NULL. outcome_finish() frees the result. */
struct outcome sandbox_run(const struct sandbox *sandbox, const char *program, ...) __attribute__((sentinel));

#endif
