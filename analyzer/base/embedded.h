/*
 * embedded: data files that are part of the program (SQL, stand-ins), so that one binary is the whole installation.
 * The tables are generated at build time by cmake/embed.cmake and end with an entry whose name is NULL.
 */
#ifndef LOOPLINT_EMBEDDED_H
#define LOOPLINT_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
	const char *name; /* base name, for example "libuv.yaml" */
	const char *text; /* ends in a NUL */
	size_t length;    /* bytes, without that NUL */
};

extern const struct embedded_file embedded_sql[];       /* db/ and db/migrations/ */
extern const struct embedded_file embedded_stand_ins[]; /* extract/stand_ins/ */

#endif
