/*
 * A C++ caller: typed functions, coroutines and scopes, as test_function.c uses them. How many of its checks failed.
 */
#include "function_types.h"

#include <cstring>
#include <poll.h>

extern "C" int run_from_cpp(struct offload_loop *loop);

namespace
{

struct results {
	int failures;
	int calls;
};

void on_big(struct is_big_call *call)
{
	results *seen = static_cast<results *>(call->data);

	seen->calls++;
	seen->failures += !call->value;
}

void coroutine(void *data)
{
	results *seen = static_cast<results *>(data);
	digest_of_call call = {};

	seen->failures += digest_of_await(&call, "c", 1) != 0 || call.value.bytes[0] != 'c' + 1;
	OFFLOAD_SCOPE(nullptr) {
		seen->calls++;
		OFFLOAD_SCOPE(nullptr) {
			seen->failures += offload_sleep(1) >= 0;
			return;
		}
	}
	seen->failures++;
}

}

int run_from_cpp(struct offload_loop *loop)
{
	results seen = {};
	is_big_call call = {};
	digest big = {};

	big.bytes[0] = 200;
	if (is_big_offload(loop, &call, big, on_big, &seen) != 0 || offload_go(loop, coroutine, &seen, nullptr) != 0)
		return 1000;
	while (offload_loop_pending(loop) > 0) {
		struct pollfd readable = { offload_loop_descriptor(loop), POLLIN, 0 };

		poll(&readable, 1, 1000);
		offload_loop_dispatch(loop);
	}
	return seen.failures + (seen.calls != 2);
}
