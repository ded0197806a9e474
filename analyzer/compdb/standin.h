/*
 * standin: a header that only a build would make -> one that stands in for it.
 */
#ifndef LOOPLINT_COMPDB_STANDIN_H
#define LOOPLINT_COMPDB_STANDIN_H

#include "compdb/packages.h"
#include "compdb/tree.h"

struct standins {
	struct tree *tree;
	struct packages *packages;
	const char *scratch; /* folder to write below */
	GHashTable *folders; /* template or name -> interned folder */
};

/* Whether the build makes the header by configuring: there is a template, or it is a config.h. */
bool standin_is_config(const struct standins *standins, const char *name, const char *unit);

/*
 * Writes a header `name` below the scratch folder, for a unit in the folder `unit`: rendered from its template if the
 * tree has one (config.h.in ...), config.h even without; made by the generator the build would run (generate.h); a
 * forwarding header if the tree has its base name exactly once (<project/a.h> that an installation would make); one that
 * includes all public headers of a folder that is called like it (<project/project.h>); else, if `invent` or if the name
 * begins with a folder of the tree, an empty one.
 *
 * Returns the folder to search for it (interned), or NULL if there is none. A file whose text stays the same is not
 * written again, so that what was read from it stays cached.
 */
const char *standin_make(struct standins *standins, const char *name, const char *unit, bool invent);

#endif
