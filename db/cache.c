/*
 * cache: facts of units that need not be parsed again.
 *
 * A copy is found by (root, front end, path, command) and is good if every file it was parsed from still has the same
 * content (files.c) and no file turned up that its #includes could find instead (search.c). Each put is a transaction of
 * its own: in WAL mode that costs no fsync, an interrupted run keeps what it has parsed, and no other program waits.
 *
 * Trouble with the cache never stops a run: a read that fails is a miss, and after the first write that fails the store
 * writes no more.
 */
#include "db/private.h"

#include <string.h>

enum { LINK_SIZE = 12, UNUSED_DAYS = 30, SAVE_TIMEOUT_MS = 200, BUSY_TIMEOUT_MS = 10000 };

void cache_init(struct cache *cache, struct database *db)
{
	*cache = (struct cache){ .stale_days = g_array_new(FALSE, FALSE, sizeof(int64_t)) };
	files_init(&cache->files, db);
	search_init(&cache->search, &cache->files);
}

void cache_finish(struct cache *cache)
{
	if (!cache->stale_days)
		return;
	files_finish(&cache->files);
	search_finish(&cache->search);
	g_array_free(cache->stale_days, TRUE);
	cache->stale_days = NULL;
}

/* After a rollback ids may name other files: everything that is kept by id is dropped. */
static void forget_ids(struct cache *cache)
{
	files_forget(&cache->files);
	search_finish(&cache->search);
	search_init(&cache->search, &cache->files);
}

static int64_t today(void)
{
	return g_get_real_time() / 1000000 / 86400;
}

/* A dependency as `block.dependencies` holds it. */
struct link {
	uint32_t file;
	uint64_t hash;
};

static struct link read_link(const char *at)
{
	struct link link;

	memcpy(&link.file, at, sizeof link.file);
	memcpy(&link.hash, at + sizeof link.file, sizeof link.hash);
	return link;
}

static void append_link(GByteArray *links, struct link link)
{
	g_byte_array_append(links, (const guint8 *)&link.file, sizeof link.file);
	g_byte_array_append(links, (const guint8 *)&link.hash, sizeof link.hash);
}

/* Reading. */

static bool contents_match(struct cache *cache, const char *links, int size)
{
	for (int at = 0; at < size; at += LINK_SIZE) {
		struct link link = read_link(links + at);

		if (!files_match(&cache->files, link.file, link.hash))
			return false;
	}
	return true;
}

static uint64_t signature_of(struct cache *cache, const char *root, const struct unit_command *unit, bool degraded,
			     const char *links, int size)
{
	search_begin(&cache->search);
	for (int at = 0; at < size; at += LINK_SIZE)
		search_mark(&cache->search, read_link(links + at).file);
	return search_end(&cache->search, root, unit, degraded);
}

enum { COLUMN_UNIT, COLUMN_USED, COLUMN_DEGRADED, COLUMN_SHADOWS, COLUMN_DEPENDENCIES, COLUMN_FACTS };

static bool is_fresh(struct cache *cache, sqlite3_stmt *row, const char *root, const struct unit_command *unit)
{
	const char *links = sqlite3_column_blob(row, COLUMN_DEPENDENCIES);
	int size = sqlite3_column_bytes(row, COLUMN_DEPENDENCIES);
	bool degraded = sqlite3_column_int(row, COLUMN_DEGRADED) != 0;

	if (!links || size % LINK_SIZE != 0 || !contents_match(cache, links, size))
		return false;
	return signature_of(cache, root, unit, degraded, links, size) ==
	       (uint64_t)sqlite3_column_int64(row, COLUMN_SHADOWS);
}

/* The facts in memory that is aligned as they need it; NULL if they are damaged. */
static const struct facts *copy_facts(struct arena *arena, sqlite3_stmt *row)
{
	const void *blob = sqlite3_column_blob(row, COLUMN_FACTS);
	size_t size = (size_t)sqlite3_column_bytes(row, COLUMN_FACTS);

	if (!blob)
		return NULL;
	void *copy = arena_alloc(arena, size);
	memcpy(copy, blob, size);
	return facts_check(copy, size) ? copy : NULL;
}

static void note_use(struct cache *cache, sqlite3_stmt *row)
{
	int64_t id = sqlite3_column_int64(row, COLUMN_UNIT);

	if (sqlite3_column_int64(row, COLUMN_USED) != today())
		g_array_append_val(cache->stale_days, id);
}

static sqlite3_stmt *find_copy(struct database *db, const char *root, const char *front_end,
			       const struct unit_command *unit)
{
	sqlite3_stmt *s =
		database_statement(db, "SELECT unit.id, used, degraded, shadows, dependencies, facts FROM origin "
				       "JOIN unit ON unit.origin = origin.id JOIN block ON block.unit = unit.id "
				       "WHERE root = ? AND front_end = ? AND path = ? AND command = ?");

	if (!s)
		return NULL;
	bind_text(s, 1, root);
	bind_text(s, 2, front_end);
	bind_text(s, 3, unit->file);
	sqlite3_bind_int64(s, 4, (int64_t)unit->hash);
	return s;
}

const struct facts *store_get_facts(struct store *store, struct arena *arena, const char *root, const char *front_end,
				    const struct unit_command *unit)
{
	struct cache *cache = &store->cache;
	BORROWED sqlite3_stmt *row = find_copy(&store->facts, root, front_end, unit);
	int rc = row ? sqlite3_step(row) : database_error(&store->facts);

	cache->damaged |= database_is_damaged(rc);
	if (rc != SQLITE_ROW || !is_fresh(cache, row, root, unit))
		return NULL;
	const struct facts *facts = copy_facts(arena, row);
	if (facts)
		note_use(cache, row);
	return facts;
}

/* Writing. */

/* Steps a statement that ends in `RETURNING id`. */
static int step_for_id(struct database *db, sqlite3_stmt *s, int64_t *id)
{
	if (!s || sqlite3_step(s) != SQLITE_ROW)
		return database_error(db);
	*id = sqlite3_column_int64(s, 0);
	return SQLITE_OK;
}

static int put_origin(struct database *db, const char *root, const char *front_end, int64_t *id)
{
	BORROWED sqlite3_stmt *s =
		database_statement(db, "INSERT INTO origin (root, front_end) VALUES (?, ?) "
				       "ON CONFLICT (root, front_end) DO UPDATE SET root = excluded.root RETURNING id");

	if (s) {
		bind_text(s, 1, root);
		bind_text(s, 2, front_end);
	}
	return step_for_id(db, s, id);
}

static int put_unit(struct database *db, int64_t origin, const struct unit_command *unit, int64_t *id)
{
	BORROWED sqlite3_stmt *s = database_statement(
		db, "INSERT INTO unit (origin, path, command, used) VALUES (?, ?, ?, ?) "
		    "ON CONFLICT (origin, path, command) DO UPDATE SET used = excluded.used RETURNING id");

	if (s) {
		sqlite3_bind_int64(s, 1, origin);
		bind_text(s, 2, unit->file);
		sqlite3_bind_int64(s, 3, (int64_t)unit->hash);
		sqlite3_bind_int64(s, 4, today());
	}
	return step_for_id(db, s, id);
}

static int put_dependencies(struct cache *cache, const struct facts *facts, GByteArray *links)
{
	for (uint32_t i = 1; i < facts->dependencies.count; i++) {
		const struct dependency *dependency = facts_dependency(facts, i);
		struct link link = { .hash = dependency->hash };
		int rc = files_put(&cache->files, facts, dependency, &link.file);

		if (rc != SQLITE_OK)
			return rc;
		append_link(links, link);
	}
	return SQLITE_OK;
}

static int put_block(struct database *db, int64_t unit, uint64_t shadows, const GByteArray *links,
		     const struct facts *facts)
{
	BORROWED sqlite3_stmt *s =
		database_statement(db, "INSERT OR REPLACE INTO block (unit, degraded, shadows, dependencies, facts) "
				       "VALUES (?, ?, ?, ?, ?)");

	if (s) {
		sqlite3_bind_int64(s, 1, unit);
		sqlite3_bind_int(s, 2, facts->status == UNIT_DEGRADED);
		sqlite3_bind_int64(s, 3, (int64_t)shadows);
		sqlite3_bind_blob(s, 4, links->data, (int)links->len, SQLITE_STATIC);
		sqlite3_bind_blob(s, 5, facts, (int)facts->size, SQLITE_STATIC);
	}
	return database_step(db, s);
}

static int put_copy(struct store *store, const char *root, const char *front_end, const struct unit_command *unit,
		    const struct facts *facts)
{
	struct database *db = &store->facts;
	g_autoptr(GByteArray) links = g_byte_array_new();
	int64_t origin = 0, id = 0;
	int rc = put_origin(db, root, front_end, &origin);

	if (rc == SQLITE_OK)
		rc = put_unit(db, origin, unit, &id);
	if (rc == SQLITE_OK)
		rc = put_dependencies(&store->cache, facts, links);
	if (rc != SQLITE_OK)
		return rc;
	uint64_t shadows = signature_of(&store->cache, root, unit, facts->status == UNIT_DEGRADED,
					(const char *)links->data, (int)links->len);
	return put_block(db, id, shadows, links, facts);
}

int store_put_facts(struct store *store, const char *root, const char *front_end, const struct unit_command *unit,
		    const struct facts *facts, struct diagnostics *diagnostics)
{
	struct cache *cache = &store->cache;

	if (facts->status > UNIT_DEGRADED || facts->dependencies.count <= 1)
		return 0; /* what depends on nothing would be good for ever */
	if (cache->failed)
		return cache->failed;
	int rc = database_begin(&store->facts);
	if (rc == SQLITE_OK)
		rc = database_end(&store->facts, put_copy(store, root, front_end, unit, facts));
	if (rc == SQLITE_OK)
		return 0;
	forget_ids(cache);
	cache->damaged |= database_is_damaged(rc);
	cache->failed = database_report(&store->facts, rc, "keep parsed units", diagnostics);
	return cache->failed;
}

/* Housekeeping. */

static int save_days(struct store *store)
{
	GArray *ids = store->cache.stale_days;
	int rc = SQLITE_OK;

	for (guint i = 0; i < ids->len && rc == SQLITE_OK; i++) {
		BORROWED sqlite3_stmt *s = database_statement(&store->facts, "UPDATE unit SET used = ? WHERE id = ?");

		if (s) {
			sqlite3_bind_int64(s, 1, today());
			sqlite3_bind_int64(s, 2, g_array_index(ids, int64_t, i));
		}
		rc = database_step(&store->facts, s);
	}
	g_array_set_size(ids, 0);
	return rc;
}

static int drop_unused(struct database *db)
{
	BORROWED sqlite3_stmt *s = database_statement(db, "DELETE FROM unit WHERE used < ?");

	if (s)
		sqlite3_bind_int64(s, 1, today() - UNUSED_DAYS);
	return database_step(db, s);
}

void cache_save(struct store *store)
{
	struct cache *cache = &store->cache;

	if (cache->failed || cache->damaged || (!cache->files.dirty && cache->stale_days->len == 0))
		return;
	sqlite3_busy_timeout(store->facts.handle, SAVE_TIMEOUT_MS);
	int rc = database_begin(&store->facts);
	sqlite3_busy_timeout(store->facts.handle, BUSY_TIMEOUT_MS);
	if (rc != SQLITE_OK)
		return;
	rc = files_save(&cache->files);
	if (rc == SQLITE_OK)
		rc = save_days(store);
	if (rc == SQLITE_OK)
		rc = drop_unused(&store->facts);
	database_end(&store->facts, rc);
}

int store_begin_facts(struct store *store, struct diagnostics *diagnostics)
{
	(void)store;
	(void)diagnostics;
	return 0;
}

int store_end_facts(struct store *store, struct diagnostics *diagnostics)
{
	(void)diagnostics;
	cache_save(store);
	return store->cache.failed;
}
