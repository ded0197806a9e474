/*
 * The coroutine of the await examples: see await.h.
 */
#include "await.h"

#include <inttypes.h>
#include <stdio.h>

static struct offload_coroutine *counting;

static void count_down(void *event_loop)
{
	uint64_t hash = 0, bytes = 0;
	int error = 0;

	for (int i = 3; i > 0 && error == 0; i--) {
		printf("%d\n", i);
		error = wait_ms(event_loop, 50);
	}
	OFFLOAD_SCOPE(NULL) {
		error = hash_file("/etc/passwd", &hash, &bytes); /* blocks, on a worker */
	}
	if (offload_scope_error())
		error = offload_scope_error();
	if (error == 0)
		printf("/etc/passwd: %016" PRIx64 ", %" PRIu64 " bytes\n", hash, bytes);
	else
		printf("%s\n", offload_strerror(error));
	counting = NULL;
}

static void give_up(void *unused)
{
	(void)unused;
	if (offload_sleep(75 * 1000000) == 0 && counting)
		offload_coroutine_cancel(counting);
}

int await_start(struct offload_loop *loop, void *event_loop, int argc)
{
	const struct offload_go_options options = { .name = "count down", .coroutine = &counting };
	int error = offload_go(loop, count_down, event_loop, &options);

	if (error == 0 && argc > 1)
		error = offload_go(loop, give_up, NULL, NULL);
	return error;
}
