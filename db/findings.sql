-- findings.db: what was found, when, and what people decided about it. Never overwritten, never thrown away.
--
-- This page documents the format; migrations/findings-*.sql make it, and a test holds the two together.
-- PRAGMA application_id is 0x6c6f6f70 ("loop"), PRAGMA user_version the number of the last migration that ran.
-- Times are Unix seconds, UTC. Paths are relative to the project root. Lines and columns start at 1, columns count
-- bytes. Words (severity, context, status ...) are those of the JSON output.

-- One row per recorded run of `looplint check`.
CREATE TABLE run (
	id               INTEGER PRIMARY KEY,
	time             INTEGER NOT NULL,
	root             TEXT NOT NULL,    -- project root, absolute
	units            INTEGER NOT NULL, -- coverage, as its last line said
	units_failed     INTEGER NOT NULL,
	units_degraded   INTEGER NOT NULL,
	functions        INTEGER NOT NULL,
	calls            INTEGER NOT NULL,
	indirect_calls   INTEGER NOT NULL,
	unresolved_calls INTEGER NOT NULL,
	findings         INTEGER NOT NULL, -- seen by this run
	new_findings     INTEGER NOT NULL  -- of these, not seen by the run before
) STRICT;

-- Every source file that was a unit of some run, and the last run that analysed it. A finding may only be called
-- resolved by a run that looked at every unit its witness passes through.
CREATE TABLE unit (
	path TEXT PRIMARY KEY,
	run  INTEGER NOT NULL REFERENCES run (id)
) STRICT, WITHOUT ROWID;

-- A finding, as the last run that saw it described it. Its identity is the fingerprint.
CREATE TABLE finding (
	id                 INTEGER PRIMARY KEY,
	fingerprint        TEXT NOT NULL UNIQUE, -- hexadecimal, lower case
	rule               TEXT NOT NULL,        -- slug
	category           TEXT NOT NULL,        -- why the call blocks; "" for rules that have none
	severity           TEXT NOT NULL,        -- low, medium, high
	confidence         TEXT NOT NULL,        -- low, medium, high
	message            TEXT NOT NULL,
	file               TEXT NOT NULL,
	line               INTEGER NOT NULL,
	"column"           INTEGER NOT NULL,
	end_line           INTEGER NOT NULL,
	end_column         INTEGER NOT NULL,
	function           TEXT NOT NULL,
	callee             TEXT NOT NULL,        -- "" if it is not about a call
	context            TEXT NOT NULL,
	suppressed         INTEGER NOT NULL,     -- 1: a comment in the source allows it
	suppression_reason TEXT NOT NULL,
	advice             TEXT NOT NULL,        -- kind of advice; "" for none
	advice_text        TEXT NOT NULL,
	-- new: first seen by the last run that could see it; unresolved: seen before, too; resolved: a run over its units
	-- no longer saw it; reopened: seen again after that
	state              TEXT NOT NULL CHECK (state IN ('new', 'unresolved', 'resolved', 'reopened')),
	first_seen         INTEGER NOT NULL,     -- time
	last_seen          INTEGER NOT NULL,     -- time
	run                INTEGER NOT NULL REFERENCES run (id) -- the last one that saw it
) STRICT;
CREATE INDEX finding_by_place ON finding (file, line, "column", rule, fingerprint);

-- The witness of a finding, in the order of execution.
CREATE TABLE step (
	finding    INTEGER NOT NULL REFERENCES finding (id) ON DELETE CASCADE,
	position   INTEGER NOT NULL, -- from 0
	kind       TEXT NOT NULL,    -- registration, callback, call, effect, handler, way
	file       TEXT NOT NULL,
	line       INTEGER NOT NULL,
	"column"   INTEGER NOT NULL,
	function   TEXT NOT NULL,    -- the one this line is in; "" at file scope
	text       TEXT NOT NULL,
	confidence TEXT NOT NULL,    -- low, medium, high
	PRIMARY KEY (finding, position)
) STRICT, WITHOUT ROWID;

-- Every decision ever made on a finding; the one with the largest id counts. Rows are only added.
CREATE TABLE review (
	id          INTEGER PRIMARY KEY,
	finding     INTEGER NOT NULL REFERENCES finding (id),
	status      TEXT NOT NULL CHECK (status IN ('unreviewed', 'confirmed', 'false-positive', 'intentional')),
	reason      TEXT NOT NULL,
	reviewed_by TEXT NOT NULL, -- "" if not said
	reviewed_at INTEGER NOT NULL,
	CHECK (reason <> '' OR status = 'unreviewed')
) STRICT;
CREATE INDEX review_by_finding ON review (finding);
