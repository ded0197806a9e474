/*
 * named_files: by name, the files in which it stands, in the order in which they were read.
 */
#ifndef LOOPLINT_COMPDB_NAMED_FILES_H
#define LOOPLINT_COMPDB_NAMED_FILES_H

#include <glib.h>

struct named_files;

struct named_files *named_files_new(void);
void named_files_free(struct named_files *names); /* safe on NULL */

/* `path` must outlive `names`; a file whose names are added one after the other is listed once under each. */
void named_files_add(struct named_files *names, const char *name, const char *path);

/* const char *; NULL: no file has it. Owned by `names`. */
const GPtrArray *named_files_find(const struct named_files *names, const char *name);

#endif
