/*
 * Contexts by boost-context's C symbols: registers are pushed, the stack pointer is exchanged, registers are popped.
 *
 * The library declares the two functions for C++ only; they are plain C functions, and what they take and return has
 * not changed since boost 1.61 (boost/context/detail/fcontext.hpp).
 */
#include "context.h"

struct transfer {
	void *context; /* where the one who jumped was left */
	void *data;    /* what that one gave to jump_fcontext */
};

void *make_fcontext(void *top, size_t size, void (*entry)(struct transfer));
struct transfer jump_fcontext(void *to, void *data);

/* Each jump carries the struct of the one who left, so that the one who arrives can note where that was. */
static struct offload__context *note_who_left(struct transfer transfer)
{
	struct offload__context *left = transfer.data;

	left->where = transfer.context;
	return left;
}

static void enter(struct transfer transfer)
{
	struct offload__context *self = note_who_left(transfer)->to;

	self->entry(self->data);
}

void offload__context_make(struct offload__context *context, void *stack, size_t size, offload__context_entry *entry,
			   void *data)
{
	context->entry = entry;
	context->data = data;
	context->where = make_fcontext((char *)stack + size, size, enter);
}

void offload__context_switch(struct offload__context *from, struct offload__context *to)
{
	from->to = to;
	note_who_left(jump_fcontext(to->where, from));
}

const char *offload__context_kind(void)
{
	return "boost";
}
