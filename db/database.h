/*
 * database: one SQLite file: opening, migrating, statements, and what its errors mean to the user.
 *
 * Internal to db/. Everything here belongs to the thread that opened it. Results named `rc` are SQLite's extended
 * result codes; database_report() turns one into the store's error and a diagnostic.
 */
#ifndef LOOPLINT_DATABASE_H
#define LOOPLINT_DATABASE_H

#include "base/diagnostics.h"
#include "base/embedded.h"

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>

/* What distinguishes facts.db from findings.db. */
struct database_kind {
	const char *name;                       /* "facts": the file is facts.db, its migrations facts-NNN-*.sql */
	const char *setup;                      /* pragmas for every connection that writes */
	bool disposable;                        /* can be made again: a damaged file is replaced */
	const struct embedded_file *migrations; /* ends with a NULL name */
};

struct database {
	const struct database_kind *kind;
	sqlite3 *handle;
	char *path;
	int last_errno;         /* of database_execute(), for COMMIT: SQLite forgets why one failed; 0: none */
	GHashTable *statements; /* SQL (the literal itself) -> sqlite3_stmt, prepared once */
};

/*
 * Opens `kind` below `directory` (which exists), creates and migrates it. The caller keeps other openers out.
 *
 * 0 ok; STORE_E_CORRUPT, STORE_E_NEWER, STORE_E_FULL, STORE_E_BUSY or -errno after one diagnostic. On failure *db is
 * closed but keeps its path.
 */
int database_open(struct database *db, const struct database_kind *kind, const char *directory,
		  struct diagnostics *diagnostics);

/* Opens an existing file for reading only, as it is; errors as above. */
int database_open_readonly(struct database *db, const struct database_kind *kind, const char *directory,
			   struct diagnostics *diagnostics);

/* Safe on a zeroed or half-open one, and twice. */
void database_close(struct database *db);

/* Removes the file with its -wal and -shm. Only for disposable kinds. 0 or -errno. */
int database_remove(const char *path);

/* Runs SQL that returns nothing. */
int database_execute(struct database *db, const char *sql);

/* Write transactions; `end` commits if rc is SQLITE_OK, else rolls back, and returns the first failure. */
int database_begin(struct database *db);
int database_end(struct database *db, int rc);

/*
 * A prepared statement for `sql`, a string literal; NULL if it cannot be prepared (database_error() says why). Declare
 * it as `BORROWED sqlite3_stmt *s`: it is given back, reset and unbound, when the scope is left.
 */
sqlite3_stmt *database_statement(struct database *db, const char *sql);
void database_give_back(sqlite3_stmt **statement);
#define BORROWED __attribute__((cleanup(database_give_back)))

/* Steps a statement that returns no row; accepts NULL, for which it returns why there is none. */
int database_step(struct database *db, sqlite3_stmt *statement);

/* The last result code; never SQLITE_OK. */
int database_error(struct database *db);

/* Binds text (NULL becomes "") that outlives the statement's use. */
void bind_text(sqlite3_stmt *statement, int index, const char *text);

/* The text of a column; "" for NULL, which only a damaged file has in ours. Valid until the next step. */
const char *column_text(sqlite3_stmt *row, int column);

/* Whether rc means that the content of the file is damaged. */
bool database_is_damaged(int rc);

/*
 * Adds one error that names the file, what could not be done (`doing`: "record this run") and the remedy.
 * Returns STORE_E_* or -errno.
 */
int database_report(struct database *db, int rc, const char *doing, struct diagnostics *diagnostics);

#endif
