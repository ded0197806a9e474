/* fuzz: the entry point that libFuzzer, or replay.c without it, calls with one input. Always returns 0. */
#ifndef LOOPLINT_FUZZ_H
#define LOOPLINT_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
