/*
 * Contexts by boost-context's C symbols: registers are pushed, the stack pointer is exchanged, registers are popped.
 */
#include "context.h"

static void enter(struct offload__transfer transfer)
{
	const struct offload__jump *jump = transfer.data;
	struct offload__context *self = jump->to;

	jump->from->where = transfer.context;
	self->entry(self->data);
}

void offload__context_make(struct offload__context *context, void *stack, size_t size, offload__context_entry *entry,
			   void *data)
{
	context->entry = entry;
	context->data = data;
	context->where = make_fcontext((char *)stack + size, size, enter);
}

const char *offload__context_kind(void)
{
	return "boost";
}
