/*
 * Contexts by getcontext, makecontext and swapcontext, for systems without boost-context.
 *
 * makecontext(3) passes ints only, so a pointer goes in two halves.
 */
#include "context.h"

#include <stdint.h>

static void enter(unsigned high, unsigned low)
{
	struct offload__context *self = (void *)((uintptr_t)high << 16 << 16 | (uintptr_t)low);

	self->entry(self->data);
}

void offload__context_make(struct offload__context *context, void *stack, size_t size, offload__context_entry *entry,
			   void *data)
{
	uintptr_t self = (uintptr_t)context;

	context->entry = entry;
	context->data = data;
	getcontext(&context->where); /* fails nowhere: it only fills in the struct */
	context->where.uc_stack.ss_sp = stack;
	context->where.uc_stack.ss_size = size;
	context->where.uc_link = NULL;
	makecontext(&context->where, (void (*)(void))enter, 2, (unsigned)(self >> 16 >> 16), (unsigned)self);
}

const char *offload__context_kind(void)
{
	return "ucontext";
}
