/*
 * config: what configure would have written into config.h on this machine.
 */
#ifndef LOOPLINT_COMPDB_CONFIG_H
#define LOOPLINT_COMPDB_CONFIG_H

#include "compdb/packages.h"
#include "compdb/tree.h"

/* Whether HAVE_`what` holds here: a header (X_H), a function of the C library, a package, a habit of the compiler. */
bool config_machine_has(struct packages *packages, const char *what);

/*
 * The value that macro `name` would get: HAVE_X_H if the header is there, HAVE_X if the C library has the function or a
 * package of that name is installed, SIZEOF_X a number, names that end like paths and versions a string, all other
 * switches 1. `given` (NULL: nothing): the value that a build file states, taken if it is a literal.
 *
 * NULL: the macro stays undefined. The caller frees.
 */
char *config_judge(struct packages *packages, const char *name, const char *given);

/*
 * The whole text of a config.h: a #define for each name that the template (path; NULL: none) or the build files declare
 * or that `switches` (const char *; asked for in #if lines) holds, if it is judged to have a value. The caller frees.
 */
char *config_text(struct packages *packages, const struct tree *tree, const char *template, const GPtrArray *switches);

#endif
