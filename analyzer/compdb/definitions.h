/*
 * definitions: which file of a project defines a function or a table, found without a preprocessor or a compiler.
 *
 * A name counts as defined where it stands outside of braces in front of `(...) {` or of `=`, unless `static` stands
 * before it. What macros define is not seen. Both arms of a condition count, so several files may define a name.
 */
#ifndef LOOPLINT_COMPDB_DEFINITIONS_H
#define LOOPLINT_COMPDB_DEFINITIONS_H

#include <glib.h>
#include <stdbool.h>

struct definitions;

struct definitions *definitions_new(void);
void definitions_free(struct definitions *definitions); /* safe on NULL */

/* Adds what the file at `path` (absolute) defines; a file that cannot be read defines nothing. */
void definitions_read(struct definitions *definitions, const char *path);

/* The same for a text that stands for that file. */
void definitions_read_text(struct definitions *definitions, const char *path, const char *text);

/* Whether any file that was read defines `name`. */
bool definitions_has(const struct definitions *definitions, const char *name);

/* Whether the file at `path` defines `name`, be it `static`: then it is its own that is meant there. */
bool definitions_are_in(const struct definitions *definitions, const char *name, const char *path);

/*
 * The file that most likely holds the `name` that the file `near` (absolute) declares: the nearest one, those of other
 * systems and tests last; among equals the first by name. NULL: none does. Valid as long as `definitions`.
 */
const char *definitions_find(const struct definitions *definitions, const char *name, const char *near);

#endif
