/*
 * units: collects units and puts them in order: sorted by file, one per file, hashed.
 */
#ifndef LOOPLINT_COMPDB_UNITS_H
#define LOOPLINT_COMPDB_UNITS_H

#include "compdb/compdb.h"

#include <glib.h>

/* Of several commands for one file the lowest is kept, and of equals the first. */
enum unit_rank { RANK_PROGRAM, RANK_SHARED_TWIN, RANK_TEST };

struct unit_list {
	struct arena *arena;
	GArray *items; /* struct ranked_unit */
};

struct ranked_unit {
	struct unit_command unit;
	enum unit_rank rank;
	guint order;
};

void unit_list_init(struct unit_list *list, struct arena *arena);
void unit_list_finish(struct unit_list *list); /* safe on a zeroed list */

/* Adds a unit; strings and arguments must live in the arena. The hash is filled in later. */
void unit_list_add(struct unit_list *list, struct unit_command unit, enum unit_rank rank);

/* Writes what was collected to *out. `scratch` (NULL: none) is a folder whose name must not change the hashes. */
void unit_list_store(struct unit_list *list, const char *scratch, struct compdb *out);

/* The words of `array` (const char *) as a NULL-terminated vector in `arena`. */
const char **words_store(struct arena *arena, const GPtrArray *array);

/* Whether `path` is `top` or below it. */
bool path_is_below(const char *path, const char *top);

#endif
