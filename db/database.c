/*
 * database: opening, migrating and statements of one SQLite file; see database.h.
 *
 * PRAGMA user_version counts the migrations a file has seen. Opening runs the missing ones, each in a transaction of
 * its own that re-reads the version first, so that two programs that start at once do not migrate twice. The
 * application id keeps us from writing into a database that is somebody else's.
 */
#include "db/database.h"
#include "db/store.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

enum { APPLICATION_ID = 0x6c6f6f70, BUSY_TIMEOUT_MS = 10000 };

/* Errors. */

bool database_is_damaged(int rc)
{
	int primary = rc & 0xff;

	return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

int database_error(struct database *db)
{
	int rc = db->handle ? sqlite3_extended_errcode(db->handle) : SQLITE_CANTOPEN;

	return rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_INTERNAL : rc;
}

static bool no_space(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

static bool read_only(int error)
{
	return error == EROFS || error == EACCES;
}

/* The errno behind rc; 0 if the system had no part in it. */
static int system_error(struct database *db, int rc)
{
	int primary = rc & 0xff;

	if (!db->handle || (primary != SQLITE_IOERR && primary != SQLITE_CANTOPEN))
		return 0;
	return db->last_errno ? db->last_errno : sqlite3_system_errno(db->handle);
}

/* What a group of result codes means to the user, and the remedy. */
struct explanation {
	int code;    /* primary result code */
	int outcome; /* STORE_E_* or -errno */
	const char *message;
};

static const struct explanation explanations[] = {
	{ SQLITE_FULL, STORE_E_FULL, "the disk is full; nothing was changed: free some space and run again" },
	{ SQLITE_READONLY, STORE_E_FULL,
	  "it or its folder is read-only; nothing was changed: make both writable or name another folder with "
	  "--store" },
	{ SQLITE_PERM, -EACCES, "access is denied; change its permissions or name another folder with --store" },
	{ SQLITE_BUSY, STORE_E_BUSY, "another program has held it for too long; end that one or run again later" },
	{ SQLITE_LOCKED, STORE_E_BUSY, "it is locked; run again later" },
	{ SQLITE_NOMEM, -ENOMEM, "out of memory" },
};

static const struct explanation damaged_findings = {
	.outcome = STORE_E_CORRUPT,
	.message =
		"it is damaged or not a looplint database, and is left as it is; restore a copy, or move it away and "
		"salvage its reviews with the '.recover' command of sqlite3",
};
static const struct explanation damaged_facts = {
	.outcome = STORE_E_CORRUPT,
	.message = "the cache is damaged; delete it, the next run makes it anew",
};

static const struct explanation *explain(const struct database *db, int rc, int error)
{
	int primary = no_space(error) ? SQLITE_FULL : read_only(error) ? SQLITE_READONLY : rc & 0xff;

	if (database_is_damaged(rc))
		return db->kind->disposable ? &damaged_facts : &damaged_findings;
	for (size_t i = 0; i < G_N_ELEMENTS(explanations); i++)
		if (explanations[i].code == primary)
			return &explanations[i];
	return NULL;
}

int database_report(struct database *db, int rc, const char *doing, struct diagnostics *diagnostics)
{
	int error = system_error(db, rc);
	const struct explanation *known = explain(db, rc, error);

	if (known) {
		diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, db->path, 0, "cannot %s: %s", doing, known->message);
		return known->outcome;
	}
	diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, db->path, 0,
			"cannot %s: %s; check the disk or name another folder with --store", doing,
			error ? g_strerror(error) : sqlite3_errstr(rc));
	return error ? -error : -EIO;
}

/* Statements. */

int database_execute(struct database *db, const char *sql)
{
	errno = 0;
	int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	db->last_errno = rc == SQLITE_OK ? 0 : errno;
	return rc == SQLITE_OK ? SQLITE_OK : database_error(db);
}

sqlite3_stmt *database_statement(struct database *db, const char *sql)
{
	sqlite3_stmt *statement = g_hash_table_lookup(db->statements, sql);

	if (statement)
		return statement;
	if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
		return NULL;
	g_hash_table_insert(db->statements, (gpointer)sql, statement);
	return statement;
}

void database_give_back(sqlite3_stmt **statement)
{
	if (!*statement)
		return;
	sqlite3_reset(*statement);
	sqlite3_clear_bindings(*statement);
}

int database_step(struct database *db, sqlite3_stmt *statement)
{
	return statement && sqlite3_step(statement) == SQLITE_DONE ? SQLITE_OK : database_error(db);
}

void bind_text(sqlite3_stmt *statement, int index, const char *text)
{
	sqlite3_bind_text(statement, index, text ? text : "", -1, SQLITE_STATIC);
}

const char *column_text(sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	return text ? text : "";
}

int database_begin(struct database *db)
{
	return database_execute(db, "BEGIN IMMEDIATE");
}

int database_end(struct database *db, int rc)
{
	if (rc == SQLITE_OK)
		rc = database_execute(db, "COMMIT");
	if (rc != SQLITE_OK && !sqlite3_get_autocommit(db->handle))
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

/* Opening. */

/* Reads a pragma or a count; *value is left alone on failure. */
static int read_number(struct database *db, const char *sql, int *value)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		*value = sqlite3_column_int(statement, 0);
	rc = rc == SQLITE_ROW ? SQLITE_OK : database_error(db);
	sqlite3_finalize(statement);
	return rc;
}

static const struct embedded_file *find_migration(const struct database_kind *kind, int number)
{
	g_autofree char *prefix = g_strdup_printf("%s-%03d-", kind->name, number);

	for (const struct embedded_file *file = kind->migrations; file->name; file++)
		if (g_str_has_prefix(file->name, prefix))
			return file;
	return NULL;
}

static int newest_version(const struct database_kind *kind)
{
	int version = 0;

	while (find_migration(kind, version + 1))
		version++;
	return version;
}

/* Runs migration `number` unless somebody else did so meanwhile. */
static int migrate_to(struct database *db, int number)
{
	int version = 0;
	int rc = database_begin(db);

	if (rc != SQLITE_OK)
		return rc;
	rc = read_number(db, "PRAGMA user_version", &version);
	if (rc == SQLITE_OK && version < number) {
		g_autofree char *mark =
			g_strdup_printf("PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID, number);

		rc = database_execute(db, find_migration(db->kind, number)->text);
		if (rc == SQLITE_OK)
			rc = database_execute(db, mark);
	}
	return database_end(db, rc);
}

/* Nothing is written before identify() said that the file is ours: these pragmas do write. */
static int set_up(struct database *db, struct diagnostics *diagnostics)
{
	int rc = database_execute(db, db->kind->setup);

	return rc == SQLITE_OK ? 0 : database_report(db, rc, "set the database up", diagnostics);
}

static int migrate(struct database *db, int version, struct diagnostics *diagnostics)
{
	int newest = newest_version(db->kind);

	for (int number = version + 1; number <= newest; number++) {
		int rc = migrate_to(db, number);

		if (rc != SQLITE_OK)
			return database_report(db, rc,
					       number == 1 ? "create the database" : "bring the database up to date",
					       diagnostics);
	}
	return 0;
}

/* Whether the file is ours and of a version we know. *version: migrations it has seen; 0: new and empty. */
static int identify(struct database *db, int *version, struct diagnostics *diagnostics)
{
	int application = 0, tables = 0;
	int rc = read_number(db, "PRAGMA user_version", version);

	if (rc == SQLITE_OK)
		rc = read_number(db, "PRAGMA application_id", &application);
	if (rc == SQLITE_OK)
		rc = read_number(db, "SELECT count(*) FROM sqlite_schema", &tables);
	if (rc == SQLITE_OK && application != APPLICATION_ID && (application || *version || tables))
		rc = SQLITE_NOTADB; /* a database, but somebody else's */
	if (rc != SQLITE_OK)
		return database_report(db, rc, "open the database", diagnostics);
	if (*version > newest_version(db->kind)) {
		diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, db->path, 0,
				"was written by a later looplint (format %d, this one knows %d); upgrade looplint or "
				"name another folder with --store",
				*version, newest_version(db->kind));
		return STORE_E_NEWER;
	}
	return 0;
}

static void forget_statement(gpointer statement)
{
	sqlite3_finalize(statement);
}

static int connect_to(struct database *db, const struct database_kind *kind, const char *directory, int flags)
{
	g_autofree char *name = g_strdup_printf("%s.db", kind->name);

	*db = (struct database){ .kind = kind, .path = g_build_filename(directory, name, NULL) };
	db->statements = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, forget_statement);
	if (sqlite3_open_v2(db->path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return database_error(db);
	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
	return database_execute(db, "PRAGMA foreign_keys = ON");
}

/* Closes what could not be opened; the path stays, for messages. */
static int give_up(struct database *db, int outcome)
{
	char *path = g_strdup(db->path);
	const struct database_kind *kind = db->kind;

	database_close(db);
	db->path = path;
	db->kind = kind;
	return outcome;
}

int database_open(struct database *db, const struct database_kind *kind, const char *directory,
		  struct diagnostics *diagnostics)
{
	int version = 0;
	int rc = connect_to(db, kind, directory, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	int outcome = rc == SQLITE_OK ? identify(db, &version, diagnostics)
				      : database_report(db, rc, "open the database", diagnostics);

	if (outcome == 0)
		outcome = set_up(db, diagnostics);
	if (outcome == 0)
		outcome = migrate(db, version, diagnostics);
	return outcome == 0 ? 0 : give_up(db, outcome);
}

int database_open_readonly(struct database *db, const struct database_kind *kind, const char *directory,
			   struct diagnostics *diagnostics)
{
	int version = 0;
	int rc = connect_to(db, kind, directory, SQLITE_OPEN_READONLY);
	int outcome = rc == SQLITE_OK ? identify(db, &version, diagnostics)
				      : database_report(db, rc, "open the database", diagnostics);

	return outcome == 0 ? 0 : give_up(db, outcome);
}

void database_close(struct database *db)
{
	if (db->statements)
		g_hash_table_destroy(db->statements);
	sqlite3_close(db->handle);
	g_free(db->path);
	*db = (struct database){ 0 };
}

int database_remove(const char *path)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	int outcome = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *name = g_strconcat(path, suffixes[i], NULL);

		if (g_unlink(name) != 0 && errno != ENOENT)
			outcome = -errno;
	}
	return outcome;
}
