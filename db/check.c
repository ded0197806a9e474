/*
 * check: are both databases sound? For `doctor`, and before a cache is thrown away.
 *
 * Reads only. A file that is not there is fine: it will be made by the first run.
 */
#include "db/private.h"

#include <glib/gstdio.h>
#include <string.h>

enum { PROBLEMS_SHOWN = 10 };

/* Runs a check that returns a row per problem (or one row "ok"); adds an error for each. SQLITE_OK or rc. */
static int list_problems(struct database *db, const char *sql, const char *label, size_t *problems,
			 struct diagnostics *diagnostics)
{
	BORROWED sqlite3_stmt *s = database_statement(db, sql);
	int rc = s ? sqlite3_step(s) : database_error(db);

	for (; rc == SQLITE_ROW; rc = sqlite3_step(s)) {
		const char *text = column_text(s, 0);

		if (strcmp(text, "ok") == 0)
			continue;
		if (++*problems <= PROBLEMS_SHOWN)
			diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, db->path, 0, "%s: %s", label, text);
	}
	return rc == SQLITE_DONE ? SQLITE_OK : database_error(db);
}

static int64_t count_rows(struct database *db, const char *sql)
{
	BORROWED sqlite3_stmt *s = database_statement(db, sql);

	return s && sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
}

static void note_contents(struct database *db, struct diagnostics *diagnostics)
{
	GStatBuf status;
	double mebibytes = g_stat(db->path, &status) == 0 ? (double)status.st_size / 1048576 : 0;

	if (db->kind == &facts_kind)
		diagnostics_add(diagnostics, DIAGNOSTIC_NOTE, db->path, 0,
				"sound; %" G_GINT64_FORMAT " parsed units, %" G_GINT64_FORMAT " files, %.1f MiB",
				count_rows(db, "SELECT count(*) FROM unit"),
				count_rows(db, "SELECT count(*) FROM file"), mebibytes);
	else
		diagnostics_add(diagnostics, DIAGNOSTIC_NOTE, db->path, 0,
				"sound; %" G_GINT64_FORMAT " findings, %" G_GINT64_FORMAT " runs, %.1f MiB",
				count_rows(db, "SELECT count(*) FROM finding"),
				count_rows(db, "SELECT count(*) FROM run"), mebibytes);
}

static const char *remedy(const struct database *db)
{
	return db->kind->disposable ? "delete the file, the next run makes it anew"
				    : "keep a copy, then salvage it with the '.recover' command of sqlite3";
}

int database_check(const struct database_kind *kind, const char *directory, struct diagnostics *diagnostics)
{
	struct database db;
	size_t problems = 0;
	int outcome = database_open_readonly(&db, kind, directory, diagnostics);

	if (outcome == 0) {
		int rc = list_problems(&db, "PRAGMA integrity_check(100)", "damaged", &problems, diagnostics);

		if (rc == SQLITE_OK)
			rc = list_problems(
				&db,
				"SELECT 'a row of ' || \"table\" || ' refers to a missing row of ' || parent "
				"FROM pragma_foreign_key_check",
				"inconsistent", &problems, diagnostics);
		if (rc != SQLITE_OK)
			outcome = database_report(&db, rc, "check the database", diagnostics);
	}
	if (problems) {
		diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, db.path, 0, "%zu problems; %s", problems, remedy(&db));
		outcome = STORE_E_CORRUPT;
	}
	if (outcome == 0)
		note_contents(&db, diagnostics);
	database_close(&db);
	return outcome;
}

static int check_if_there(const struct database_kind *kind, const char *directory, struct diagnostics *diagnostics)
{
	g_autofree char *name = g_strdup_printf("%s.db", kind->name);
	g_autofree char *path = g_build_filename(directory, name, NULL);

	if (g_file_test(path, G_FILE_TEST_EXISTS))
		return database_check(kind, directory, diagnostics);
	diagnostics_add(diagnostics, DIAGNOSTIC_NOTE, path, 0, "not there yet; the first run makes it");
	return 0;
}

int store_check(const char *directory, struct diagnostics *diagnostics)
{
	int findings = check_if_there(&findings_kind, directory, diagnostics);
	int facts = check_if_there(&facts_kind, directory, diagnostics);

	return findings ? findings : facts;
}
