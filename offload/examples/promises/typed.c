/*
 * An ordinary function with arguments and a struct as its result, in another thread.
 */
#include "run.h"

#include <string.h>

struct text {
	char bytes[32];
};

static struct text repeat(const char *word, int times)
{
	struct text text = { "" };

	while (times-- > 0)
		strcat(text.bytes, word);
	return text;
}

OFFLOAD_FUNCTION(repeat, (struct text), (const char *, word), (int, times))

static void on_repeat(struct repeat_call *call)
{
	if (call->task.result == 0)
		printf("%s %d times: %s\n", call->arguments.word, call->arguments.times, call->value.bytes);
}

int main(void)
{
	struct offload_loop *loop = new_loop();
	struct repeat_call call = { 0 };

	if (repeat_offload(loop, &call, "ho", 3, on_repeat, NULL) < 0)
		return 1;
	return run_loop(loop);
}
// prints: ho 3 times: hohoho
