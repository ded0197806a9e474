/*
 * uses: which files of a project use a function, a table or a field, found without a preprocessor or a compiler.
 *
 * A function or table is used where its name stands, whatever stands around it, its definition and declarations
 * included; a field where `.name` or `->name` is read, which is where a function that is kept in it can be called.
 * What macros of other files write is not seen.
 */
#ifndef LOOPLINT_COMPDB_USES_H
#define LOOPLINT_COMPDB_USES_H

#include "compdb/definitions.h"

struct uses;

/* `definitions`: of the whole project; names that it does not define are nobody's. Must outlive the result. */
struct uses *uses_new(const struct definitions *definitions);
void uses_free(struct uses *uses); /* safe on NULL */

/* Adds what the file at `path` (absolute; must outlive `uses`) uses; a file that cannot be read uses nothing. */
void uses_read(struct uses *uses, const char *path);

/* The same for a text that stands for that file. */
void uses_read_text(struct uses *uses, const char *path, const char *text);

/* The files (const char *) that use `name`, in the order in which they were read; NULL: none. Owned by `uses`. */
const GPtrArray *uses_of_name(const struct uses *uses, const char *name);
const GPtrArray *uses_of_field(const struct uses *uses, const char *name);

#endif
