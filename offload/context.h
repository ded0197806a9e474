/*
 * Contexts: a place where a thread of control can leave off and go on, with a stack of its own.
 *
 * The one thing that C cannot say. It is behind this header twice: by two C symbols of boost-context (context_boost.c; a
 * few nanoseconds a switch), and by the system's swapcontext (context_ucontext.c), which also saves the signal mask and
 * so makes a system call. CMake takes the first where it finds it (OFFLOAD_CONTEXT). Sanitizers are told by fiber.h.
 *
 * The switch is inlined: what lies on the stack that is left follows it to another processor, a cache line for each frame.
 */
#ifndef OFFLOAD_CONTEXT_H
#define OFFLOAD_CONTEXT_H

#include <stddef.h>

#define OFFLOAD__INLINED static inline __attribute__((always_inline))

typedef void offload__context_entry(void *data);

struct offload__context;

/* Makes `context` call entry(data) on `stack` (its lowest byte, `size` bytes) when it is first switched to. */
void offload__context_make(struct offload__context *context, void *stack, size_t size, offload__context_entry *entry,
			   void *data);

/*
 * Leaves the running thread of control in `from`, and goes on where `to` was left. Returns when someone switches to
 * `from`, which may be another thread: whatever the compiler knew of thread-local variables is then wrong.
 */
OFFLOAD__INLINED void offload__context_switch(struct offload__context *from, struct offload__context *to);

/* Of one that was left: where its stack ends, NULL if that is not known. */
static inline const void *offload__context_stack(const struct offload__context *context);

/* "boost" or "ucontext". */
const char *offload__context_kind(void);

#ifdef OFFLOAD_CONTEXT_UCONTEXT

#include <ucontext.h>

struct offload__context {
	ucontext_t where;
	offload__context_entry *entry; /* of one that was made; it never returns */
	void *data;
};

OFFLOAD__INLINED void offload__context_switch(struct offload__context *from, struct offload__context *to)
{
	swapcontext(&from->where, &to->where);
}

static inline const void *offload__context_stack(const struct offload__context *context)
{
	(void)context;
	return NULL;
}

#else

struct offload__context {
	void *where;                   /* while it is left: its stack pointer, above which all else is saved */
	offload__context_entry *entry; /* of one that was made; it never returns */
	void *data;
};

/*
 * The library declares these for C++ only. They are plain C functions, and what they take and return has not changed
 * since boost 1.61 (boost/context/detail/fcontext.hpp).
 */
struct offload__transfer {
	void *context; /* where the one who jumped was left */
	void *data;    /* what that one gave to jump_fcontext */
};

void *make_fcontext(void *top, size_t size, void (*entry)(struct offload__transfer));
struct offload__transfer jump_fcontext(void *to, void *data);

/* What is given to it: who arrives notes where the other was left. */
struct offload__jump {
	struct offload__context *from, *to;
};

OFFLOAD__INLINED void offload__context_switch(struct offload__context *from, struct offload__context *to)
{
	struct offload__jump jump = { from, to };
	struct offload__transfer transfer = jump_fcontext(to->where, &jump);

	((const struct offload__jump *)transfer.data)->from->where = transfer.context;
}

static inline const void *offload__context_stack(const struct offload__context *context)
{
	return context->where;
}

#endif

#endif
