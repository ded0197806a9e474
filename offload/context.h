/*
 * Contexts: a place where a thread of control can leave off and go on, with a stack of its own.
 *
 * The one thing that C cannot say. It is behind this header twice: context_boost.c uses the C symbols of boost-context
 * (a few nanoseconds a switch), context_ucontext.c the system's swapcontext, which also saves the signal mask and so
 * makes a system call. CMake takes the first where it finds it (OFFLOAD_CONTEXT). Sanitizers are told by fiber.c.
 */
#ifndef OFFLOAD_CONTEXT_H
#define OFFLOAD_CONTEXT_H

#include <stddef.h>

#ifdef OFFLOAD_CONTEXT_UCONTEXT
#include <ucontext.h>
#endif

typedef void offload__context_entry(void *data);

struct offload__context {
	offload__context_entry *entry; /* of one that was made; it never returns */
	void *data;
#ifdef OFFLOAD_CONTEXT_UCONTEXT
	ucontext_t where;
#else
	void *where;                 /* the stack pointer below which all else is saved, while it is left */
	struct offload__context *to; /* while it switches: whom to */
#endif
};

/* Makes `context` call entry(data) on `stack` (its lowest byte, `size` bytes) when it is first switched to. */
void offload__context_make(struct offload__context *context, void *stack, size_t size, offload__context_entry *entry,
			   void *data);

/*
 * Leaves the running thread of control in `from`, and goes on where `to` was left. Returns when someone switches to
 * `from`, which may be another thread: whatever the compiler knew of thread-local variables is then wrong.
 */
void offload__context_switch(struct offload__context *from, struct offload__context *to);

/* "boost" or "ucontext". */
const char *offload__context_kind(void);

#endif
