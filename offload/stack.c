/*
 * stack: see stack.h. A stack that is free holds the link of the cache at its top, where its next user writes first.
 */
#include "stack.h"

#include "sanitizers.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

struct free_stack {
	struct free_stack *next;
	struct offload__stack stack;
};

static size_t whole_pages(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page * page;
}

static size_t usable_size(size_t size)
{
	return whole_pages(size < OFFLOAD__STACK_MINIMUM ? OFFLOAD__STACK_MINIMUM : size);
}

static void tell_valgrind(struct offload__stack *stack)
{
#ifdef OFFLOAD_VALGRIND
	stack->valgrind = VALGRIND_STACK_REGISTER(stack->base, stack->base + stack->size);
#else
	stack->valgrind = 0;
#endif
}

int offload__stack_map(struct offload__stack *stack, size_t size, size_t guard)
{
	char *all;

	if (size > SIZE_MAX / 4 || guard > SIZE_MAX / 4)
		return -ENOMEM;
	size = usable_size(size);
	guard = whole_pages(guard);
	all = mmap(NULL, guard + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE,
		   -1, 0);
	if (all == MAP_FAILED)
		return -ENOMEM;
	if (guard && mprotect(all, guard, PROT_NONE)) {
		munmap(all, guard + size);
		return -ENOMEM;
	}
	*stack = (struct offload__stack){ .base = all + guard, .size = size, .guard = guard };
	tell_valgrind(stack);
	return 0;
}

void offload__stack_unmap(struct offload__stack *stack)
{
	if (!stack->base)
		return;
#ifdef OFFLOAD_VALGRIND
	VALGRIND_STACK_DEREGISTER(stack->valgrind);
#endif
#ifdef OFFLOAD_ASAN
	ASAN_UNPOISON_MEMORY_REGION(stack->base, stack->size);
#endif
	munmap(stack->base - stack->guard, stack->guard + stack->size);
	stack->base = NULL;
}

int offload__stack_take(struct offload__stack_cache *cache, struct offload__stack *stack, size_t size, size_t guard)
{
	struct free_stack *first = cache->first;

	if (!first || cache->size != usable_size(size) || cache->guard != whole_pages(guard))
		return offload__stack_map(stack, size, guard);
	cache->first = first->next;
	cache->count--;
	*stack = first->stack;
	return 0;
}

/* The first that comes back after the cache was empty says of what size the stacks in it are. */
static bool cache_wants(const struct offload__stack_cache *cache, const struct offload__stack *stack)
{
	if (!cache->first)
		return true;
	return cache->count < OFFLOAD__STACK_CACHED && cache->size == stack->size && cache->guard == stack->guard;
}

/* What was touched below its top goes back to the system: one that once was deep does not keep all that. */
static void stack_shrink(const struct offload__stack *stack)
{
	if (stack->size > OFFLOAD__STACK_TOP)
		madvise(stack->base, stack->size - OFFLOAD__STACK_TOP, MADV_DONTNEED);
}

void offload__stack_give(struct offload__stack_cache *cache, struct offload__stack *stack)
{
	struct free_stack *link;

	if (!cache_wants(cache, stack)) {
		offload__stack_unmap(stack);
		return;
	}
#ifdef OFFLOAD_ASAN
	ASAN_UNPOISON_MEMORY_REGION(stack->base, stack->size); /* frames that were left for good */
#endif
	if (cache->count >= OFFLOAD__STACK_WHOLE)
		stack_shrink(stack);
	link = (struct free_stack *)(stack->base + stack->size) - 1;
	*link = (struct free_stack){ .next = cache->first, .stack = *stack };
	cache->first = link;
	cache->size = stack->size;
	cache->guard = stack->guard;
	cache->count++;
}

void offload__stack_cache_finish(struct offload__stack_cache *cache)
{
	while (cache->first) {
		struct offload__stack stack = cache->first->stack;

		cache->first = cache->first->next;
		offload__stack_unmap(&stack);
	}
	cache->count = 0;
}

bool offload__stack_guards(const struct offload__stack *stack, const void *address)
{
	uintptr_t at = (uintptr_t)address, end = (uintptr_t)stack->base;

	return stack->base && at < end && at >= end - stack->guard;
}
