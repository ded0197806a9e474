/*
 * A system that refuses: whatever the library and its adapters ask for (threads, memory, descriptors, timers, watches)
 * may fail at any call. The linker gives them these functions for the real ones (ld(1), --wrap): see CMakeLists.txt.
 */
#ifndef OFFLOAD_TEST_FAILING_H
#define OFFLOAD_TEST_FAILING_H

#include <stdbool.h>

/* From now on calls are counted and the nth fails (0: none does); with `for_good` all that follow fail too. */
void failing_begin(int nth, bool for_good);

/* From now on none fails. How many there were since. */
int failing_end(void);

/* What is allocated and mapped, and not yet given back. */
int failing_allocated(void);
int failing_mapped(void);

#endif
