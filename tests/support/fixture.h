/*
 * fixture: one C program of fixtures/ with the expectations it holds. A file fixtures/TOP/NAME.c (or .cpp) is one; a
 * folder fixtures/TOP/NAME/ with several .c, .cpp and .h files, in folders or not, analysed together, is one.
 *
 * Comments of their own in any of its files say how it is to be compiled and checked:
 *
 *      // flags: -std=gnu17 -DX       for the compilers and, behind `--`, for looplint
 *      // packages: libuv             pkg-config packages whose flags are added; the fixture is skipped without them
 *      // headers: bzlib.h           headers of a library without such a package: skipped without them
 *      // options: --confidence low   for `looplint check`
 */
#ifndef LOOPLINT_TESTS_FIXTURE_H
#define LOOPLINT_TESTS_FIXTURE_H

#include "expectation.h"

struct fixture {
	char *name;           /* "blocking-call/null_callback_makes_it_sync" */
	char *folder;         /* absolute: where its files are; everything runs there */
	GPtrArray *sources;   /* names of its .c and .cpp files in folder, sorted */
	GPtrArray *flags;     /* for compilers */
	GPtrArray *options;   /* for looplint */
	char *missing;        /* a package or header that is not installed; NULL if all are */
	GArray *expectations; /* struct expectation */
	GString *problems;    /* what is wrong with it, a line each; runners add theirs */
};

/*
 * Every fixture below `root` (absolute) whose name contains `part` ("" is in all), sorted by name; the top folders in
 * `others` (NULL-terminated) belong to other tests. fixtures_free() frees them.
 */
GPtrArray *fixtures_find(const char *root, const char *part, const char *const *others);
void fixtures_free(GPtrArray *fixtures);

#endif
