/*
 * shared: headers that several units begin with, read once.
 *
 * On GLib code nearly all of a parse is headers, the same for every unit. Units with the same arguments that begin with
 * the same lines get a precompiled header of these and of what most of them include next. Facts stay what they would
 * be: a unit that shows any error with it is parsed again without, and a set of headers that cannot be read twice in a
 * row is not used, since its units still include them.
 *
 *      shared_plan    which units share which headers: text only       parent
 *      shared_build   the precompiled header, as a job of its own      worker
 *      parse_unit     with it                                          worker
 *
 * What is assumed: a header that is guarded against a second reading means the same whether or not other headers of the
 * same leading block have been read before it.
 */
#ifndef LOOPLINT_SHARED_H
#define LOOPLINT_SHARED_H

#include "compdb/compdb.h"
#include "facts/facts.h"

#include <glib.h>

struct shared_headers {
	char *text;                      /* directives, a line each */
	char *path;                      /* of the precompiled header */
	const struct unit_command *like; /* one of its units: their arguments are the same */
	struct facts *built;             /* the files it was read from; NULL: not built, or of no use */
};

struct shared_plan {
	struct shared_headers *sets;
	size_t count;
	uint32_t *of_unit; /* per unit: set + 1; 0: none */
	char *folder;      /* of the precompiled headers; NULL: there are none */
};

enum { SHARED_UNITS = 4 }; /* fewer do not pay for it */

/*
 * Which of `count` units share headers. Reads the beginning of each source; C units with known flags only. `units` must
 * outlive the plan. Without a writable folder for temporary files the plan is empty.
 */
void shared_plan(struct shared_plan *plan, const struct unit_command *units, size_t count);
void shared_plan_free(struct shared_plan *plan); /* removes the files */

#define SHARED_NAME "/looplint/shared.h" /* what the text is parsed as; no such file exists */

/* What a source begins with: preprocessor lines, up to the first that is none or cannot be moved. */
struct leading {
	char *head;        /* lines whose order matters: conditions and definitions, and the first #include */
	GPtrArray *others; /* char *: further #include lines */
};

/* `folder` makes paths in quotes absolute. Empty fields if the source does not begin with an #include. */
struct leading leading_lines(const char *source, const char *folder);
void leading_clear(struct leading *leading);

#endif
