/* parse: units -> facts, from the cache of the store where that is good, else parsed anew and put there. */
#ifndef LOOPLINT_CLI_PARSE_H
#define LOOPLINT_CLI_PARSE_H

#include "cli/options.h"
#include "compdb/compdb.h"
#include "db/store.h"

struct parse_request {
	const char *root;
	const struct compdb *compdb;
	const struct input *input;
	struct store *store; /* NULL: no cache */
	size_t *room;        /* how many units the cache may lack, counted down; NULL: any number */
};

/*
 * One block of facts per unit, in the order of the units, in `arena`. A unit that could not be parsed has facts that say
 * so; one for which there was no room has none (NULL). 0 ok; -errno after a diagnostic if parsing could not begin. A cache
 * that cannot be written is a warning.
 */
int parse_units(struct arena *arena, const struct parse_request *request, const struct facts ***out,
		struct diagnostics *diagnostics);

#endif
