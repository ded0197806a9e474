/*
 * leads: which functions, tables and fields of the parsed units lead to what the named files define.
 *
 * A function leads there if it mentions one that does: calls it, hands it to a registration, reads the field that it is
 * kept in. So does a field that it is put into, and a table that it stands in. Nothing is judged: most of what leads
 * there does so on no path that a loop takes.
 */
#ifndef LOOPLINT_CLI_LEADS_H
#define LOOPLINT_CLI_LEADS_H

#include "facts/facts.h"

#include <glib.h>

/* Something that other files may mention. */
struct lead {
	enum symbol_kind kind;
	const char *name; /* of a field: the member's alone */
	const char *file; /* as in facts: of the first unit that was seen to mention it */
};

struct leads;

struct leads *leads_new(void);
void leads_free(struct leads *leads); /* safe on NULL */

/* Adds a unit, whose facts must outlive `leads`; what a `named` one defines leads there. */
void leads_add(struct leads *leads, const struct facts *facts, bool named);

/*
 * What was found to lead there since the last call and can be mentioned in other files: const struct lead *, owned by
 * `leads`; the array is the caller's.
 */
GPtrArray *leads_take(struct leads *leads);

#endif
