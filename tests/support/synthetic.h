/*
 * synthetic: programs of any size, as facts, for measuring and for tests of growth. No parser, no source.
 *
 * Shaped like real servers: units of a hundred functions, mostly static, calling ten times each: into their own unit,
 * into neighbours, now and then anywhere, into libraries; some calls go through tables of functions and one field that
 * the whole program shares, some hand a callback or a flag down. Each unit registers callbacks with libuv or brings
 * a loop of its own.
 */
#ifndef LOOPLINT_TESTS_SYNTHETIC_H
#define LOOPLINT_TESTS_SYNTHETIC_H

#include "facts/facts.h"

struct synthetic {
	struct facts **units; /* in order of their paths */
	size_t count;
	size_t functions, calls, bytes;
};

/* A program of about `functions` functions (at least one unit); the same size gives the same program. */
struct synthetic synthetic_program(unsigned functions);
void synthetic_free(struct synthetic *program);

#endif
