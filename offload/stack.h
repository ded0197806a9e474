/*
 * Stacks of coroutines: mapped, with a guard of unreadable pages below, and kept for the next one when given back.
 *
 * Pages are taken from the system when they are first touched, so a large stack costs address space and not memory.
 */
#ifndef OFFLOAD_STACK_H
#define OFFLOAD_STACK_H

#include <stdbool.h>
#include <stddef.h>

struct offload__stack {
	char *base;        /* lowest usable byte; the guard ends here */
	size_t size;       /* usable bytes, whole pages */
	size_t guard;      /* bytes below `base`, whole pages; 0: none */
	unsigned valgrind; /* what valgrind calls it */
};

/* Stacks of one loop that nobody uses, all of the size that is usual there. Only the loop's thread touches it. */
struct offload__stack_cache {
	struct free_stack *first; /* each lies at the top of its own stack */
	size_t size, guard;       /* of those in it */
	unsigned count;
};

/*
 * Maps a stack. Sizes are rounded up to whole pages; fewer than OFFLOAD__STACK_MINIMUM bytes become that many.
 *
 * 0; -ENOMEM if the system gives no more.
 */
int offload__stack_map(struct offload__stack *stack, size_t size, size_t guard);
void offload__stack_unmap(struct offload__stack *stack);

/* The same by way of a cache. */
int offload__stack_take(struct offload__stack_cache *cache, struct offload__stack *stack, size_t size, size_t guard);
void offload__stack_give(struct offload__stack_cache *cache, struct offload__stack *stack);
void offload__stack_cache_finish(struct offload__stack_cache *cache);

/* True if `address` lies in the guard. Safe in a signal handler. */
bool offload__stack_guards(const struct offload__stack *stack, const void *address);

#define OFFLOAD__STACK_MINIMUM ((size_t)16 * 1024)
#define OFFLOAD__STACK_CACHED  1024 /* at most that many are kept for a loop, */
#define OFFLOAD__STACK_WHOLE   64   /* and those that come when so many are kept give all of their memory back but */
#define OFFLOAD__STACK_TOP     8192 /* the last bytes */

#endif
