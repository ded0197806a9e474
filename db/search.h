/*
 * search: which other files the #includes of a unit could find; what content hashes cannot see.
 *
 * A new header in an earlier folder of the include path hides the one a unit was parsed with, although that one did
 * not change. Comparing the age of those folders would catch it, but also every object, backup or unrelated source
 * written beside: all units would go stale at each build. So the question is asked as narrowly as it can be: of the
 * folders a unit searches (its own, and those of -I, -iquote, -isystem and -idirafter below the project root), which
 * hold a file named like one of its dependencies (`foo.h`, or `sub/foo.h`)? The sum of the hashes of those names is
 * the unit's signature. It changes only when such a name appears or vanishes, never with unrelated files.
 *
 * A degraded unit misses headers, and any header that turns up may be the one. Its signature also counts every name in
 * those folders that looks like a header and, outside of the root and in /usr/include, every name at all: building the
 * generated headers or installing a -dev package makes it stale.
 *
 * Not seen: paths of three and more parts ("a/b/c.h"), folders outside of the root (for whole units), CPATH and the
 * like, __has_include, and a missing header that appears in an old subfolder of a searched folder.
 */
#ifndef LOOPLINT_SEARCH_H
#define LOOPLINT_SEARCH_H

#include "compdb/compdb.h"
#include "db/files.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct search {
	struct files *files;
	GHashTable *folders; /* path -> struct search_folder: each is read once per store */
	GArray *marks;       /* uint32_t by file id: the last unit that depends on it */
	uint32_t unit;       /* number of the unit being asked for, from 1 */
};

void search_init(struct search *search, struct files *files);
void search_finish(struct search *search);

/* The signature of one unit: begin, mark each of its dependencies by file id, end. */
void search_begin(struct search *search);
void search_mark(struct search *search, uint32_t file);
uint64_t search_end(struct search *search, const char *root, const struct unit_command *unit, bool degraded);

#endif
