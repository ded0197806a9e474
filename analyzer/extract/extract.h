/*
 * extract: units -> facts. The only folder that knows libclang.
 *
 * Units are parsed in forked workers with a big stack and a watchdog: a unit that crashes the parser or never ends
 * costs that unit, never the run. What libclang hides and how each case is met stands in visit.c.
 */
#ifndef LOOPLINT_EXTRACT_H
#define LOOPLINT_EXTRACT_H

#include "compdb/compdb.h"
#include "facts/facts.h"

struct extract_options {
	const char *root;         /* project root: paths below it become relative; absolute */
	unsigned jobs;            /* workers; 0: one per processor */
	unsigned timeout_seconds; /* wall clock per unit; 0: 60 */
};

/*
 * Called in the caller's process and thread, once per unit, in the order units end. `facts` is never NULL: a unit that
 * crashed has facts with no function, its status and its message. Valid during the call only. Return false to stop.
 */
typedef bool extract_done(const struct unit_command *unit, const struct facts *facts, void *data);

/*
 * Parses `count` units. 0 ok, even if units failed (their facts say so); -errno if no worker could be started;
 * -ECANCELED if `done` returned false.
 */
int extract_units(const struct unit_command *units, size_t count, const struct extract_options *options,
		  extract_done *done, void *data);

/* Parses one unit in this process (no isolation); for tests and fuzzing. The block is freed with free(). */
struct facts *extract_unit(const struct unit_command *unit, const struct extract_options *options, size_t *size);

/* Version of libclang with the resource directory in use; part of the cache key and of `doctor`. */
const char *extract_front_end(void);

#endif
