/*
 * OFFLOAD_FUNCTION: a function of any signature, in another thread and typed; and OFFLOAD_ASSERT_LOOP, for those that must
 * not be there. Included by offload.h.
 *
 *	struct digest hash_file(const char *path, int flags);           an ordinary function that blocks
 *	OFFLOAD_FUNCTION(hash_file, (struct digest), (const char *, path), (int, flags))
 *
 * generates, for up to 8 arguments and any result (a struct, a pointer, void),
 *
 *	struct hash_file_call {
 *		struct offload_task task;                       pool, limiter, group, deadline: yours, before the call
 *		struct { const char *path; int flags; } arguments;
 *		struct digest value;                            the result (none for void)
 *		void (*done)(struct hash_file_call *call);
 *		void *data;
 *	};
 *	int hash_file_offload(struct offload_loop *loop, struct hash_file_call *call, const char *path, int flags,
 *			      void (*done)(struct hash_file_call *call), void *data);
 *	int hash_file_await(struct hash_file_call *call, const char *path, int flags);
 *
 * The call is the caller's, so that nothing is allocated: zeroed (`struct hash_file_call call = { 0 };`) or used before,
 * and borrowed until `done`. Arguments are copied; what a pointer among them points to must live as long as the call.
 *
 * NAME_offload   On the loop's thread: runs the function on a worker, then done(call) on the loop, exactly once, with
 *                call->task.result 0 and the result in call->value; or with call->task.result -ECANCELED or -ETIMEDOUT
 *                and no value, if it was cancelled before it began. Returns 0, or an error of offload_submit (done will
 *                not run).
 *                Already on a worker: runs the function right there and returns OFFLOAD_INLINE; the value is in
 *                call->value. done, if it is not NULL, still runs on the loop, once, and the call is borrowed until
 *                then; NULL is for those who need no more than the value.
 * NAME_await     In a coroutine, on the loop: the same, and suspends until the result is there. On a worker, so also
 *                inside an OFFLOAD_SCOPE: runs the function right there. 0, or an error of offload_await.
 *
 * A type must be one that can stand before a name: a typedef for arrays and pointers to functions; no `const` of the
 * argument itself. `(void)` is the result of a function without one. A function without arguments is
 * OFFLOAD_FUNCTION(name, (type)).
 */
#ifndef OFFLOAD_FUNCTION_H
#define OFFLOAD_FUNCTION_H

#include "offload.h"

#define OFFLOAD_FUNCTION(...)          OFFLOAD__FUNCTION_COUNTED(OFFLOAD__COUNT(__VA_ARGS__), __VA_ARGS__, ~)
#define OFFLOAD__FUNCTION_COUNTED(...) OFFLOAD__FUNCTION(__VA_ARGS__)

/* How many arguments stand after the name and the result: 0 to 8. */
#define OFFLOAD__COUNT(...)                                            OFFLOAD__COUNT_(__VA_ARGS__, 8, 7, 6, 5, 4, 3, 2, 1, 0, ~)
#define OFFLOAD__COUNT_(name, ret, a, b, c, d, e, f, g, h, count, ...) count

#define OFFLOAD__STRIP(...) __VA_ARGS__

/* What is made of one argument (type, name). It may be called like a parameter of ours, so it gets another name. */
#define OFFLOAD__MEMBER(type, name)    type name;
#define OFFLOAD__PARAMETER(type, name) type name##_argument,
#define OFFLOAD__STORE(type, name)     call->arguments.name = name##_argument;
#define OFFLOAD__FIRST(type, name)     call->arguments.name
#define OFFLOAD__NEXT(type, name)      , call->arguments.name
#define OFFLOAD__LAST(type, name)      , type name##_argument

/* Each of n arguments by the macro `m`; the ~ at the end is what is left of the arguments of the caller. */
#define OFFLOAD__EACH_0(m, ...)
#define OFFLOAD__EACH_1(m, a, ...) m a
#define OFFLOAD__EACH_2(m, a, ...) m a OFFLOAD__EACH_1(m, __VA_ARGS__)
#define OFFLOAD__EACH_3(m, a, ...) m a OFFLOAD__EACH_2(m, __VA_ARGS__)
#define OFFLOAD__EACH_4(m, a, ...) m a OFFLOAD__EACH_3(m, __VA_ARGS__)
#define OFFLOAD__EACH_5(m, a, ...) m a OFFLOAD__EACH_4(m, __VA_ARGS__)
#define OFFLOAD__EACH_6(m, a, ...) m a OFFLOAD__EACH_5(m, __VA_ARGS__)
#define OFFLOAD__EACH_7(m, a, ...) m a OFFLOAD__EACH_6(m, __VA_ARGS__)
#define OFFLOAD__EACH_8(m, a, ...) m a OFFLOAD__EACH_7(m, __VA_ARGS__)

/* Arguments of the call, as the function takes them. */
#define OFFLOAD__PASS_0(...)
#define OFFLOAD__PASS_1(a, ...) OFFLOAD__FIRST a
#define OFFLOAD__PASS_2(a, ...) OFFLOAD__FIRST a OFFLOAD__EACH_1(OFFLOAD__NEXT, __VA_ARGS__)
#define OFFLOAD__PASS_3(a, ...) OFFLOAD__FIRST a OFFLOAD__EACH_2(OFFLOAD__NEXT, __VA_ARGS__)
#define OFFLOAD__PASS_4(a, ...) OFFLOAD__FIRST a OFFLOAD__EACH_3(OFFLOAD__NEXT, __VA_ARGS__)
#define OFFLOAD__PASS_5(a, ...) OFFLOAD__FIRST a OFFLOAD__EACH_4(OFFLOAD__NEXT, __VA_ARGS__)
#define OFFLOAD__PASS_6(a, ...) OFFLOAD__FIRST a OFFLOAD__EACH_5(OFFLOAD__NEXT, __VA_ARGS__)
#define OFFLOAD__PASS_7(a, ...) OFFLOAD__FIRST a OFFLOAD__EACH_6(OFFLOAD__NEXT, __VA_ARGS__)
#define OFFLOAD__PASS_8(a, ...) OFFLOAD__FIRST a OFFLOAD__EACH_7(OFFLOAD__NEXT, __VA_ARGS__)

/* C has no struct without members. */
#define OFFLOAD__ARGUMENTS_0(...)
#define OFFLOAD__ARGUMENTS_1(...) OFFLOAD__ARGUMENTS(1, __VA_ARGS__)
#define OFFLOAD__ARGUMENTS_2(...) OFFLOAD__ARGUMENTS(2, __VA_ARGS__)
#define OFFLOAD__ARGUMENTS_3(...) OFFLOAD__ARGUMENTS(3, __VA_ARGS__)
#define OFFLOAD__ARGUMENTS_4(...) OFFLOAD__ARGUMENTS(4, __VA_ARGS__)
#define OFFLOAD__ARGUMENTS_5(...) OFFLOAD__ARGUMENTS(5, __VA_ARGS__)
#define OFFLOAD__ARGUMENTS_6(...) OFFLOAD__ARGUMENTS(6, __VA_ARGS__)
#define OFFLOAD__ARGUMENTS_7(...) OFFLOAD__ARGUMENTS(7, __VA_ARGS__)
#define OFFLOAD__ARGUMENTS_8(...) OFFLOAD__ARGUMENTS(8, __VA_ARGS__)
#define OFFLOAD__ARGUMENTS(count, ...)                                                                                 \
	struct {                                                                                                       \
		OFFLOAD__EACH_##count(OFFLOAD__MEMBER, __VA_ARGS__)                                                    \
	} arguments;

/*
 * 0 for (void), 1 for every other result. OFFLOAD__VOID_void brings a comma and OFFLOAD__IS_VOID in second place;
 * that makes another comma if `()` can follow it, which it cannot in `void *`.
 */
#define OFFLOAD__HAS_VALUE(ret)     OFFLOAD__HAS_VALUE_(OFFLOAD__STRIP ret)
#define OFFLOAD__HAS_VALUE_(...)    OFFLOAD__HAS_VALUE__(__VA_ARGS__)
#define OFFLOAD__HAS_VALUE__(...)   OFFLOAD__SECOND(OFFLOAD__PROBE(OFFLOAD__VOID_##__VA_ARGS__, ~, ~)(), 1, ~)
#define OFFLOAD__PROBE(...)         OFFLOAD__SECOND(__VA_ARGS__)
#define OFFLOAD__SECOND(...)        OFFLOAD__SECOND_(__VA_ARGS__)
#define OFFLOAD__SECOND_(a, b, ...) b
#define OFFLOAD__VOID_void          ~, OFFLOAD__IS_VOID
#define OFFLOAD__IS_VOID()          ~, 0

#define OFFLOAD__MEMBER_1(ret) OFFLOAD__STRIP ret value;
#define OFFLOAD__MEMBER_0(ret)
#define OFFLOAD__ASSIGN_1 call->value =
#define OFFLOAD__ASSIGN_0

#define OFFLOAD__FUNCTION(count, name, ret, ...)                                                                       \
	OFFLOAD__FUNCTION_(OFFLOAD__HAS_VALUE(ret), count, name, ret, __VA_ARGS__)
#define OFFLOAD__FUNCTION_(...) OFFLOAD__GENERATE(__VA_ARGS__)

#define OFFLOAD__UNUSED __attribute__((unused)) /* clang warns of inline functions that a macro made */

/* clang-format off */
#define OFFLOAD__GENERATE(valued, count, name, ret, ...)                                                                 \
	struct name##_call {                                                                                           \
		struct offload_task task;                                                                              \
		OFFLOAD__ARGUMENTS_##count(__VA_ARGS__)                                                                \
		OFFLOAD__MEMBER_##valued(ret)                                                                            \
		void (*done)(struct name##_call *call);                                                                \
		void *data;                                                                                            \
	};                                                                                                             \
                                                                                                                       \
	OFFLOAD__UNUSED static inline int name##__work(struct offload_task *task)                                                      \
	{                                                                                                              \
		struct name##_call *call = (struct name##_call *)(void *)task;                                         \
                                                                                                                       \
		(void)call;                                                                                            \
		OFFLOAD__ASSIGN_##valued name(OFFLOAD__PASS_##count(__VA_ARGS__));                                       \
		return 0;                                                                                              \
	}                                                                                                              \
                                                                                                                       \
	OFFLOAD__UNUSED static inline void name##__done(struct offload_task *task)                                                     \
	{                                                                                                              \
		struct name##_call *call = (struct name##_call *)(void *)task;                                         \
                                                                                                                       \
		call->done(call);                                                                                      \
	}                                                                                                              \
                                                                                                                       \
	OFFLOAD__UNUSED static inline int name##_offload(struct offload_loop *loop, struct name##_call *call,                          \
					 OFFLOAD__EACH_##count(OFFLOAD__PARAMETER, __VA_ARGS__)                        \
					 void (*done)(struct name##_call *call), void *data)                           \
	{                                                                                                              \
		OFFLOAD__EACH_##count(OFFLOAD__STORE, __VA_ARGS__)                                                     \
		call->done = done;                                                                                     \
		call->data = data;                                                                                     \
		return offload__function_submit(loop, &call->task, name##__work, done ? name##__done : NULL);          \
	}                                                                                                              \
                                                                                                                       \
	OFFLOAD__UNUSED static inline int name##_await(struct name##_call *call OFFLOAD__EACH_##count(OFFLOAD__LAST, __VA_ARGS__))     \
	{                                                                                                              \
		OFFLOAD__EACH_##count(OFFLOAD__STORE, __VA_ARGS__)                                                     \
		return offload__function_await(&call->task, name##__work);                                             \
	}
/* clang-format on */

#ifdef __cplusplus
extern "C" {
#endif

/*
 * For functions that belong to the loop and must not be offloaded: aborts with a message on another thread, and inside a
 * scope. Nothing if NDEBUG is defined.
 */
#ifdef NDEBUG
#define OFFLOAD_ASSERT_LOOP(loop) ((void)(loop))
#else
#define OFFLOAD_ASSERT_LOOP(loop) offload__assert_loop(loop, __func__)
#endif

/* Is this the loop's thread, and not the inside of a scope? Any thread. */
bool offload_on_loop(const struct offload_loop *loop);

/* NAME_offload found itself on a worker and has run the function there. */
#define OFFLOAD_INLINE 1

void offload__assert_loop(const struct offload_loop *loop, const char *function);
int offload__function_submit(struct offload_loop *loop, struct offload_task *task, offload_work *work,
			     offload_done *done);
int offload__function_await(struct offload_task *task, offload_work *work);

#ifdef __cplusplus
}
#endif

#endif
