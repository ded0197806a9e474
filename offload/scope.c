/*
 * scope: both ends of an OFFLOAD_SCOPE.
 */
#include "coroutine.h"

#include <errno.h>

static _Thread_local int error_without_coroutine;

static __attribute__((noinline, noclone)) int *scope_error(struct offload_coroutine *coroutine)
{
	return coroutine ? &coroutine->scope_error : &error_without_coroutine;
}

int offload_scope_error(void)
{
	return *scope_error(offload_coroutine_current());
}

/* Is code on such a worker already where it wants to be? */
static bool is_there(const struct offload__place *here, const struct offload__place *target)
{
	if (!here->worker)
		return false;
	if (!target->pool && !target->limiter)
		return true;
	return (!target->pool || target->pool == here->pool) && (!target->limiter || target->limiter == here->limiter);
}

/* Moves there if need be. 0 or why the block is skipped. */
static int enter(struct offload_coroutine *coroutine, struct offload__place target, struct offload_scope *scope)
{
	int error;

	if (offload__coroutine_is_cancelled(coroutine))
		return -ECANCELED;
	if (is_there(&coroutine->here, &target))
		return 0;
	scope->from_worker = coroutine->here.worker;
	scope->pool = coroutine->here.pool;
	scope->limiter = coroutine->here.limiter;
	error = offload__coroutine_move(coroutine, target, false);
	scope->hopped = error == 0;
	return error;
}

struct offload_scope offload__scope_enter(struct offload_pool *pool, struct offload_limiter *limiter)
{
	struct offload_coroutine *coroutine = offload_coroutine_current();
	struct offload__place target = { .worker = true, .pool = pool, .limiter = limiter };
	struct offload_scope scope = { 0 };
	int error;

	if (coroutine)
		error = enter(coroutine, target, &scope);
	else
		error = offload_current() ? 0 : -EPERM;
	*scope_error(coroutine) = error;
	scope.inside = scope.ran = error == 0;
	return scope;
}

void offload__scope_leave(struct offload_scope *scope)
{
	struct offload_coroutine *coroutine = offload_coroutine_current();
	struct offload__place outer = { .worker = scope->from_worker, .pool = scope->pool, .limiter = scope->limiter };

	if (scope->hopped)
		offload__coroutine_move(coroutine, outer, true);
	if (scope->ran)
		*scope_error(coroutine) = 0;
}
