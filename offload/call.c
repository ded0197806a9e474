/*
 * call: a thread has something done on the loop, and waits for it.
 *
 *	PENDING --the loop takes it--> RUNNING --> OVER           the caller waits
 *	PENDING --the caller's task is asked to stop--> GIVEN_UP  the caller leaves; the loop drops it when it comes by
 *
 * So a thread that is asked to stop never waits for a loop that does not run, such as one whose thread waits for this
 * thread to end. The call cannot lie on the caller's stack then: it belongs to both, and is the only thing of offload
 * that is allocated while tasks run.
 */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>

enum { CALL_PENDING, CALL_RUNNING, CALL_OVER, CALL_GIVEN_UP };

struct call {
	struct offload__event event;
	struct offload_loop *loop;
	int (*function)(void *data);
	void *data;
	int result;
	int state;
	int owners;
	sem_t wake; /* posted when it is over, or given up */
};

/* True if it was pending, and is `state` now. */
static bool call_move(struct call *call, int state)
{
	int pending = CALL_PENDING;

	return __atomic_compare_exchange_n(&call->state, &pending, state, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

static void call_drop(struct call *call)
{
	if (__atomic_sub_fetch(&call->owners, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	sem_destroy(&call->wake);
	free(call);
}

static void call_run(struct offload__event *event)
{
	struct call *call = CONTAINER(event, struct call, event);

	if (call_move(call, CALL_RUNNING)) {
		call->result = call->loop->stopping ? -ECANCELED : call->function(call->data);
		__atomic_store_n(&call->state, CALL_OVER, __ATOMIC_RELEASE);
		sem_post(&call->wake);
	}
	call_drop(call);
}

static struct call *call_new(struct offload_loop *loop, int (*function)(void *data), void *data)
{
	struct call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	*call = (struct call){ .event.run = call_run, .loop = loop, .function = function, .data = data, .owners = 2 };
	sem_init(&call->wake, 0, 0);
	return call;
}

/* The worker's task being asked to stop wakes the call from now on; false if it is asked already. */
static bool call_announce(struct worker *worker, struct call *call)
{
	bool asked;

	if (!worker)
		return true;
	pthread_mutex_lock(&worker->pool->lock);
	worker->call = call;
	asked = worker->task && worker->task->asked;
	pthread_mutex_unlock(&worker->pool->lock);
	return !call || !asked;
}

static int call_wait(struct call *call)
{
	while (sem_wait(&call->wake) < 0 && errno == EINTR)
		;
	return __atomic_load_n(&call->state, __ATOMIC_ACQUIRE) == CALL_OVER ? call->result : -ECANCELED;
}

void offload__call_give_up(struct worker *worker)
{
	if (worker->call && call_move(worker->call, CALL_GIVEN_UP))
		sem_post(&worker->call->wake);
}

int offload_call_loop(struct offload_loop *loop, int (*function)(void *data), void *data)
{
	struct worker *worker = offload__worker_self();
	struct call *call;
	int result = -ECANCELED;

	if (!offload__loop_ours(loop))
		return -ECHILD;
	if (offload__loop_here(loop))
		return -EDEADLK;
	call = call_new(loop, function, data);
	if (!call)
		return -ENOMEM;
	if (call_announce(worker, call)) {
		offload__loop_post(loop, &call->event);
		result = call_wait(call); // looplint: allow(blocking-call) the loop's thread was refused above
	} else {
		call_drop(call);
	}
	call_announce(worker, NULL);
	call_drop(call);
	return result;
}
