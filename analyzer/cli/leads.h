/*
 * leads: which functions, tables and fields of the parsed units lead to what the named files define.
 *
 * A function leads there if it mentions one that does: calls it, hands it to a registration, reads the field that it is
 * kept in. So does a field that it is put into, and a table that it stands in. Nothing is judged here: most of what leads
 * there does so on no path that a loop takes.
 *
 * A program that links what is known so far spares most of the way: from a function that is known to run on a loop, or
 * from which nothing follows, nobody needs to go on to those who call it (program_is_settled).
 */
#ifndef LOOPLINT_CLI_LEADS_H
#define LOOPLINT_CLI_LEADS_H

#include "facts/facts.h"
#include "program/program.h"

#include <glib.h>

/* Something that other files may mention. */
struct lead {
	enum symbol_kind kind;
	const char *key;
	const char *name; /* of a field: the member's alone */
	const char *file; /* as in facts: of the first unit that was seen to mention it */
};

struct leads;

struct leads *leads_new(void);
void leads_free(struct leads *leads); /* safe on NULL */

/* Adds a unit, whose facts must outlive `leads`; what a `named` one defines leads there. */
void leads_add(struct leads *leads, const struct facts *facts, bool named);

/*
 * Finds what leads there; with a `program` (else NULL) not beyond what is settled in it, and begins again with the first
 * call that has one. *users: those that can be mentioned in other files; *takers: functions of other files that are
 * handed one of them, or what they were handed, and may keep it. Those that earlier calls found are left out. Both hold
 * const struct lead *, owned by `leads`; the arrays are the caller's.
 */
void leads_find(struct leads *leads, const struct program *program, GPtrArray **users, GPtrArray **takers);

#endif
