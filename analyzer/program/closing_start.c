/*
 * closing_start: whether an operation is ever started in a program that frees its object.
 *
 *      lib/thread.c    int session_start(struct session *s) { return pthread_create(.., serve, s); }   part of the API
 *      src/server.c    session_free(s);                        the server shares the library's files, and never calls it
 *
 * A linker takes whole units, so a program holds functions that nobody in it calls.
 */
#include "program/closing.h"
#include "program/contexts.h"

#include <string.h>

enum { MAX_CALLERS = 8 };

/* Whether some path of the programs comes to the function. */
static bool is_reached(const struct program *p, uint32_t function, uint64_t programs)
{
	for (uint32_t i = 1; i < p->instances->len; i++) {
		const struct instance *in = program_instance(p, i);

		if (in->function == function && in->programs & programs)
			return true;
	}
	return false;
}

/* Whether nobody in the tree comes to the function, as far as its source says: it is there for other programs. */
static bool is_for_others(const struct program *p, uint32_t function, unsigned depth)
{
	const struct program_function *f = program_function(p, function);

	if (f->instances || f->first_target || strcmp(f->name, "main") == 0 || depth == MAX_CALLERS)
		return false;
	for (uint32_t i = p->calls_of[function]; i; i = p->next_call_of[i])
		if (!is_for_others(p, program_call(p, i)->caller, depth + 1))
			return false;
	return true;
}

bool closing_may_start(struct program *p, uint32_t starter, uint64_t programs)
{
	if (programs == UINT64_MAX)
		return true; /* a library's: whoever frees may have started as well */
	callers_index(p);
	return program_function(p, starter)->instances ? is_reached(p, starter, programs)
						       : !is_for_others(p, starter, 0);
}
