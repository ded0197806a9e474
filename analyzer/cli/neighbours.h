/*
 * neighbours: what named files need from the rest of the project to be understood.
 *
 * `looplint check src/zone.c` is asked about one file, but whether a call there blocks, which callbacks run on the loop,
 * and who calls what the file is there for, is written in others. So the functions and tables that the named files use
 * and do not define are looked for in the project's other sources, as are those who use what the named files define, or
 * the fields that its functions are put into; those are parsed too, and so on. What is found is reported where it lies
 * in a named file or its path passes through one.
 */
#ifndef LOOPLINT_CLI_NEIGHBOURS_H
#define LOOPLINT_CLI_NEIGHBOURS_H

#include "cli/parse.h"
#include "cli/units.h"

enum { NEIGHBOURS_MAX = 250 }; /* units that the cache does not have; those it has are taken without counting */

/*
 * Parses the neighbours of the units in *compdb, whose facts are *facts, and appends both; the arrays move, in `arena`.
 * A neighbour that cannot be parsed is left out; a note says when there are too many.
 */
void neighbours_add(struct arena *arena, const struct unit_request *units, const struct parse_request *parsing,
		    const struct packs *packs, struct compdb *compdb, const struct facts ***facts,
		    struct diagnostics *diagnostics);

#endif
