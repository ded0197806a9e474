/*
 * declared: what headers declare, for who has a list of names to hold against them (`looplint pack check`).
 *
 * The headers are parsed in this process: they are the system's own, and nothing else waits for the answer.
 */
#ifndef LOOPLINT_DECLARED_H
#define LOOPLINT_DECLARED_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* What an argument can be used for. A callback is a pointer too. */
enum declared_kind { DECLARED_OTHER, DECLARED_INTEGER, DECLARED_POINTER, DECLARED_CALLBACK };

enum { DECLARED_ARGUMENTS = 32 };

struct declared_function {
	const char *name;
	unsigned count; /* arguments before the `...` */
	bool variadic;
	uint8_t kinds[DECLARED_ARGUMENTS]; /* enum declared_kind, from argument 1 */
};

struct declared; /* freed with declared_free() */

/*
 * Parses `headers` ("uv.h") with `flags` for the compiler, and evaluates `constants`; all lists are NULL-terminated.
 * NULL if a header is missing, named in *missing, or if it cannot be parsed at all (*missing is NULL then).
 */
struct declared *declared_read(const char *const *headers, const char *const *flags, const char *const *constants,
			       const char **missing);
void declared_free(struct declared *declared); /* safe on NULL */

/* NULL: no header declares it. A `*` at the end of the name: any function that begins so. */
const struct declared_function *declared_find(const struct declared *declared, const char *name);

/* False: no header defines it, or it is no integer. */
bool declared_constant(const struct declared *declared, const char *name, int64_t *value);

/* Whether some struct has such a field, "struct-tag.field", that holds a function; `*` matches anything. */
bool declared_field(const struct declared *declared, const char *field);

#endif
