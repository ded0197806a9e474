/*
 * sources: the C sources that paths on the command line mean.
 */
#ifndef LOOPLINT_COMPDB_SOURCES_H
#define LOOPLINT_COMPDB_SOURCES_H

#include "base/arena.h"
#include "base/diagnostics.h"

#include <glib.h>

/*
 * Appends to `out` (const char *, in `arena`) the absolute paths, links resolved, of the sources that `paths`
 * (NULL-terminated) name: files as they are, of folders every .c below that is not in a build folder.
 *
 * 0 ok; COMPDB_E_NOT_FOUND after a diagnostic if a path does not exist or holds no C source.
 */
int sources_find(struct arena *arena, const char *const *paths, GPtrArray *out, struct diagnostics *diagnostics);

#endif
