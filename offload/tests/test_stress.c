/*
 * stress: the random test on the plain descriptor.
 */
#include "stress.h"

static struct offload_loop *attached;

static void *descriptor_open(void)
{
	return &attached;
}

static struct offload_loop *descriptor_attach(void *event_loop, int *error)
{
	(void)event_loop;
	attached = offload_loop_fd(error);
	return attached;
}

static void descriptor_turn(void *event_loop)
{
	(void)event_loop;
	test_turn(attached, 10);
}

static void descriptor_close(void *event_loop)
{
	(void)event_loop;
	attached = NULL;
}

static const struct stress_loop descriptor = {
	.name = "descriptor",
	.open = descriptor_open,
	.attach = descriptor_attach,
	.turn = descriptor_turn,
	.close = descriptor_close,
	.nests = true,
};

int main(void)
{
	return stress_main(&descriptor);
}
