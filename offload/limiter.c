/*
 * limiter: tokens of one class. Who finds none waits here, not in a pool's queue, so that it holds up nobody else there;
 * a token that comes back goes to who waits longest, and only then does that task enter its pool's queue.
 */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int limiter_init(struct offload_limiter *limiter, const char *name)
{
	int error = offload__fork_watch();

	if (error == 0)
		error = -pthread_mutex_init(&limiter->lock, NULL);
	if (error < 0)
		return error;
	limiter->name = strdup(name ? name : "");
	if (limiter->name)
		return 0;
	pthread_mutex_destroy(&limiter->lock);
	return -ENOMEM;
}

struct offload_limiter *offload_limiter_new(const char *name, unsigned tokens, int *error)
{
	struct offload_limiter *limiter = calloc(1, sizeof(*limiter));
	int failed = limiter ? limiter_init(limiter, name) : -ENOMEM;

	if (failed < 0) {
		free(limiter);
		if (error)
			*error = failed;
		return NULL;
	}
	limiter->generation = offload__generation();
	limiter->tokens = tokens;
	list_init(&limiter->waiting);
	return limiter;
}

static bool limiter_has_token(const struct offload_limiter *limiter)
{
	return limiter->held < limiter->tokens;
}

static void limiter_hold(struct offload_limiter *limiter, uint64_t waited)
{
	limiter->held++;
	limiter->begun++;
	offload__histogram_add(&limiter->wait, waited);
}

bool offload__limiter_take(struct offload_limiter *limiter, struct offload_task *task)
{
	if (limiter_has_token(limiter) && list_empty(&limiter->waiting)) {
		limiter_hold(limiter, 0);
		return true;
	}
	list_append(&limiter->waiting, &task->queued);
	limiter->waits++;
	return false;
}

/* The task that waits longest gets a token, and enters its pool's queue. */
static void limiter_admit_first(struct offload_limiter *limiter)
{
	struct offload_task *task = CONTAINER(limiter->waiting.next, struct offload_task, queued);
	struct offload_pool *pool = task->runs_on;
	struct worker *woken;

	limiter_hold(limiter, offload_now() - task->since);
	limiter->waits--;
	pthread_mutex_lock(&pool->lock);
	list_remove(&task->queued);
	list_remove(&task->waiting);
	pool->waits--;
	woken = offload__pool_enqueue(pool, task);
	pthread_mutex_unlock(&pool->lock);
	offload__worker_wake(woken);
}

void offload__limiter_hand_out(struct offload_limiter *limiter)
{
	while (limiter_has_token(limiter) && !list_empty(&limiter->waiting))
		limiter_admit_first(limiter);
}

void offload__limiter_give(struct offload_limiter *limiter)
{
	if (!limiter)
		return;
	pthread_mutex_lock(&limiter->lock);
	limiter->held--;
	offload__limiter_hand_out(limiter);
	pthread_mutex_unlock(&limiter->lock);
}

int offload_limiter_set(struct offload_limiter *limiter, unsigned tokens)
{
	if (limiter->generation != offload__generation())
		return -ECHILD;
	pthread_mutex_lock(&limiter->lock);
	limiter->tokens = tokens;
	offload__limiter_hand_out(limiter);
	pthread_mutex_unlock(&limiter->lock);
	return 0;
}

void offload_limiter_stats(struct offload_limiter *limiter, struct offload_limiter_usage *out)
{
	*out = (struct offload_limiter_usage){ .name = limiter->name };
	if (limiter->generation != offload__generation())
		return;
	pthread_mutex_lock(&limiter->lock);
	out->tokens = limiter->tokens;
	out->held = limiter->held;
	out->waiting = limiter->waits;
	out->begun = limiter->begun;
	offload__histogram_read(&limiter->wait, &out->wait);
	pthread_mutex_unlock(&limiter->lock);
}

int offload_limiter_free(struct offload_limiter *limiter)
{
	bool used;

	if (!limiter)
		return 0;
	if (limiter->generation == offload__generation()) {
		pthread_mutex_lock(&limiter->lock);
		used = limiter->held > 0 || limiter->waits > 0;
		pthread_mutex_unlock(&limiter->lock);
		if (used)
			return -EBUSY;
		pthread_mutex_destroy(&limiter->lock);
	}
	free(limiter->name);
	free(limiter);
	return 0;
}
