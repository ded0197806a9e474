/*
 * walk: the files below a folder, in an order that does not depend on the file system.
 */
#ifndef LOOPLINT_COMPDB_WALK_H
#define LOOPLINT_COMPDB_WALK_H

#include <stdbool.h>

/* `path`: of a regular file, starts with the top given. `built`: it stands in a build folder. */
typedef void walk_visit(const char *path, bool built, void *data);

/*
 * Visits every regular file below `top`, names sorted. Left out: hidden folders (version control, caches), installed
 * packages (node_modules ...), symbolic links to folders. A folder that cannot be read is empty.
 */
void walk_files(const char *top, walk_visit *visit, void *data);

#endif
