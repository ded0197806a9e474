-- findings.db, format 1. Frozen: a change of the format is a new migration; ../findings.sql explains the tables.
CREATE TABLE run (
	id               INTEGER PRIMARY KEY,
	time             INTEGER NOT NULL,
	root             TEXT NOT NULL,
	units            INTEGER NOT NULL,
	units_failed     INTEGER NOT NULL,
	units_degraded   INTEGER NOT NULL,
	functions        INTEGER NOT NULL,
	calls            INTEGER NOT NULL,
	indirect_calls   INTEGER NOT NULL,
	unresolved_calls INTEGER NOT NULL,
	findings         INTEGER NOT NULL,
	new_findings     INTEGER NOT NULL
) STRICT;
CREATE TABLE unit (
	path TEXT PRIMARY KEY,
	run  INTEGER NOT NULL REFERENCES run (id)
) STRICT, WITHOUT ROWID;
CREATE TABLE finding (
	id                 INTEGER PRIMARY KEY,
	fingerprint        TEXT NOT NULL UNIQUE,
	rule               TEXT NOT NULL,
	category           TEXT NOT NULL,
	severity           TEXT NOT NULL,
	confidence         TEXT NOT NULL,
	message            TEXT NOT NULL,
	file               TEXT NOT NULL,
	line               INTEGER NOT NULL,
	"column"           INTEGER NOT NULL,
	end_line           INTEGER NOT NULL,
	end_column         INTEGER NOT NULL,
	function           TEXT NOT NULL,
	callee             TEXT NOT NULL,
	context            TEXT NOT NULL,
	suppressed         INTEGER NOT NULL,
	suppression_reason TEXT NOT NULL,
	advice             TEXT NOT NULL,
	advice_text        TEXT NOT NULL,
	state              TEXT NOT NULL CHECK (state IN ('new', 'unresolved', 'resolved', 'reopened')),
	first_seen         INTEGER NOT NULL,
	last_seen          INTEGER NOT NULL,
	run                INTEGER NOT NULL REFERENCES run (id)
) STRICT;
CREATE INDEX finding_by_place ON finding (file, line, "column", rule, fingerprint);
CREATE TABLE step (
	finding    INTEGER NOT NULL REFERENCES finding (id) ON DELETE CASCADE,
	position   INTEGER NOT NULL,
	kind       TEXT NOT NULL,
	file       TEXT NOT NULL,
	line       INTEGER NOT NULL,
	"column"   INTEGER NOT NULL,
	function   TEXT NOT NULL,
	text       TEXT NOT NULL,
	confidence TEXT NOT NULL,
	PRIMARY KEY (finding, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE review (
	id          INTEGER PRIMARY KEY,
	finding     INTEGER NOT NULL REFERENCES finding (id),
	status      TEXT NOT NULL CHECK (status IN ('unreviewed', 'confirmed', 'false-positive', 'intentional')),
	reason      TEXT NOT NULL,
	reviewed_by TEXT NOT NULL,
	reviewed_at INTEGER NOT NULL,
	CHECK (reason <> '' OR status = 'unreviewed')
) STRICT;
CREATE INDEX review_by_finding ON review (finding);
