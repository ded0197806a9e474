-- facts.db, format 1. Frozen: a change of the format is a new migration; ../facts.sql explains the tables.
CREATE TABLE origin (
	id        INTEGER PRIMARY KEY,
	root      TEXT NOT NULL,
	front_end TEXT NOT NULL,
	UNIQUE (root, front_end)
) STRICT;
CREATE TABLE file (
	id       INTEGER PRIMARY KEY,
	path     TEXT NOT NULL UNIQUE,
	mtime_ns INTEGER NOT NULL,
	size     INTEGER NOT NULL,
	hash     INTEGER NOT NULL
) STRICT;
CREATE TABLE unit (
	id      INTEGER PRIMARY KEY,
	origin  INTEGER NOT NULL REFERENCES origin (id) ON DELETE CASCADE,
	path    TEXT NOT NULL,
	command INTEGER NOT NULL,
	used    INTEGER NOT NULL,
	UNIQUE (origin, path, command)
) STRICT;
CREATE TABLE block (
	unit         INTEGER PRIMARY KEY REFERENCES unit (id) ON DELETE CASCADE,
	degraded     INTEGER NOT NULL,
	shadows      INTEGER NOT NULL,
	dependencies BLOB NOT NULL,
	facts        BLOB NOT NULL
) STRICT;
