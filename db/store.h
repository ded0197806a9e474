/*
 * store: what looplint keeps between runs. The only folder that knows sqlite3.
 *
 * Two files below the store directory: facts.db, a cache of parsed units that may be deleted at any time, and
 * findings.db, which holds findings, reviews and runs and is never lost: a damaged one is reported, never overwritten.
 * schema.sql describes both. Strings and paths are UTF-8 as given; times are Unix seconds, UTC.
 *
 * One struct store belongs to one thread. Several processes may use the same directory (WAL, busy timeout of 10 s).
 * Functions return 0, STORE_E_*, or -errno, and add one line to `diagnostics` saying which file and what to do.
 */
#ifndef LOOPLINT_STORE_H
#define LOOPLINT_STORE_H

#include "base/arena.h"
#include "base/diagnostics.h"
#include "check/finding.h"
#include "compdb/compdb.h"
#include "facts/facts.h"

enum {
	STORE_E_CORRUPT = 1, /* not a database, or its integrity check fails: findings.db is left as it is */
	STORE_E_NEWER = 2,   /* written by a later looplint */
	STORE_E_FULL = 3,    /* disk full or read-only: nothing was changed */
	STORE_E_NOT_FOUND = 4,
	STORE_E_BUSY = 5,
};

struct store;

/*
 * Opens (creates, migrates) both databases below `directory`, which is created if absent. A damaged facts.db is deleted
 * and made anew with a warning; a damaged findings.db is STORE_E_CORRUPT. *out is NULL on failure.
 */
int store_open(const char *directory, struct store **out, struct diagnostics *diagnostics);
void store_close(struct store *store); /* safe on NULL */

/*
 * The facts cache. A unit's copy is good if its command hash, `front_end` (extract_front_end() and FACTS_VERSION) and
 * root are the same and every dependency has the same mtime and size, or else the same content. Also gone stale: a
 * dependency that vanished.
 *
 * store_get_facts: returns the block (in `arena`, checked with facts_check) or NULL if there is no good copy. Units
 * that failed, crashed or timed out are never cached. store_stat caching: each dependency is stat'ed once per store.
 */
const struct facts *store_get_facts(struct store *store, struct arena *arena, const char *root, const char *front_end,
				    const struct unit_command *unit);
int store_put_facts(struct store *store, const char *root, const char *front_end, const struct unit_command *unit,
		    const struct facts *facts, struct diagnostics *diagnostics);

/* Bundles many puts into one transaction; end commits. Begin nests nothing. */
int store_begin_facts(struct store *store, struct diagnostics *diagnostics);
int store_end_facts(struct store *store, struct diagnostics *diagnostics);

/*
 * Records a run: every finding of `run` is stored under its fingerprint; `review`, `review_reason` and `is_new` of each
 * are filled in from what the database knows. A known finding that a run over the same units no longer sees becomes
 * resolved (it keeps its review and becomes reopened if it returns). `analysed`: NULL-terminated paths (relative to
 * the root) of the units of this run: findings in other files are left alone. One transaction: all or nothing.
 */
int store_put_run(struct store *store, struct run *run, const char *const *analysed, struct diagnostics *diagnostics);

/* Reviews. A stored finding with its state, as `review list` shows it. Strings in `arena`. */
struct stored_finding {
	struct finding finding;
	const char    *state;       /* "new", "unresolved", "resolved", "reopened" */
	const char    *reviewed_by; /* "" if nobody */
	int64_t        reviewed_at, first_seen, last_seen;
};

struct review_filter {
	const char *rule;   /* NULL: any */
	const char *file;   /* NULL: any; a path or a folder */
	int         status; /* enum review_status; -1: any */
	bool        resolved; /* resolved ones too */
};

/* Filled in the order of file and line. 0 ok. */
int store_list_findings(struct store *store, struct arena *arena, const struct review_filter *filter,
			struct stored_finding **out, size_t *count, struct diagnostics *diagnostics);

/* One finding by fingerprint or an unambiguous prefix of at least 4 digits. STORE_E_NOT_FOUND. */
int store_get_finding(struct store *store, struct arena *arena, const char *prefix, struct stored_finding *out,
		      struct diagnostics *diagnostics);

/* Sets the review of a finding; a reason is required (not empty) unless status is unreviewed. History is kept. */
int store_set_review(struct store *store, const char *prefix, enum review_status status, const char *reason,
		     const char *by, struct diagnostics *diagnostics);

/* For `doctor`: runs integrity and foreign-key checks on both files; adds a note per file, an error per problem. */
int store_check(const char *directory, struct diagnostics *diagnostics);

#endif
