/*
 * store: what looplint keeps between runs. The only folder that knows sqlite3.
 *
 * Two files below the store directory: facts.db, a cache of parsed units that may be deleted at any time, and
 * findings.db, which holds findings, reviews and runs and is never lost: a damaged one is reported, never overwritten.
 * facts.sql and findings.sql describe them. Strings and paths are UTF-8 as given; times are Unix seconds, UTC.
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
 * dependency that vanished, and a unit whose include path now holds another file of the same name as a dependency, or,
 * if it was degraded, any new header (db/search.h).
 *
 * store_get_facts: returns the block (in `arena`, checked with facts_check) or NULL if there is no good copy.
 * store_put_facts: commits at once, so an interrupted run keeps what it parsed; units that failed, crashed, timed out
 * or name no dependency are not kept. After its first failure it reports that once and does nothing more.
 * Each dependency is stat'ed and each folder listed once per store: whoever watches files opens a new store per look.
 */
const struct facts *store_get_facts(struct store *store, struct arena *arena, const char *root, const char *front_end,
				    const struct unit_command *unit);
int store_put_facts(struct store *store, const char *root, const char *front_end, const struct unit_command *unit,
		    const struct facts *facts, struct diagnostics *diagnostics);

/*
 * Around the gets and puts of one run. End writes back what the gets learned (new times of files with the same content)
 * and drops units that were not used for a month; store_close does so too. No lock is held in between.
 */
int store_begin_facts(struct store *store, struct diagnostics *diagnostics);
int store_end_facts(struct store *store, struct diagnostics *diagnostics);

/*
 * Records a run: every finding of `run` is stored under its fingerprint; `review`, `review_reason` and `is_new` of each
 * are filled in from what the database knows. A known finding that a run over the same units no longer sees becomes
 * resolved (it keeps its review and becomes reopened if it returns). `analysed`: NULL-terminated paths (relative to
 * the root) of the units of this run: a finding whose file or witness touches other units is left alone, as is one in a
 * unit that `run->problems` calls failed, crashed or timed out; one in a file that was deleted is resolved.
 * The reasons filled in live as long as the store. One transaction: all or nothing.
 */
int store_put_run(struct store *store, struct run *run, const char *const *analysed, struct diagnostics *diagnostics);

/* Reviews. A stored finding with its state, as `review list` shows it. Strings in `arena`. */
struct stored_finding {
	struct finding finding;
	const char *state;       /* "new", "unresolved", "resolved", "reopened" */
	const char *reviewed_by; /* "" if nobody */
	int64_t reviewed_at, first_seen, last_seen;
};

struct review_filter {
	const char *rule; /* NULL: any */
	const char *file; /* NULL: any; a path or a folder */
	int status;       /* enum review_status; -1: any */
	bool resolved;    /* resolved ones too */
};

/* Filled in the order of file and line. 0 ok. */
int store_list_findings(struct store *store, struct arena *arena, const struct review_filter *filter,
			struct stored_finding **out, size_t *count, struct diagnostics *diagnostics);

/* One finding by fingerprint or an unambiguous prefix of at least 4 digits. STORE_E_NOT_FOUND. */
int store_get_finding(struct store *store, struct arena *arena, const char *prefix, struct stored_finding *out,
		      struct diagnostics *diagnostics);

/*
 * Sets the review of a finding; -EINVAL if there is no reason (NULL or blank), unless status is unreviewed. `by` may be
 * NULL. History is kept.
 */
int store_set_review(struct store *store, const char *prefix, enum review_status status, const char *reason,
		     const char *by, struct diagnostics *diagnostics);

/* For `doctor`: runs integrity and foreign-key checks on both files; adds a note per file, an error per problem. */
int store_check(const char *directory, struct diagnostics *diagnostics);

#endif
