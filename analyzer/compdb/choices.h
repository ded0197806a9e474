/*
 * choices: what a build decides if nobody decides otherwise: whether it gives a macro that a build file names with -D.
 */
#ifndef LOOPLINT_COMPDB_CHOICES_H
#define LOOPLINT_COMPDB_CHOICES_H

#include "compdb/tree.h"

enum choice { CHOICE_OPEN, CHOICE_NO, CHOICE_YES };

/*
 * Whether macro `name`, which `file` gives at the `at`-th byte of its text, is given by default. An option or a variable
 * of the macro's name says so wherever it is declared:
 *
 *      WITH_BRIDGE := yes        option(WITH_BRIDGE "..." ON)        option('bridge', type: 'boolean', value: true)
 *
 * else the one that the innermost condition around the place asks for: ifeq ($(X),yes), if(X), if get_option('x').
 * CHOICE_OPEN: it cannot be told from these.
 */
enum choice choice_of_macro(const struct tree *tree, const struct build_file *file, gsize at, const char *name);

#endif
