/*
 * names: contexts and categories as packs, JSON, SQL and messages spell them.
 */
#include "pack/pack.h"

#include <string.h>

static const char *const context_names[CONTEXTS] = {
	[CONTEXT_LOOP] = "loop",         [CONTEXT_WORKER] = "worker", [CONTEXT_STARTUP] = "startup",
	[CONTEXT_SHUTDOWN] = "shutdown", [CONTEXT_CHILD] = "child",   [CONTEXT_CALLER] = "caller",
	[CONTEXT_NOWHERE] = "nowhere",
};

static const char *const category_names[CATEGORIES] = {
	[CATEGORY_NONE] = "none", [CATEGORY_SLEEP] = "sleep",       [CATEGORY_DISK] = "disk",
	[CATEGORY_DNS] = "dns",   [CATEGORY_NETWORK] = "network",   [CATEGORY_PROCESS] = "process",
	[CATEGORY_WAIT] = "wait", [CATEGORY_IPC] = "ipc",           [CATEGORY_DATABASE] = "database",
	[CATEGORY_CPU] = "cpu",   [CATEGORY_TERMINAL] = "terminal",
};

static int find_name(const char *const *names, int count, const char *name)
{
	for (int i = 0; name && i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

const char *context_name(enum context context)
{
	return (unsigned)context < CONTEXTS ? context_names[context] : NULL;
}

const char *category_name(enum category category)
{
	return (unsigned)category < CATEGORIES ? category_names[category] : NULL;
}

int context_from_name(const char *name)
{
	return find_name(context_names, CONTEXTS, name);
}

int category_from_name(const char *name)
{
	return find_name(category_names, CATEGORIES, name);
}
