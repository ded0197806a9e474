/*
 * store: opening and closing both databases.
 *
 * Opening, migrating and replacing a damaged cache happen under a lock on the directory, so that programs that start at
 * once neither migrate twice nor delete what the other has just made. It is held for milliseconds; where it cannot be
 * had we go on without.
 */
#include "db/private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

/* Blocks of facts are hundreds of kilobytes: big pages, and checkpoints that are not after every fifth unit. */
const struct database_kind facts_kind = {
	.name = "facts",
	.setup = "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; "
		 "PRAGMA wal_autocheckpoint = 2000; PRAGMA journal_size_limit = 33554432",
	.disposable = true,
	.migrations = embedded_sql,
};

const struct database_kind findings_kind = {
	.name = "findings",
	.setup = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
	.migrations = embedded_sql,
};

/* The lock on the directory. */

enum { LOCK_TRIES = 200, LOCK_PAUSE_US = 50000 };

/* Waits ten seconds at most, as for a database. */
static int lock_directory(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (int i = 0; fd >= 0 && i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
			break;
		g_usleep(LOCK_PAUSE_US);
	}
	return fd;
}

static void unlock_directory(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define LOCKED __attribute__((cleanup(unlock_directory)))

/* Opening. */

/* Opens the cache, making it anew if it is damaged: then the error becomes a warning. */
static int open_facts(struct store *store, const char *directory, struct diagnostics *diagnostics)
{
	struct diagnostics found = { 0 };
	int outcome = database_open(&store->facts, &facts_kind, directory, &found);

	if (outcome == STORE_E_CORRUPT) {
		diagnostics_add(diagnostics, DIAGNOSTIC_WARNING, store->facts.path, 0,
				"the cache was damaged and is made anew; units are parsed again");
		database_remove(store->facts.path);
		database_close(&store->facts);
		diagnostics_finish(&found);
		outcome = database_open(&store->facts, &facts_kind, directory, &found);
	}
	for (size_t i = 0; i < found.count; i++)
		diagnostics_add(diagnostics, found.items[i].level, found.items[i].file, found.items[i].line, "%s",
				found.items[i].message);
	diagnostics_finish(&found);
	return outcome;
}

static int make_directory(const char *directory, struct diagnostics *diagnostics)
{
	if (g_mkdir_with_parents(directory, 0777) == 0)
		return 0;
	int error = errno;

	diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, directory, 0,
			"cannot create this folder: %s; name another one with --store", g_strerror(error));
	return error == ENOSPC || error == EDQUOT || error == EROFS ? STORE_E_FULL : -error;
}

int store_open(const char *directory, struct store **out, struct diagnostics *diagnostics)
{
	*out = NULL;
	int outcome = make_directory(directory, diagnostics);
	if (outcome)
		return outcome;
	LOCKED int lock = lock_directory(directory);
	struct store *store = g_new0(struct store, 1);

	outcome = database_open(&store->findings, &findings_kind, directory, diagnostics);
	if (outcome == 0)
		outcome = open_facts(store, directory, diagnostics);
	if (outcome) {
		store_close(store);
		return outcome;
	}
	cache_init(&store->cache, &store->facts);
	*out = store;
	return 0;
}

/* Deletes a cache in which damage was found, unless another program has replaced it meanwhile. */
static void remove_damaged_facts(const char *path)
{
	g_autofree char *directory = g_path_get_dirname(path);
	LOCKED int lock = lock_directory(directory);
	struct diagnostics ignored = { 0 };

	if (database_check(&facts_kind, directory, &ignored) == STORE_E_CORRUPT)
		database_remove(path);
	diagnostics_finish(&ignored);
}

void store_close(struct store *store)
{
	if (!store)
		return;
	g_autofree char *facts_path = g_strdup(store->facts.path);
	bool damaged = store->cache.damaged;

	if (store->cache.stale_days)
		cache_save(store);
	cache_finish(&store->cache);
	database_close(&store->facts);
	database_close(&store->findings);
	arena_finish(&store->strings);
	g_free(store);
	if (damaged)
		remove_damaged_facts(facts_path);
}
