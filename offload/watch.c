/*
 * watch: sees a loop stall, and where.
 *
 *	watching thread   post a beat       threshold over, no answer: stack, report        answered: report, over
 *	loop's thread          | ... in a callback that takes its time ...      | runs the beat
 *
 * The stack is taken by the loop's thread itself, in a signal handler. What runs there (signal-safety(7)): sem_post() and
 * atomics, which are safe, and backtrace(), which glibc's manual calls unsafe for one reason: its first call loads
 * libgcc and allocates. So it is called once before any signal. It then walks unwind tables, found without a lock since
 * glibc 2.35; before that, a stall inside dlopen() could wait for itself. Names are looked up on the watching thread.
 *
 * SIGURG, because it is ignored where nobody asks for it and means nothing when it comes without cause. A handler that
 * was there before us is called for those that are not ours.
 */
#include "internal.h"

#include <errno.h>
#include <execinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#define FRAMES       64
#define OWN_FRAMES   2 /* the handler, and what the kernel makes it return to */
#define WATCH_SIGNAL SIGURG
#define SAMPLE_MOST  100000000u /* ns; longer than any signal takes that is not blocked */

/* ---- the stack of another thread -------------------------------------------------------------------------------- */

struct sample {
	void *frames[FRAMES];
	int depth; /* atomic: frames are there once it is not 0 */
	sem_t taken;
};

/* A signal handler knows nothing but what is at file scope. */
static pthread_mutex_t sampling = PTHREAD_MUTEX_INITIALIZER; /* one sample at a time; also guards `watches` */
static struct sample *wanted;                                /* atomic */
static struct sigaction before;
static unsigned watches;

static void on_signal(int number, siginfo_t *info, void *context)
{
	struct sample *sample = __atomic_exchange_n(&wanted, NULL, __ATOMIC_ACQ_REL);
	int depth, saved = errno;

	if (sample) {
		depth = backtrace(sample->frames, FRAMES);
		__atomic_store_n(&sample->depth, depth, __ATOMIC_RELEASE);
		sem_post(&sample->taken);
	} else if (before.sa_flags & SA_SIGINFO) {
		before.sa_sigaction(number, info, context);
	} else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
		before.sa_handler(number);
	}
	errno = saved;
}

static void handler_install(void)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK };
	void *frame;

	pthread_mutex_lock(&sampling);
	if (watches++ == 0) {
		backtrace(&frame, 1);
		sigemptyset(&action.sa_mask);
		sigaction(WATCH_SIGNAL, &action, &before);
	}
	pthread_mutex_unlock(&sampling);
}

static void handler_remove(void)
{
	pthread_mutex_lock(&sampling);
	if (--watches == 0)
		sigaction(WATCH_SIGNAL, &before, NULL);
	pthread_mutex_unlock(&sampling);
}

/* False when it took longer than SAMPLE_MOST. */
static bool sample_wait(struct sample *sample)
{
	uint64_t at = offload_now() + SAMPLE_MOST;
	struct timespec until = { (time_t)(at / 1000000000u), (long)(at % 1000000000u) };

	while (sem_clockwait(&sample->taken, CLOCK_MONOTONIC, &until) < 0)
		if (errno != EINTR)
			return false;
	return true;
}

/* Nobody will take it any more. False: the handler has it already, and is about to be done. */
static bool sample_withdraw(struct sample *sample)
{
	return __atomic_compare_exchange_n(&wanted, &sample, NULL, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/* The stack of `thread`; depth 0 when it has the signal blocked. */
static void sample_take(struct sample *sample, pthread_t thread)
{
	sample->depth = 0;
	sem_init(&sample->taken, 0, 0);
	pthread_mutex_lock(&sampling);
	__atomic_store_n(&wanted, sample, __ATOMIC_RELEASE);
	pthread_kill(thread, WATCH_SIGNAL);
	while (!sample_wait(sample) && !sample_withdraw(sample))
		;
	pthread_mutex_unlock(&sampling);
	sem_destroy(&sample->taken);
}

/* ---- the beat --------------------------------------------------------------------------------------------------- */

enum beat { BEAT_ANSWERED, BEAT_POSTED, BEAT_ORPHANED };

struct offload__watch {
	struct offload_loop *loop;
	void (*report)(const struct offload_stall *stall);
	void *data;
	uint64_t threshold; /* ns */
	pthread_t thread;
	struct offload__event event;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	enum beat beat;
	bool stop;
	uint64_t posted, answered;
};

static void watch_free(struct offload__watch *watch)
{
	pthread_cond_destroy(&watch->changed);
	pthread_mutex_destroy(&watch->lock);
	free(watch);
}

/* On the loop: it runs. */
static void watch_answer(struct offload__event *event)
{
	struct offload__watch *watch = CONTAINER(event, struct offload__watch, event);
	bool orphaned;

	pthread_mutex_lock(&watch->lock);
	orphaned = watch->beat == BEAT_ORPHANED;
	watch->beat = BEAT_ANSWERED;
	watch->answered = offload_now();
	pthread_cond_signal(&watch->changed);
	pthread_mutex_unlock(&watch->lock);
	if (orphaned)
		watch_free(watch);
}

/* Until `at`, or the watch is to stop, or (if `answer`) the beat is answered. False at `at`. Lock held. */
static bool watch_wait(struct offload__watch *watch, uint64_t at, bool answer)
{
	struct timespec until = { (time_t)(at / 1000000000u), (long)(at % 1000000000u) };
	int error = 0;

	while (!watch->stop && !(answer && watch->beat == BEAT_ANSWERED) && error == 0)
		error = pthread_cond_timedwait(&watch->changed, &watch->lock, &until);
	return error == 0 || (answer && watch->beat == BEAT_ANSWERED);
}

/* ---- reports: on the watching thread, the lock free --------------------------------------------------------------- */

static void watch_report(struct offload__watch *watch, const struct sample *sample, uint64_t duration, bool over)
{
	int taken = __atomic_load_n(&sample->depth, __ATOMIC_ACQUIRE);
	int depth = taken > OWN_FRAMES ? taken - OWN_FRAMES : 0;
	void *const *frames = sample->frames + OWN_FRAMES;
	char **symbols = depth > 0 ? backtrace_symbols(frames, depth) : NULL;
	struct offload_stall stall = {
		.duration = duration,
		.over = over,
		.depth = depth,
		.frames = frames,
		.symbols = (const char *const *)symbols,
		.data = watch->data,
	};

	watch->report(&stall);
	free(symbols);
}

/* The threshold is over. Lock held, but not during the reports. */
static void watch_stalled(struct offload__watch *watch)
{
	struct sample sample;
	uint64_t posted = watch->posted;

	pthread_mutex_unlock(&watch->lock);
	sample_take(&sample, watch->loop->thread);
	watch_report(watch, &sample, offload_now() - posted, false);
	pthread_mutex_lock(&watch->lock);
	while (!watch->stop && watch->beat != BEAT_ANSWERED)
		pthread_cond_wait(&watch->changed, &watch->lock);
	if (watch->beat != BEAT_ANSWERED)
		return;
	pthread_mutex_unlock(&watch->lock);
	watch_report(watch, &sample, watch->answered - posted, true);
	pthread_mutex_lock(&watch->lock);
}

static void *watch_main(void *data)
{
	struct offload__watch *watch = data;

	pthread_setname_np(pthread_self(), "offload-watch");
	pthread_mutex_lock(&watch->lock);
	while (!watch->stop) {
		watch->beat = BEAT_POSTED;
		watch->posted = offload_now();
		offload__loop_post(watch->loop, &watch->event);
		if (!watch_wait(watch, watch->posted + watch->threshold, true))
			watch_stalled(watch);
		watch_wait(watch, watch->posted + watch->threshold / 2, false);
	}
	pthread_mutex_unlock(&watch->lock);
	return NULL;
}

static int watch_start(struct offload__watch *watch)
{
	pthread_attr_t attributes;
	sigset_t all;
	int error = pthread_attr_init(&attributes);

	if (error != 0)
		return -error;
	sigfillset(&all);
	error = pthread_attr_setsigmask_np(&attributes, &all);
	if (error == 0)
		error = pthread_create(&watch->thread, &attributes, watch_main, watch);
	pthread_attr_destroy(&attributes);
	return -error;
}

/* The lock, and a condition whose times are offload_now()'s. */
static int watch_init(struct offload__watch *watch)
{
	pthread_condattr_t monotonic;
	int error = pthread_condattr_init(&monotonic);

	if (error != 0)
		return -error;
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	error = pthread_cond_init(&watch->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (error != 0)
		return -error;
	error = pthread_mutex_init(&watch->lock, NULL);
	if (error != 0)
		pthread_cond_destroy(&watch->changed);
	return -error;
}

static struct offload__watch *watch_new(struct offload_loop *loop, unsigned threshold_ms, int *error)
{
	struct offload__watch *watch = calloc(1, sizeof(*watch));

	*error = watch ? watch_init(watch) : -ENOMEM;
	if (*error < 0) {
		free(watch);
		return NULL;
	}
	watch->loop = loop;
	watch->threshold = (uint64_t)threshold_ms * 1000000u;
	watch->event.run = watch_answer;
	return watch;
}

static int watch_check(const struct offload_loop *loop)
{
	if (!offload__loop_ours(loop))
		return -ECHILD;
	return offload__loop_here(loop) ? 0 : -EPERM;
}

int offload_watch(struct offload_loop *loop, unsigned threshold_ms, void (*report)(const struct offload_stall *stall),
		  void *data)
{
	struct offload__watch *watch;
	int error = watch_check(loop);

	if (error < 0)
		return error;
	if (threshold_ms == 0 || !report)
		return -EINVAL;
	if (loop->watch)
		return -EALREADY;
	watch = watch_new(loop, threshold_ms, &error);
	if (!watch)
		return error;
	watch->report = report;
	watch->data = data;
	handler_install();
	error = watch_start(watch);
	if (error < 0) {
		handler_remove();
		watch_free(watch);
		return error;
	}
	loop->watch = watch;
	return 0;
}

int offload_unwatch(struct offload_loop *loop)
{
	struct offload__watch *watch = loop->watch;
	int error = watch_check(loop);
	bool answered;

	if (error < 0)
		return error;
	if (!watch)
		return -ENOENT;
	pthread_mutex_lock(&watch->lock);
	watch->stop = true;
	pthread_cond_signal(&watch->changed);
	pthread_mutex_unlock(&watch->lock);
	pthread_join(watch->thread, NULL);
	handler_remove();
	loop->watch = NULL;
	answered = watch->beat == BEAT_ANSWERED;
	if (answered)
		watch_free(watch);
	else
		watch->beat = BEAT_ORPHANED; /* watch_answer() frees it, when the loop comes by */
	return 0;
}

/* The watching threads are not in the child, and one may have held the lock. */
void offload__watch_forked(void)
{
	if (watches > 0)
		sigaction(WATCH_SIGNAL, &before, NULL);
	watches = 0;
	wanted = NULL;
	pthread_mutex_init(&sampling, NULL);
}

void offload__watch_forget(struct offload__watch *watch)
{
	free(watch);
}
