/*
 * command: what a database entry was started with -> the words of the compiler call.
 */
#ifndef LOOPLINT_COMPDB_COMMAND_H
#define LOOPLINT_COMPDB_COMMAND_H

#include "base/arena.h"

#include <stdbool.h>

struct command {
	const char *const *words; /* NULL-terminated, without the compiler; response files opened */
	const char *target;       /* the triple in the compiler's name ("arm-linux-gnueabihf-gcc"); NULL: none */
	bool cplusplus;           /* the compiler is a C++ one: it reads .c as C++ */
};

/*
 * Drops launchers (ccache, libtool --mode=compile, env ...) and the compiler's name from `words` and replaces @file by
 * the words in that file, relative to `directory`. Everything lives in `arena`.
 *
 * 0 ok; -errno if a response file cannot be read, -ELOOP if they nest too deep: *problem names the file, or what is
 * wrong with it.
 */
int command_read(struct arena *arena, const char *const *words, const char *directory, struct command *out,
		 const char **problem);

/* Splits a command line as a POSIX shell does. NULL with *problem set if a quote is not closed. */
const char *const *command_split(struct arena *arena, const char *line, const char **problem);

#endif
