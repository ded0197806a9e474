/*
 * overflow: says which coroutine's stack overflowed before the crash.
 *
 * The handler runs where the stack is full, so it needs another one: a signal stack (sigaltstack(2)) per thread, set up
 * the first time a thread enters a coroutine after offload_report_overflow(), unless the thread has its own. Handlers
 * have no argument of ours, so what they need is at file scope. In the handler only what signal-safety(7) allows is
 * called: write, sigaction, raise; the running coroutine is found in a thread-local that the thread itself set before.
 */
#include "coroutine.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool wanted; /* atomic */
static pthread_mutex_t installing = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t signal_stacks;
static struct sigaction before[2];
static const int signals[2] = { SIGSEGV, SIGBUS };

static void append(char *line, size_t size, const char *text)
{
	size_t length = strlen(line);

	while (*text && length + 1 < size)
		line[length++] = *text++;
	line[length] = '\0';
}

static void append_number(char *line, size_t size, size_t number)
{
	char digits[24];
	size_t at = sizeof(digits) - 1;

	digits[at] = '\0';
	do
		digits[--at] = (char)('0' + number % 10);
	while (number /= 10);
	append(line, size, digits + at);
}

static void say(const struct offload_coroutine *coroutine)
{
	char line[256] = "";

	append(line, sizeof(line), "offload: coroutine '");
	append(line, sizeof(line) - 64, coroutine->name);
	append(line, sizeof(line), "' overflowed its stack of ");
	append_number(line, sizeof(line), coroutine->fiber.stack.size);
	append(line, sizeof(line), " bytes\n");
	if (write(STDERR_FILENO, line, strlen(line)) < 0)
		return;
}

/* Puts back what was there before, and returns: the same instruction faults again, and the other one sees it. */
static void handle(int number, siginfo_t *info, void *context)
{
	struct offload_coroutine *coroutine = offload_coroutine_current();

	(void)context;
	if (coroutine && info->si_code > 0 && offload__stack_guards(&coroutine->fiber.stack, info->si_addr))
		say(coroutine);
	sigaction(number, &before[number == signals[1]], NULL);
	if (info->si_code <= 0) /* someone sent it: nothing will fault again */
		raise(number);
}

static void give_back(void *stack)
{
	const stack_t none = { .ss_flags = SS_DISABLE };

	sigaltstack(&none, NULL);
	free(stack);
}

void offload__overflow_prepare_thread(void)
{
	stack_t old, ours = { .ss_size = (size_t)SIGSTKSZ * 2 };

	if (!__atomic_load_n(&wanted, __ATOMIC_ACQUIRE) || pthread_getspecific(signal_stacks))
		return;
	if (sigaltstack(NULL, &old) || !(old.ss_flags & SS_DISABLE))
		return;
	ours.ss_sp = malloc(ours.ss_size);
	if (!ours.ss_sp)
		return;
	if (sigaltstack(&ours, NULL)) {
		free(ours.ss_sp);
		return;
	}
	if (pthread_setspecific(signal_stacks, ours.ss_sp))
		give_back(ours.ss_sp);
}

static int install(void)
{
	struct sigaction action = { .sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	int error = pthread_key_create(&signal_stacks, give_back);

	if (error)
		return -error;
	sigemptyset(&action.sa_mask);
	for (int i = 0; i < 2; i++)
		if (sigaction(signals[i], &action, &before[i]))
			return -errno;
	__atomic_store_n(&wanted, true, __ATOMIC_RELEASE);
	return 0;
}

int offload_report_overflow(void)
{
	int error = 0;

	pthread_mutex_lock(&installing);
	if (!wanted)
		error = install();
	pthread_mutex_unlock(&installing);
	return error;
}
