-- facts.db: a cache of parsed units. It may be deleted at any time: everything in it can be parsed again.
--
-- This page documents the format; migrations/facts-*.sql make it, and a test holds the two together.
-- PRAGMA application_id is 0x6c6f6f70 ("loop"), PRAGMA user_version the number of the last migration that ran.
-- Numbers inside blobs have the byte order of the machine that wrote them. Hashes are XXH3 (64 bits), stored signed.

-- Where facts came from. Facts of one origin mean nothing to another: their paths are relative to its root.
CREATE TABLE origin (
	id        INTEGER PRIMARY KEY,
	root      TEXT NOT NULL, -- of the project, absolute
	front_end TEXT NOT NULL, -- parser and encoding: facts of another version are never read
	UNIQUE (root, front_end)
) STRICT;

-- Every file that some unit was read from, and what it held when it was last looked at. While time and size stay the
-- same, so does the content; else it is read and this row refreshed. Rows stay: ids inside `block` refer to them.
CREATE TABLE file (
	id       INTEGER PRIMARY KEY,
	path     TEXT NOT NULL UNIQUE, -- absolute
	mtime_ns INTEGER NOT NULL,     -- -1: was too young when it was read to tell a later change by its time
	size     INTEGER NOT NULL,     -- bytes
	hash     INTEGER NOT NULL      -- of the content
) STRICT;

-- One parsed unit under one command.
CREATE TABLE unit (
	id      INTEGER PRIMARY KEY,
	origin  INTEGER NOT NULL REFERENCES origin (id) ON DELETE CASCADE,
	path    TEXT NOT NULL,    -- of the source, absolute
	command INTEGER NOT NULL, -- hash of arguments and directory
	used    INTEGER NOT NULL, -- day since 1970 on which it was last read or written; unused ones are dropped in time
	UNIQUE (origin, path, command)
) STRICT;

-- What was parsed and what that depends on. Apart from `unit`, so that touching `used` does not rewrite megabytes.
CREATE TABLE block (
	unit         INTEGER PRIMARY KEY REFERENCES unit (id) ON DELETE CASCADE,
	degraded     INTEGER NOT NULL, -- 1: something was missing, so any header that turns up may matter
	shadows      INTEGER NOT NULL, -- what else the unit's #includes could find; see db/search.h
	dependencies BLOB NOT NULL,    -- 12 bytes each: file.id (4), hash of the content that was parsed (8)
	facts        BLOB NOT NULL     -- struct facts, analyzer/facts/facts.h
) STRICT;
