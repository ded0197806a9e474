/*
 * runs: one run of `check` -> findings.db.
 *
 *      finding          the run sees it      a run over its units does not
 *      (unknown)        new
 *      new              unresolved           resolved
 *      unresolved       unresolved           resolved
 *      resolved         reopened             resolved
 *      reopened         unresolved           resolved
 *
 * "A run over its units" is one that could have seen it: it analysed every unit that the witness passes through. A unit
 * that failed was not analysed; one that was deleted needs no analysis. A witness that stays inside headers is settled
 * by a run over all units that the run which saw it last could have used.
 */
#include "db/private.h"

#include <string.h>

/* A recording in progress. */
struct recording {
	struct database *db;
	const struct run *run;
	GHashTable *analysed; /* paths, those of failed units left out */
	int64_t id;           /* of the row in `run` */
	int64_t time;
	struct outcome *outcomes; /* one per finding */
};

/* What the database says of a finding; copied into the run only when all is stored. */
struct outcome {
	bool is_new;
	enum review_status review;
	char *reason;
};

/* The run. */

static int add_run(struct recording *r)
{
	const struct coverage *c = &r->run->coverage;
	BORROWED sqlite3_stmt *s = database_statement(
		r->db,
		"INSERT INTO run (time, root, units, units_failed, units_degraded, functions, calls, "
		"indirect_calls, unresolved_calls, findings, new_findings) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)");
	if (!s)
		return database_error(r->db);
	sqlite3_bind_int64(s, 1, r->time);
	bind_text(s, 2, r->run->root);
	const unsigned counts[] = { c->units, c->units_failed,   c->units_degraded,  c->functions,
				    c->calls, c->indirect_calls, c->unresolved_calls };
	for (size_t i = 0; i < G_N_ELEMENTS(counts); i++)
		sqlite3_bind_int64(s, (int)i + 3, counts[i]);
	sqlite3_bind_int64(s, 10, (int64_t)r->run->findings.count);
	int rc = database_step(r->db, s);
	r->id = sqlite3_last_insert_rowid(r->db->handle);
	return rc;
}

static int count_new(struct recording *r)
{
	BORROWED sqlite3_stmt *s = database_statement(r->db, "UPDATE run SET new_findings = ? WHERE id = ?");
	int64_t count = 0;

	for (size_t i = 0; i < r->run->findings.count; i++)
		count += r->outcomes[i].is_new;
	if (s) {
		sqlite3_bind_int64(s, 1, count);
		sqlite3_bind_int64(s, 2, r->id);
	}
	return database_step(r->db, s);
}

static int add_unit(struct recording *r, const char *path)
{
	BORROWED sqlite3_stmt *s = database_statement(r->db, "INSERT INTO unit (path, run) VALUES (?, ?) "
							     "ON CONFLICT (path) DO UPDATE SET run = excluded.run");

	if (s) {
		bind_text(s, 1, path);
		sqlite3_bind_int64(s, 2, r->id);
	}
	return database_step(r->db, s);
}

static int add_units(struct recording *r)
{
	GHashTableIter each;
	gpointer path;
	int rc = SQLITE_OK;

	g_hash_table_iter_init(&each, r->analysed);
	while (rc == SQLITE_OK && g_hash_table_iter_next(&each, &path, NULL))
		rc = add_unit(r, path);
	return rc;
}

/* Its findings. */

static void bind_finding(sqlite3_stmt *s, const struct finding *f)
{
	const char *const texts[] = {
		f->fingerprint,
		f->rule,
		category_name(f->category),
		level_name(f->severity),
		level_name(f->confidence),
		f->message,
		f->file,
		f->function,
		f->callee,
		context_name(f->context),
		f->suppression_reason,
		advice_kind_name(f->advice),
		f->advice_text,
	};
	const unsigned numbers[] = { f->line, f->column, f->end_line, f->end_column, f->suppressed };
	int index = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		bind_text(s, ++index, texts[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		sqlite3_bind_int64(s, ++index, numbers[i]);
}

static const char put_finding_sql[] =
	"INSERT INTO finding (fingerprint, rule, category, severity, confidence, message, file, function, callee, "
	"context, "
	"suppression_reason, advice, advice_text, line, \"column\", end_line, end_column, suppressed, "
	"state, first_seen, last_seen, run) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, 'new', ?19, ?19, "
	"?20) "
	"ON CONFLICT (fingerprint) DO UPDATE SET rule = excluded.rule, category = excluded.category, "
	"severity = excluded.severity, confidence = excluded.confidence, message = excluded.message, "
	"file = excluded.file, function = excluded.function, callee = excluded.callee, context = excluded.context, "
	"suppression_reason = excluded.suppression_reason, advice = excluded.advice, "
	"advice_text = excluded.advice_text, line = excluded.line, \"column\" = excluded.\"column\", "
	"end_line = excluded.end_line, end_column = excluded.end_column, suppressed = excluded.suppressed, "
	"last_seen = excluded.last_seen, run = excluded.run, "
	"state = CASE WHEN run = excluded.run THEN state WHEN state = 'resolved' THEN 'reopened' ELSE 'unresolved' END "
	"RETURNING id, state IN ('new', 'reopened')";

static int put_finding(struct recording *r, const struct finding *finding, int64_t *id, bool *is_new)
{
	BORROWED sqlite3_stmt *s = database_statement(r->db, put_finding_sql);

	if (!s)
		return database_error(r->db);
	bind_finding(s, finding);
	sqlite3_bind_int64(s, 19, r->time);
	sqlite3_bind_int64(s, 20, r->id);
	if (sqlite3_step(s) != SQLITE_ROW)
		return database_error(r->db);
	*id = sqlite3_column_int64(s, 0);
	*is_new = sqlite3_column_int(s, 1) != 0;
	return SQLITE_OK;
}

static int drop_steps(struct database *db, int64_t finding)
{
	BORROWED sqlite3_stmt *s = database_statement(db, "DELETE FROM step WHERE finding = ?");

	if (s)
		sqlite3_bind_int64(s, 1, finding);
	return database_step(db, s);
}

static int add_step(struct database *db, int64_t finding, size_t position, const struct step *step)
{
	BORROWED sqlite3_stmt *s = database_statement(
		db, "INSERT INTO step (finding, position, kind, file, line, \"column\", function, text, confidence) "
		    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");

	if (s) {
		sqlite3_bind_int64(s, 1, finding);
		sqlite3_bind_int64(s, 2, (int64_t)position);
		bind_text(s, 3, step_kind_name(step->kind));
		bind_text(s, 4, step->file);
		sqlite3_bind_int64(s, 5, step->line);
		sqlite3_bind_int64(s, 6, step->column);
		bind_text(s, 7, step->function);
		bind_text(s, 8, step->text);
		bind_text(s, 9, level_name(step->confidence));
	}
	return database_step(db, s);
}

static int put_steps(struct database *db, int64_t id, const struct finding *finding)
{
	int rc = drop_steps(db, id);

	for (size_t i = 0; i < finding->steps && rc == SQLITE_OK; i++)
		rc = add_step(db, id, i, &finding->witness[i]);
	return rc;
}

static int read_review(struct database *db, int64_t finding, struct outcome *outcome)
{
	BORROWED sqlite3_stmt *s =
		database_statement(db, "SELECT status, reason FROM review WHERE finding = ? ORDER BY id DESC LIMIT 1");

	if (!s)
		return database_error(db);
	sqlite3_bind_int64(s, 1, finding);
	int rc = sqlite3_step(s);
	if (rc != SQLITE_ROW)
		return rc == SQLITE_DONE ? SQLITE_OK : database_error(db);
	outcome->review = (enum review_status)MAX(review_status_from_name(column_text(s, 0)), REVIEW_UNREVIEWED);
	outcome->reason = g_strdup(column_text(s, 1));
	return SQLITE_OK;
}

static int put_findings(struct recording *r)
{
	int rc = SQLITE_OK;

	for (size_t i = 0; i < r->run->findings.count && rc == SQLITE_OK; i++) {
		const struct finding *finding = &r->run->findings.items[i];
		int64_t id = 0;

		rc = put_finding(r, finding, &id, &r->outcomes[i].is_new);
		if (rc == SQLITE_OK)
			rc = put_steps(r->db, id, finding);
		if (rc == SQLITE_OK)
			rc = read_review(r->db, id, &r->outcomes[i]);
	}
	return rc;
}

/* What is gone. */

/* The last run that analysed `path`, in *run; 0 if it never was a unit. */
static int last_run_of(struct database *db, const char *path, int64_t *run)
{
	BORROWED sqlite3_stmt *s = database_statement(db, "SELECT run FROM unit WHERE path = ?");

	*run = 0;
	if (!s)
		return database_error(db);
	bind_text(s, 1, path);
	int rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		*run = sqlite3_column_int64(s, 0);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : database_error(db);
}

static bool was_deleted(const struct recording *r, const char *path)
{
	if (!r->run->root || !g_file_test(r->run->root, G_FILE_TEST_IS_DIR))
		return false;
	g_autofree char *full = g_build_filename(r->run->root, path, NULL);
	return !g_file_test(full, G_FILE_TEST_EXISTS);
}

/* Whether this run need not look at `path`, or did. */
static bool is_covered(const struct recording *r, const char *path)
{
	return g_hash_table_contains(r->analysed, path) || was_deleted(r, path);
}

/* For a witness inside headers: whether all units of runs since `run` were analysed, so that it would have been seen. */
static int covers_runs_since(struct recording *r, int64_t run, bool *covers)
{
	BORROWED sqlite3_stmt *s = database_statement(r->db, "SELECT path FROM unit WHERE run >= ?");
	int rc;

	*covers = false;
	if (!s)
		return database_error(r->db);
	sqlite3_bind_int64(s, 1, run);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		if (!is_covered(r, column_text(s, 0)))
			return SQLITE_OK;
	*covers = rc == SQLITE_DONE;
	return rc == SQLITE_DONE ? SQLITE_OK : database_error(r->db);
}

/* Whether this run could have seen finding `id`, which run `last` saw. */
static int could_have_seen(struct recording *r, int64_t id, int64_t last, bool *could)
{
	BORROWED sqlite3_stmt *s = database_statement(
		r->db, "SELECT file FROM finding WHERE id = ?1 UNION SELECT file FROM step WHERE finding = ?1");
	bool only_headers = true;
	int rc;

	*could = false;
	if (!s)
		return database_error(r->db);
	sqlite3_bind_int64(s, 1, id);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		const char *path = column_text(s, 0);
		int64_t run;

		rc = last_run_of(r->db, path, &run);
		if (rc != SQLITE_OK)
			return rc;
		if (run && !is_covered(r, path))
			return SQLITE_OK;
		only_headers &= run == 0;
	}
	if (rc != SQLITE_DONE)
		return database_error(r->db);
	*could = true;
	return only_headers ? covers_runs_since(r, last, could) : SQLITE_OK;
}

static int resolve(struct database *db, int64_t id)
{
	BORROWED sqlite3_stmt *s = database_statement(db, "UPDATE finding SET state = 'resolved' WHERE id = ?");

	if (s)
		sqlite3_bind_int64(s, 1, id);
	return database_step(db, s);
}

struct unseen {
	int64_t id, last_run;
};

static int list_unseen(struct recording *r, GArray *out)
{
	BORROWED sqlite3_stmt *s =
		database_statement(r->db, "SELECT id, run FROM finding WHERE run < ? AND state <> 'resolved'");
	int rc;

	if (!s)
		return database_error(r->db);
	sqlite3_bind_int64(s, 1, r->id);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		struct unseen unseen = { sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1) };

		g_array_append_val(out, unseen);
	}
	return rc == SQLITE_DONE ? SQLITE_OK : database_error(r->db);
}

static int resolve_unseen(struct recording *r)
{
	g_autoptr(GArray) unseen = g_array_new(FALSE, FALSE, sizeof(struct unseen));
	int rc = list_unseen(r, unseen);

	for (guint i = 0; i < unseen->len && rc == SQLITE_OK; i++) {
		struct unseen item = g_array_index(unseen, struct unseen, i);
		bool could;

		rc = could_have_seen(r, item.id, item.last_run, &could);
		if (rc == SQLITE_OK && could)
			rc = resolve(r->db, item.id);
	}
	return rc;
}

/* All of it. */

static bool was_not_read(const struct unit_problem *problem)
{
	return strcmp(problem->status, unit_status_name(UNIT_DEGRADED)) != 0;
}

static GHashTable *analysed_units(const struct run *run, const char *const *analysed)
{
	GHashTable *paths = g_hash_table_new(g_str_hash, g_str_equal);

	for (size_t i = 0; analysed && analysed[i]; i++)
		g_hash_table_add(paths, (gpointer)analysed[i]);
	for (size_t i = 0; i < run->problem_count; i++)
		if (was_not_read(&run->problems[i]))
			g_hash_table_remove(paths, run->problems[i].file);
	return paths;
}

static int record(struct recording *r)
{
	int rc = add_run(r);

	if (rc == SQLITE_OK)
		rc = add_units(r);
	if (rc == SQLITE_OK)
		rc = put_findings(r);
	if (rc == SQLITE_OK)
		rc = count_new(r);
	return rc == SQLITE_OK ? resolve_unseen(r) : rc;
}

static void fill_in(struct arena *strings, const struct outcome *outcomes, struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		struct finding *finding = &findings->items[i];

		finding->is_new = outcomes[i].is_new;
		finding->review = outcomes[i].review;
		finding->review_reason = arena_strdup(strings, outcomes[i].reason ? outcomes[i].reason : "");
	}
}

int store_put_run(struct store *store, struct run *run, const char *const *analysed, struct diagnostics *diagnostics)
{
	struct recording r = {
		.db = &store->findings,
		.run = run,
		.analysed = analysed_units(run, analysed),
		.time = g_get_real_time() / 1000000,
		.outcomes = g_new0(struct outcome, run->findings.count),
	};
	int rc = database_begin(r.db);

	if (rc == SQLITE_OK)
		rc = database_end(r.db, record(&r));
	if (rc == SQLITE_OK)
		fill_in(&store->strings, r.outcomes, &run->findings);
	for (size_t i = 0; i < run->findings.count; i++)
		g_free(r.outcomes[i].reason);
	g_free(r.outcomes);
	g_hash_table_destroy(r.analysed);
	return rc == SQLITE_OK ? 0 : database_report(&store->findings, rc, "record this run", diagnostics);
}
