/* sources: a project of source files in a sandbox, for tests that parse them. For tests only. */
#ifndef LOOPLINT_TESTS_SOURCES_H
#define LOOPLINT_TESTS_SOURCES_H

#include "sandbox.h"

#include <glib.h>

struct project {
	struct sandbox sandbox;
	char *root;       /* of the sandbox */
	GPtrArray *files; /* char *: absolute paths, in the order they were added */
};

/* cmocka's set-up and tear-down: *state is a struct project. */
int make_project(void **state);
int remove_project(void **state);

void add_file(struct project *project, const char *name, const char *text);

#endif
