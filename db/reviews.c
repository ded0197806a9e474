/*
 * reviews: reading stored findings back, and what people decide about them.
 *
 * A review is only ever added; the last one of a finding counts. Reviews hang on fingerprints, so they survive moved
 * lines, renamed files, and the finding's going and coming back.
 */
#include "db/private.h"

#include <errno.h>
#include <string.h>

/* Columns of every query here; the review is the last one. */
#define SELECT_FINDING                                                                                                 \
	"SELECT f.id, fingerprint, rule, category, severity, confidence, message, file, line, \"column\", end_line, "  \
	"end_column, function, callee, context, suppressed, suppression_reason, advice, advice_text, state, "          \
	"first_seen, last_seen, status, reason, reviewed_by, reviewed_at "                                             \
	"FROM finding f LEFT JOIN review r ON r.id = (SELECT max(id) FROM review WHERE finding = f.id) "

enum {
	COLUMN_ID,
	COLUMN_FINGERPRINT,
	COLUMN_RULE,
	COLUMN_CATEGORY,
	COLUMN_SEVERITY,
	COLUMN_CONFIDENCE,
	COLUMN_MESSAGE,
	COLUMN_FILE,
	COLUMN_LINE,
	COLUMN_COLUMN,
	COLUMN_END_LINE,
	COLUMN_END_COLUMN,
	COLUMN_FUNCTION,
	COLUMN_CALLEE,
	COLUMN_CONTEXT,
	COLUMN_SUPPRESSED,
	COLUMN_SUPPRESSION_REASON,
	COLUMN_ADVICE,
	COLUMN_ADVICE_TEXT,
	COLUMN_STATE,
	COLUMN_FIRST_SEEN,
	COLUMN_LAST_SEEN,
	COLUMN_STATUS,
	COLUMN_REASON,
	COLUMN_REVIEWED_BY,
	COLUMN_REVIEWED_AT,
};

/* Reading rows. */

static const char *read_text(struct arena *arena, sqlite3_stmt *row, int column)
{
	return arena_strdup(arena, column_text(row, column));
}

static unsigned read_unsigned(sqlite3_stmt *row, int column)
{
	return (unsigned)sqlite3_column_int64(row, column);
}

/* A word's number by one of the *_from_name functions; 0 for a word of a later version. */
static int read_word(sqlite3_stmt *row, int column, int (*from_name)(const char *))
{
	int value = from_name(column_text(row, column));

	return value < 0 ? 0 : value;
}

static enum advice_kind read_advice(sqlite3_stmt *row)
{
	const char *word = column_text(row, COLUMN_ADVICE);

	for (enum advice_kind kind = ADVICE_NONE; kind <= ADVICE_CANCEL; kind++)
		if (strcmp(word, advice_kind_name(kind)) == 0)
			return kind;
	return ADVICE_NONE;
}

static void read_finding(struct arena *arena, sqlite3_stmt *row, struct finding *out)
{
	*out = (struct finding){
		.rule = read_text(arena, row, COLUMN_RULE),
		.category = (enum category)read_word(row, COLUMN_CATEGORY, category_from_name),
		.severity = (enum level)read_word(row, COLUMN_SEVERITY, level_from_name),
		.confidence = (enum level)read_word(row, COLUMN_CONFIDENCE, level_from_name),
		.message = read_text(arena, row, COLUMN_MESSAGE),
		.file = read_text(arena, row, COLUMN_FILE),
		.line = read_unsigned(row, COLUMN_LINE),
		.column = read_unsigned(row, COLUMN_COLUMN),
		.end_line = read_unsigned(row, COLUMN_END_LINE),
		.end_column = read_unsigned(row, COLUMN_END_COLUMN),
		.function = read_text(arena, row, COLUMN_FUNCTION),
		.callee = read_text(arena, row, COLUMN_CALLEE),
		.context = (enum context)read_word(row, COLUMN_CONTEXT, context_from_name),
		.review = (enum review_status)read_word(row, COLUMN_STATUS, review_status_from_name),
		.review_reason = read_text(arena, row, COLUMN_REASON),
		.suppressed = sqlite3_column_int(row, COLUMN_SUPPRESSED) != 0,
		.suppression_reason = read_text(arena, row, COLUMN_SUPPRESSION_REASON),
		.advice = read_advice(row),
		.advice_text = read_text(arena, row, COLUMN_ADVICE_TEXT),
	};
	g_strlcpy(out->fingerprint, column_text(row, COLUMN_FINGERPRINT), sizeof out->fingerprint);
}

static enum step_kind step_kind_from_name(const char *name)
{
	for (enum step_kind kind = STEP_REGISTRATION; kind < STEP_KINDS; kind++)
		if (strcmp(name, step_kind_name(kind)) == 0)
			return kind;
	return STEP_CALL;
}

static int read_witness(struct database *db, struct arena *arena, int64_t id, struct finding *out)
{
	BORROWED sqlite3_stmt *s = database_statement(
		db, "SELECT kind, file, line, \"column\", function, text, confidence FROM step WHERE finding = ? "
		    "ORDER BY position");
	g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(struct step));
	int rc;

	if (!s)
		return database_error(db);
	sqlite3_bind_int64(s, 1, id);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		struct step step = {
			.kind = step_kind_from_name(column_text(s, 0)),
			.file = read_text(arena, s, 1),
			.line = read_unsigned(s, 2),
			.column = read_unsigned(s, 3),
			.function = read_text(arena, s, 4),
			.text = read_text(arena, s, 5),
			.confidence = (enum level)read_word(s, 6, level_from_name),
		};
		g_array_append_val(steps, step);
	}
	out->steps = steps->len;
	out->witness = arena_new_array(arena, struct step, steps->len);
	if (steps->len)
		memcpy(out->witness, steps->data, steps->len * sizeof(struct step));
	return rc == SQLITE_DONE ? SQLITE_OK : database_error(db);
}

static int read_stored(struct database *db, struct arena *arena, sqlite3_stmt *row, struct stored_finding *out)
{
	read_finding(arena, row, &out->finding);
	out->state = read_text(arena, row, COLUMN_STATE);
	out->reviewed_by = read_text(arena, row, COLUMN_REVIEWED_BY);
	out->reviewed_at = sqlite3_column_int64(row, COLUMN_REVIEWED_AT);
	out->first_seen = sqlite3_column_int64(row, COLUMN_FIRST_SEEN);
	out->last_seen = sqlite3_column_int64(row, COLUMN_LAST_SEEN);
	out->finding.is_new = strcmp(out->state, "new") == 0 || strcmp(out->state, "reopened") == 0;
	return read_witness(db, arena, sqlite3_column_int64(row, COLUMN_ID), &out->finding);
}

/* Listing. */

/* A folder as the query wants it: no "./" before and no "/" behind; "" for the root itself. */
static char *normal_path(const char *path)
{
	while (g_str_has_prefix(path, "./"))
		path += 2;
	char *copy = g_strdup(strcmp(path, ".") == 0 ? "" : path);

	for (size_t length = strlen(copy); length > 1 && copy[length - 1] == '/'; length--)
		copy[length - 1] = '\0';
	return copy;
}

/* Rows that `filter` asks for, in the order of place. The statement borrows `file`. */
static sqlite3_stmt *select_findings(struct database *db, const struct review_filter *filter, const char *file)
{
	sqlite3_stmt *s = database_statement(
		db,
		SELECT_FINDING "WHERE (?1 = '' OR rule = ?1) AND (?2 = '' OR file = ?2 OR substr(file, 1, length(?2) + "
			       "1) = ?2 || '/') "
			       "AND (?3 = '' OR coalesce(status, 'unreviewed') = ?3) AND (?4 OR state <> 'resolved') "
			       "ORDER BY file, line, \"column\", rule, fingerprint");

	if (!s)
		return NULL;
	bind_text(s, 1, filter->rule);
	bind_text(s, 2, file);
	bind_text(s, 3, filter->status < 0 ? "" : review_status_name((enum review_status)filter->status));
	sqlite3_bind_int(s, 4, filter->resolved);
	return s;
}

int store_list_findings(struct store *store, struct arena *arena, const struct review_filter *filter,
			struct stored_finding **out, size_t *count, struct diagnostics *diagnostics)
{
	struct database *db = &store->findings;
	g_autofree char *file = normal_path(filter->file ? filter->file : "");
	g_autoptr(GArray) found = g_array_new(FALSE, TRUE, sizeof(struct stored_finding));
	BORROWED sqlite3_stmt *row = select_findings(db, filter, file);
	int rc = row ? sqlite3_step(row) : database_error(db);

	while (rc == SQLITE_ROW) {
		struct stored_finding stored;

		rc = read_stored(db, arena, row, &stored);
		g_array_append_val(found, stored);
		if (rc == SQLITE_OK)
			rc = sqlite3_step(row);
	}
	if (rc != SQLITE_DONE)
		return database_report(db, rc, "read the findings", diagnostics);
	*out = arena_new_array(arena, struct stored_finding, found->len);
	*count = found->len;
	if (found->len)
		memcpy(*out, found->data, found->len * sizeof(struct stored_finding));
	return 0;
}

/* One finding. */

enum { SHORTEST_PREFIX = 4 };

static bool is_prefix(const char *text)
{
	return strlen(text) >= SHORTEST_PREFIX && text[strspn(text, "0123456789abcdefABCDEF")] == '\0';
}

static int not_found(struct database *db, const char *prefix, int matches, struct diagnostics *diagnostics)
{
	if (matches)
		diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, db->path, 0,
				"more than one finding begins with '%s'; give more digits", prefix);
	else if (!is_prefix(prefix))
		diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, db->path, 0,
				"'%s' is not a fingerprint; give at least %d of the hexadecimal digits that 'looplint "
				"review list' shows",
				prefix, SHORTEST_PREFIX);
	else
		diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, db->path, 0,
				"no finding begins with '%s'; 'looplint review list' shows them", prefix);
	return STORE_E_NOT_FOUND;
}

/* The rows that begin with a prefix, at most two: one is the answer. A fingerprint is never above `prefix` + "g". */
static sqlite3_stmt *select_by_prefix(struct database *db, const char *prefix, const char *behind)
{
	sqlite3_stmt *s = database_statement(db, SELECT_FINDING "WHERE fingerprint >= ?1 AND fingerprint < ?2 LIMIT 2");

	if (!s)
		return NULL;
	bind_text(s, 1, prefix);
	bind_text(s, 2, behind);
	return s;
}

/* Finds the one finding and its row id. 0, STORE_E_NOT_FOUND, ... after a diagnostic. */
static int find_one(struct database *db, struct arena *arena, const char *prefix, struct stored_finding *out,
		    int64_t *id, struct diagnostics *diagnostics)
{
	g_autofree char *lower = g_ascii_strdown(prefix, -1);
	g_autofree char *behind = g_strconcat(lower, "g", NULL);
	struct stored_finding stored;

	if (!is_prefix(prefix))
		return not_found(db, prefix, 0, diagnostics);
	BORROWED sqlite3_stmt *row = select_by_prefix(db, lower, behind);
	int rc = row ? sqlite3_step(row) : database_error(db);
	if (rc == SQLITE_DONE)
		return not_found(db, prefix, 0, diagnostics);
	if (rc == SQLITE_ROW) {
		*id = sqlite3_column_int64(row, COLUMN_ID);
		rc = read_stored(db, arena, row, &stored);
	}
	if (rc == SQLITE_OK)
		rc = sqlite3_step(row);
	if (rc == SQLITE_ROW)
		return not_found(db, prefix, 2, diagnostics);
	if (rc != SQLITE_DONE)
		return database_report(db, rc, "read the findings", diagnostics);
	*out = stored;
	return 0;
}

int store_get_finding(struct store *store, struct arena *arena, const char *prefix, struct stored_finding *out,
		      struct diagnostics *diagnostics)
{
	int64_t id;

	return find_one(&store->findings, arena, prefix, out, &id, diagnostics);
}

/* Deciding. */

static int add_review(struct database *db, int64_t finding, enum review_status status, const char *reason,
		      const char *by)
{
	BORROWED sqlite3_stmt *s =
		database_statement(db, "INSERT INTO review (finding, status, reason, reviewed_by, reviewed_at) "
				       "VALUES (?, ?, ?, ?, ?)");

	if (s) {
		sqlite3_bind_int64(s, 1, finding);
		bind_text(s, 2, review_status_name(status));
		bind_text(s, 3, reason);
		bind_text(s, 4, by);
		sqlite3_bind_int64(s, 5, g_get_real_time() / 1000000);
	}
	return database_step(db, s);
}

static bool is_blank(const char *text)
{
	return !text || text[strspn(text, " \t\r\n")] == '\0';
}

int store_set_review(struct store *store, const char *prefix, enum review_status status, const char *reason,
		     const char *by, struct diagnostics *diagnostics)
{
	struct database *db = &store->findings;
	struct arena arena = { 0 };
	struct stored_finding finding;
	int64_t id;

	if (status != REVIEW_UNREVIEWED && is_blank(reason)) {
		diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, NULL, 0, "a review needs a reason; say why it is '%s'",
				review_status_name(status));
		return -EINVAL;
	}
	int outcome = find_one(db, &arena, prefix, &finding, &id, diagnostics);
	arena_finish(&arena);
	if (outcome)
		return outcome;
	int rc = add_review(db, id, status, reason, by);
	return rc == SQLITE_OK ? 0 : database_report(db, rc, "store the review", diagnostics);
}
