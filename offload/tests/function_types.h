/*
 * Functions of many signatures and what OFFLOAD_FUNCTION makes of them, for test_function.c and, as C++, function.cpp.
 */
#ifndef OFFLOAD_TEST_FUNCTION_TYPES_H
#define OFFLOAD_TEST_FUNCTION_TYPES_H

#include "offload.h"

struct digest {
	unsigned char bytes[32];
};

typedef int compare(const void *a, const void *b);

#ifdef __cplusplus
extern "C" {
#endif

struct digest digest_of(const char *text, int salt);
int sum_of_eight(signed char a, short b, int c, long d, float e, double f, const char *g, struct digest h);
const char *no_arguments(void);
void no_value(int *counter);
void neither(void);
void *a_pointer_and_a_function(void *data, compare *function);
bool is_big(struct digest digest);

#ifdef __cplusplus
}
#endif

OFFLOAD_FUNCTION(digest_of, (struct digest), (const char *, text), (int, salt))
OFFLOAD_FUNCTION(sum_of_eight, (int), (signed char, a), (short, b), (int, c), (long, d), (float, e), (double, f),
		 (const char *, g), (struct digest, h))
OFFLOAD_FUNCTION(no_arguments, (const char *))
OFFLOAD_FUNCTION(no_value, (void), (int *, counter))
OFFLOAD_FUNCTION(neither, (void))
OFFLOAD_FUNCTION(a_pointer_and_a_function, (void *), (void *, data), (compare *, function))
OFFLOAD_FUNCTION(is_big, (bool), (struct digest, digest))

#endif
