/*
 * defines: macros and headers that the build files give to the compiler of a folder's sources.
 */
#ifndef LOOPLINT_COMPDB_DEFINES_H
#define LOOPLINT_COMPDB_DEFINES_H

#include "compdb/packages.h"
#include "compdb/tree.h"

struct defines {
	GPtrArray *macros;  /* char *: "NAME=VALUE", each name once */
	GPtrArray *headers; /* char *: names given with -include */
};

/*
 * What the build files in `folder` and in the folders above it, up to the project root, say with -DNAME and -include.
 * Nearer files come first. Values that are not literals are judged as in config.h; what is for tests, debugging or
 * another system is left out.
 */
struct defines *defines_read(const struct tree *tree, struct packages *packages, const char *folder);
/*
 * The value that macro `name` is given where all the code of a file stands under it: who builds the file gives it. NULL:
 * it speaks of another system, of a test, or of what this machine has not. The caller frees.
 */
char *defines_whole(struct packages *packages, const char *name);
void defines_free(struct defines *defines); /* safe on NULL */

#endif
