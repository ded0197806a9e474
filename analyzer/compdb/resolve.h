/*
 * resolve: one #include -> the file it means and the folder that must be searched for it.
 */
#ifndef LOOPLINT_COMPDB_RESOLVE_H
#define LOOPLINT_COMPDB_RESOLVE_H

#include "compdb/packages.h"
#include "compdb/scan.h"
#include "compdb/standin.h"
#include "compdb/tree.h"

enum place {
	PLACE_NOWHERE,
	PLACE_KNOWN,   /* the compiler finds it by itself: beside the includer, or in the system's folders */
	PLACE_QUOTE,   /* `folder`, for quoted includes only, so that it hides no system header */
	PLACE_BEFORE,  /* `folder`, before the system's */
	PLACE_AFTER,   /* `folder`, behind the system's */
	PLACE_PACKAGE, /* with the flags of `package` */
};

struct resolution {
	enum place place;
	const char *path;    /* to read on from; NULL: nothing in it concerns us */
	const char *folder;  /* of QUOTE, BEFORE, AFTER; interned */
	const char *package; /* of PACKAGE; interned */
};

struct resolver {
	struct tree *tree;
	struct packages *packages;
	struct standins *standins;
	GHashTable *known; /* key -> struct resolution * */
};

/* `includer`: the file with the #include; `unit`: the folder of the unit that is parsed. Remembered per folders. */
const struct resolution *resolve_include(struct resolver *resolver, const struct include *include, const char *includer,
					 const char *unit);

#endif
