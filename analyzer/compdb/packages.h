/*
 * packages: which installed package brings a header, and with which flags.
 */
#ifndef LOOPLINT_COMPDB_PACKAGES_H
#define LOOPLINT_COMPDB_PACKAGES_H

#include "compdb/tree.h"

struct packages;

struct packages *packages_new(const struct tree *tree); /* `tree` must outlive it */
void packages_free(struct packages *packages);          /* safe on NULL */

/* The header in the compiler's own search path ("/usr/include/stdio.h"), or NULL. Interned. */
const char *packages_find_system(struct packages *packages, const char *name);

/*
 * The pkg-config package whose include folders hold `name`. Of several, the one that the project's build files mention
 * most; `mentioned`: only such a one will do. NULL if there is none. Interned.
 */
const char *packages_find(struct packages *packages, const char *name, bool mentioned);

/* What `pkg-config --cflags` says of the package, split; NULL-terminated, owned by `packages`. */
const char *const *packages_flags(struct packages *packages, const char *package);

/* Whether there is a package of that name. */
bool packages_has(struct packages *packages, const char *package);

/* The same for one of several parts: "avahi" for avahi-client, "gtk" for gtk+-3.0, if the build files name it so. */
bool packages_has_part(struct packages *packages, const char *whole);

/* A folder below /usr/include from which `name` resolves, for libraries without pkg-config. NULL if none. Interned. */
const char *packages_find_folder(struct packages *packages, const char *name);

#endif
