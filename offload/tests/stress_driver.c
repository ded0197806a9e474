/*
 * stress on a driver: the random test with the event loop of an adapter.
 */
#include "stress.h"

#include "driver.h"

static bool timer_runs;

static void stop_waiting(void *data)
{
	(void)data;
	timer_runs = false;
}

static void turn(void *event_loop)
{
	if (!timer_runs)
		test_driver.after(event_loop, 10, stop_waiting, NULL);
	timer_runs = true;
	test_driver.once(event_loop);
}

static void close_loop(void *event_loop)
{
	while (timer_runs)
		test_driver.once(event_loop);
	test_driver.free(event_loop);
}

int main(void)
{
	const struct stress_loop kind = {
		.name = test_driver.name,
		.open = test_driver.make,
		.attach = test_driver.offload,
		.turn = turn,
		.close = close_loop,
		.nests = test_driver.nests,
	};

	return stress_main(&kind);
}
