/* finding: the names of its enumerations, the same in C, SQL, JSON and on the command line. */
#include "check/finding.h"

#include <string.h>

static const char *const level_names[LEVELS] = { "low", "medium", "high" };
static const char *const step_names[STEP_KINDS] = { "registration", "callback", "call", "effect", "handler", "way" };
static const char *const advice_names[] = { "", "async", "argument", "offload", "cancel" };
static const char *const review_names[REVIEW_STATUSES] = { "unreviewed", "confirmed", "false-positive", "intentional" };

static int find_name(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

const char *level_name(enum level level)
{
	return level_names[level];
}

int level_from_name(const char *name)
{
	return find_name(level_names, LEVELS, name);
}

const char *step_kind_name(enum step_kind kind)
{
	return step_names[kind];
}

const char *advice_kind_name(enum advice_kind kind)
{
	return advice_names[kind];
}

const char *review_status_name(enum review_status status)
{
	return review_names[status];
}

int review_status_from_name(const char *name)
{
	return find_name(review_names, REVIEW_STATUSES, name);
}
