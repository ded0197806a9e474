/*
 * arguments: the words of a compiler call -> the arguments that libclang gets.
 *
 * Kept is what changes how the source reads (macros, include paths, the language, the target); left out is everything
 * else, so that no option of a compiler nobody here has heard of can stop a parse.
 */
#ifndef LOOPLINT_COMPDB_ARGUMENTS_H
#define LOOPLINT_COMPDB_ARGUMENTS_H

#include "base/arena.h"

#include <glib.h>
#include <stdbool.h>

enum language {
	LANGUAGE_C,
	LANGUAGE_CPLUSPLUS,
	LANGUAGE_OBJECTIVE_C,
	LANGUAGE_OTHER /* assembler, headers, Fortran ... */
};

/* C is the promise; what else is read is read as far as it goes. */
static inline bool language_is_read_beside(enum language language)
{
	return language == LANGUAGE_CPLUSPLUS || language == LANGUAGE_OBJECTIVE_C;
}

struct arguments {
	GPtrArray *kept;        /* const char *, in order, in the arena; the struct's owner frees the array */
	const char *output;     /* the value of -o; NULL: none */
	enum language language; /* of `file`, after -x */
	bool named_language;    /* there is a -x */
	bool shared;            /* for a shared library (-DPIC): libtool compiles each file twice */
};

/*
 * Filters `words` (without the compiler, NULL-terminated) for a parse of `file`. Added first: the working directory, so
 * that relative paths stay what they were, and the parser's own headers. Strings live in `arena`, `words` may go away.
 */
struct arguments arguments_filter(struct arena *arena, const char *const *words, const char *directory,
				  const char *file);

/* The language that the file's name says; for a name without a known ending, `LANGUAGE_OTHER`. */
enum language language_of_file(const char *file);

#endif
