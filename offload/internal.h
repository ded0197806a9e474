/*
 * What the files of the core share. Locks are taken in this order: a limiter's, then one pool's; never two pools'.
 */
#ifndef OFFLOAD_INTERNAL_H
#define OFFLOAD_INTERNAL_H

#include "adapter.h"

#include <semaphore.h>

#define CONTAINER(pointer, type, field) ((type *)((char *)(pointer) - offsetof(type, field)))

/* ---- lists: a ring through its head ----------------------------------------------------------------------------- */

static inline void list_init(struct offload__link *head)
{
	head->next = head->prev = head;
}

static inline bool list_empty(const struct offload__link *head)
{
	return head->next == head;
}

static inline void list_append(struct offload__link *head, struct offload__link *link)
{
	link->next = head;
	link->prev = head->prev;
	head->prev->next = link;
	head->prev = link;
}

static inline void list_remove(struct offload__link *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
}

/* ---- cache lines -------------------------------------------------------------------------------------------------- */

/*
 * What another processor wrote last is asked for ahead of need, as many lines as are given, each as one's own: else it
 * comes twice, once to be read and once more to be written. Any address will do.
 */
static inline void fetch_lines(const void *first, unsigned lines)
{
	for (unsigned i = 0; i < lines; i++) {
		const char *line = (const char *)first + i * 64;

#ifdef __x86_64__
		__asm__ volatile("prefetchw %0" : : "m"(*line)); /* a compiler for any x86-64 takes it for too new */
#else
		__builtin_prefetch(line, 1);
#endif
	}
}

/* ---- times ------------------------------------------------------------------------------------------------------ */

/* Times by size: 8 steps per power of two, so that a percentile is within 7 %. */
#define HISTOGRAM_STEPS (8 * 40)

struct histogram {
	uint64_t count, max;
	uint64_t step[HISTOGRAM_STEPS];
};

void offload__histogram_add(struct histogram *histogram, uint64_t ns);
void offload__histogram_read(const struct histogram *histogram, struct offload_times *out);

/* ---- fork ------------------------------------------------------------------------------------------------------- */

/* How often this process is a forked child since the first loop or pool; what was made in another one is inert. */
unsigned offload__generation(void);

/* From the first call on forks are counted. 0 or -errno. */
int offload__fork_watch(void);

/* ---- tasks: see task.c ------------------------------------------------------------------------------------------ */

enum task_state {
	TASK_IDLE,
	TASK_WAITING,
	TASK_QUEUED,
	TASK_RUNNING,
	TASK_ABANDONED,
	TASK_FINISHED,
	TASK_COROUTINE, /* no task: what stands for a coroutine among the members of its group */
};

/* Private flags, for coroutines that come back from an inner scope. */
enum {
	OFFLOAD__MUST =
		1 << 14, /* is above the queue limit and a loop's shutdown, and cannot be cancelled before it runs */
	OFFLOAD__ASKED = 1 << 15, /* is asked to stop from the beginning */
};

static inline enum task_state task_state(const struct offload_task *task)
{
	return (enum task_state)__atomic_load_n(&task->state, __ATOMIC_RELAXED);
}

static inline void task_set_state(struct offload_task *task, enum task_state state)
{
	__atomic_store_n(&task->state, (unsigned char)state, __ATOMIC_RELAXED);
}

/* Ends a task that never began; its completion is still to be posted. Lock of its pool held. */
void offload__task_drop(struct offload_task *task, int why);

/* Asks a running task to stop. True if that abandoned it, and its `done` is to be posted. Lock of its pool held. */
bool offload__task_ask(struct offload_task *task, int why);

/* The thread has left `work`. True if the completion is to be posted. Lock of its pool held. */
bool offload__task_returned(struct offload_task *task, int result);

/* Of what stands for a coroutine: as offload_coroutine_cancel(); does it wait for a thread? See coroutine.c. */
void offload__coroutine_cancel_self(struct offload_task *self);
bool offload__coroutine_is_queued(const struct offload_task *self);

static inline bool task_is_queued(const struct offload_task *task)
{
	return task_state(task) == TASK_QUEUED || task_state(task) == TASK_WAITING;
}

/*
 * Half of offload_submit(), for what carries a coroutine to a worker: the task is a member of nothing and counts as
 * nothing pending (the coroutine does), has no deadline and no `done`. Once it is over, event.run runs on the loop, and
 * sets it to TASK_IDLE. 0, -ECHILD, -EAGAIN, -ECANCELED, or the error of making a pool.
 */
int offload__task_send(struct offload_loop *loop, struct offload_task *task);

/* As offload_cancel(), with the error that `done` is to see. On the loop's thread. */
int offload__task_cancel(struct offload_task *task, int why);

/* ---- pools: pool.c, worker.c ------------------------------------------------------------------------------------ */

/* One thread, on its own stack. */
struct worker {
	struct offload_pool *pool;
	struct worker *next_idle, *previous_idle;
	struct offload__link of_pool;
	struct offload_task *task; /* that it runs */
	struct call *call;         /* that it waits for */
	bool idle;                 /* in the pool's list of idle ones, or about to be woken: see `wake` */
	sem_t wake;                /* posted once by who takes it from that list */
	bool joins;                /* when it ends: `previous`, the thread that left before it */
	pthread_t previous;
};

struct offload_pool {
	pthread_attr_t attributes;
	char name[12];
	unsigned generation, min_threads, max_threads, queue_limit, idle_ms;
	bool may_spin;

	/* What every task needs, together, for it goes from processor to processor; far from what nobody writes. */
	char apart[OFFLOAD__APART];
	pthread_mutex_t lock;       /* guards everything below, and the state of each of its tasks */
	struct offload__link queue; /* tasks that wait for a thread */
	unsigned queued;
	unsigned coming; /* threads started or woken that have not looked at the queue yet */
	unsigned waits, running;
	bool closing;
	struct worker *idle; /* the one that fell asleep last comes first: its caches are warm, and the last may end */
	unsigned threads, idle_count;
	uint64_t typical_run;         /* ns: the last ones, each counts for an eighth of what is left */
	struct offload__link waiting; /* tasks that wait for a token */

	unsigned patience, sleeps; /* see worker.c */
	uint64_t done, cancelled;
	struct histogram wait, run;
	struct offload__link workers;
	unsigned started;    /* in all: for names */
	pthread_cond_t gone; /* a thread has ended */
	bool unjoined;       /* `last` has ended, or is about to, and nobody has joined it */
	pthread_t last;
};

/* Takes a task in: queued or waiting. 0 or the errors of offload_submit(). */
int offload__pool_accept(struct offload_pool *pool, struct offload_task *task);

/* The task is in the pool's queue from now on. The worker to wake once the lock is free, or NULL. Lock held. */
struct worker *offload__pool_enqueue(struct offload_pool *pool, struct offload_task *task);

/* Takes the first task out of the queue; NULL if there is none. Its state is still TASK_QUEUED. Lock held. */
struct offload_task *offload__pool_dequeue(struct offload_pool *pool);

/* Finds a thread for what is queued: starts one, or says which to wake once the lock is free. Lock held. */
struct worker *offload__pool_summon(struct offload_pool *pool);

/* The task is asked to stop: if it waits for the loop, it need not any more. Lock held. */
void offload__pool_asked(struct offload_pool *pool, const struct offload_task *task);

/* Starts a thread. 0 or -errno. Lock held. */
int offload__worker_start(struct offload_pool *pool);

/* Takes a worker off the idle ones; it is to be woken next. Lock held. */
void offload__worker_rouse(struct worker *worker);

/* Wakes a worker that was roused; NULL does nothing. No lock needed. */
void offload__worker_wake(struct worker *worker);

/* The worker that this thread is, or NULL. */
struct worker *offload__worker_self(void);

/* ---- limiters --------------------------------------------------------------------------------------------------- */

struct offload_limiter {
	pthread_mutex_t lock;
	char *name;
	unsigned generation, tokens, held, waits;
	uint64_t begun;
	struct histogram wait;
	struct offload__link waiting; /* tasks, the first to come first */
};

/* True if the task got a token; else it is the last to wait for one. Lock held. */
bool offload__limiter_take(struct offload_limiter *limiter, struct offload_task *task);

/* A token comes back, and goes to who waits longest. `limiter` may be NULL. No lock held. */
void offload__limiter_give(struct offload_limiter *limiter);

/* Hands out what is there. Lock held. */
void offload__limiter_hand_out(struct offload_limiter *limiter);

/* ---- groups, calls, timers, loops ------------------------------------------------------------------------------- */

/* The task is one of its group's, or of the loop's, from now on; no longer. */
void offload__group_join(struct offload_task *task);
void offload__group_leave(struct offload_task *task);

/* Is `closed` due? To be asked after the leave and before the callback of the last task... */
bool offload__group_is_over(struct offload_group *group);

/* ...and then this after it. */
void offload__group_closed(struct offload_group *group);

/* Cancels each task of a list of members, or only those that have not begun; how many are in the list. */
int offload__members_cancel(struct offload__link *members, bool begun);

/* The worker is asked to stop: what it wants of the loop will not run, unless it does already. Lock of the pool held. */
void offload__call_give_up(struct worker *worker);

/* In a forked child, first of all: the signal handler is gone, and may be installed again. */
void offload__watch_forked(void);

/* In a forked child: the memory of a watch whose thread is not there. NULL does nothing. */
void offload__watch_forget(struct offload__watch *watch);

/* Runs the timers that are due. */
void offload__timers_expire(struct offload_loop *loop);

/* Asks the event loop for the first timer, if it does not know of it. 0 or -errno. */
int offload__timers_arm(struct offload_loop *loop);

/* The pool for tasks that name none, made when there is none. NULL after setting *error. */
struct offload_pool *offload__loop_pool(struct offload_loop *loop, int *error);

#endif
