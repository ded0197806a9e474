/*
 * A coroutine starts others that use what lies on its stack, and goes on when all of them have ended.
 */
#include "run.h"

struct page {
	int number, bytes;
};

static void fetch(void *data)
{
	struct page *page = data;

	OFFLOAD_SCOPE(NULL) {
		usleep(1000); /* a blocking read */
		page->bytes = 100 * page->number;
	}
}

static void fetch_all(void *loop)
{
	struct page pages[] = { { 1, 0 }, { 2, 0 }, { 3, 0 } };
	struct offload_group group;
	const struct offload_go_options options = { .group = &group };
	int sum = 0;

	offload_group_init(&group, loop);
	for (int i = 0; i < 3; i++)
		if (offload_go(loop, fetch, &pages[i], &options) < 0)
			offload_group_cancel(&group);
	if (offload_group_join(&group) < 0)
		return;
	for (int i = 0; i < 3; i++)
		sum += pages[i].bytes;
	printf("%d bytes\n", sum);
}

int main(void)
{
	struct offload_loop *loop = new_loop();
	int error = offload_go(loop, fetch_all, loop, NULL);

	if (error < 0)
		return 1;
	return run_loop(loop) != 0;
}
// prints: 600 bytes
