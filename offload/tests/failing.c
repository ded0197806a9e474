/*
 * failing: see failing.h. Each kind of loop adds what its adapter calls; what is not linked is not used.
 */
#include "failing.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/timerfd.h>

static atomic_int calls, fails_at, allocated, mapped; /* fails_at 0: never */
static atomic_bool goes_on;                           /* once it failed, it fails for good */

void failing_begin(int nth, bool for_good)
{
	atomic_store(&calls, 0);
	atomic_store(&goes_on, for_good);
	atomic_store(&fails_at, nth);
}

int failing_end(void)
{
	atomic_store(&fails_at, 0);
	return atomic_load(&calls);
}

int failing_allocated(void)
{
	return atomic_load(&allocated);
}

int failing_mapped(void)
{
	return atomic_load(&mapped);
}

static bool fails(void)
{
	int nth = atomic_fetch_add(&calls, 1) + 1, at = atomic_load(&fails_at);

	return at > 0 && (nth == at || (atomic_load(&goes_on) && nth > at));
}

#define WRAP(type, name, parameters, arguments, failure)                                                               \
	type __real_##name parameters;                                                                                 \
	type __wrap_##name parameters;                                                                                 \
	type __wrap_##name parameters                                                                                  \
	{                                                                                                              \
		return fails() ? (failure) : __real_##name arguments;                                                  \
	}

static int set_errno(int number)
{
	errno = number;
	return -1;
}

/* ---- threads, descriptors --------------------------------------------------------------------------------------------- */

WRAP(int, pthread_create, (pthread_t * thread, const pthread_attr_t *a, void *(*start)(void *), void *data),
     (thread, a, start, data), EAGAIN)
WRAP(int, pthread_attr_init, (pthread_attr_t * attributes), (attributes), ENOMEM)
WRAP(int, pthread_condattr_init, (pthread_condattr_t * attributes), (attributes), ENOMEM)
WRAP(int, pthread_cond_init, (pthread_cond_t * cond, const pthread_condattr_t *a), (cond, a), ENOMEM)
WRAP(int, pthread_mutex_init, (pthread_mutex_t * mutex, const pthread_mutexattr_t *a), (mutex, a), ENOMEM)
WRAP(int, eventfd, (unsigned count, int flags), (count, flags), set_errno(EMFILE))
WRAP(int, timerfd_create, (int clock, int flags), (clock, flags), set_errno(EMFILE))
WRAP(int, timerfd_settime, (int fd, int flags, const struct itimerspec *new, struct itimerspec *old),
     (fd, flags, new, old), set_errno(EINVAL))
WRAP(int, epoll_create1, (int flags), (flags), set_errno(EMFILE))
WRAP(int, epoll_ctl, (int poll, int operation, int fd, struct epoll_event *event), (poll, operation, fd, event),
     set_errno(ENOSPC))

/* ---- memory ------------------------------------------------------------------------------------------------------------- */

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
void __real_free(void *memory);
void __wrap_free(void *memory);

static void *count_allocated(void *memory)
{
	if (memory)
		atomic_fetch_add(&allocated, 1);
	return memory;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : count_allocated(__real_calloc(count, size));
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : count_allocated(__real_malloc(size));
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : count_allocated(__real_strdup(text));
}

void __wrap_free(void *memory)
{
	if (memory)
		atomic_fetch_sub(&allocated, 1);
	__real_free(memory);
}

void *__real_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
int __real_munmap(void *at, size_t size);
int __wrap_munmap(void *at, size_t size);

void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	void *memory = fails() ? MAP_FAILED : __real_mmap(at, size, protection, flags, fd, offset);

	if (memory != MAP_FAILED)
		atomic_fetch_add(&mapped, 1);
	return memory;
}

int __wrap_munmap(void *at, size_t size)
{
	atomic_fetch_sub(&mapped, 1);
	return __real_munmap(at, size);
}

WRAP(int, mprotect, (void *at, size_t size, int protection), (at, size, protection), set_errno(ENOMEM))

/* ---- what adapters call: opaque here ------------------------------------------------------------------------------------ */

#ifdef WRAPS_uv

WRAP(int, uv_poll_init, (void *loop, void *poll, int fd), (loop, poll, fd), -ENOMEM)
WRAP(int, uv_timer_start, (void *timer, void (*fired)(void *timer), uint64_t timeout, uint64_t repeat),
     (timer, fired, timeout, repeat), -ENOMEM)

#endif
#ifdef WRAPS_libevent

struct timeval;
int __real_event_add(void *event, const struct timeval *timeout);
int __wrap_event_add(void *event, const struct timeval *timeout);
int __real_event_del(void *event);
int __wrap_event_del(void *event);

static void *deleted; /* the last one, and nothing was added since */

int __wrap_event_del(void *event)
{
	deleted = event;
	return __real_event_del(event);
}

/* A timer that was just deleted has its place in libevent's heap, which never shrinks. */
int __wrap_event_add(void *event, const struct timeval *timeout)
{
	bool has_place = event == deleted && timeout;

	deleted = NULL;
	return !has_place && fails() ? -1 : __real_event_add(event, timeout);
}

WRAP(int, event_assign, (void *event, void *base, int fd, short what, void (*run)(int, short, void *), void *data),
     (event, base, fd, what, run, data), -1)

#endif
#ifdef WRAPS_sd_event

WRAP(int, sd_event_add_io, (void *event, void **source, int fd, uint32_t events, void *run, void *data),
     (event, source, fd, events, run, data), -ENOMEM)
WRAP(int, sd_event_add_time,
     (void *event, void **source, int clock, uint64_t at, uint64_t accuracy, void *run, void *data),
     (event, source, clock, at, accuracy, run, data), -ENOMEM)
WRAP(int, sd_event_source_set_time, (void *source, uint64_t at), (source, at), -ENOMEM)
WRAP(int, sd_event_source_set_enabled, (void *source, int enabled), (source, enabled), -ENOMEM)

#endif
