/*
 * strerror: what errors mean here, for those whose usual text misleads.
 */
#include "offload.h"

#include <errno.h>
#include <string.h>

static const struct {
	int error;
	const char *text;
} texts[] = {
	{ EDEADLK, "attempted to await, or to call the loop, in a thread where that would wait for itself" },
	{ ECANCELED, "cancelled" },
};

const char *offload_strerror(int error)
{
	int value = error < 0 ? -error : error;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (texts[i].error == value)
			return texts[i].text;
	return strerror(value);
}
