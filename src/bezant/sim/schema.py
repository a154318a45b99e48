"""The schema of a simulated bank's own books, in SQLite; days are ISO 8601, amounts minor units."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    number TEXT PRIMARY KEY, bank TEXT NOT NULL, currency TEXT NOT NULL, opening INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, verdict TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS file (
    id INTEGER PRIMARY KEY, scheme TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE,
    identity TEXT NOT NULL, reference TEXT NOT NULL, entries INTEGER NOT NULL,
    debit INTEGER NOT NULL, credit INTEGER NOT NULL, UNIQUE (scheme, identity)
) STRICT;

-- What a client asked for. state: queued, pending (not booked yet), executed, refused, noted;
-- moves: whether its act is booked (a prenote is booked as nothing).
CREATE TABLE IF NOT EXISTS ordered (
    id INTEGER PRIMARY KEY, file INTEGER NOT NULL REFERENCES file, scheme TEXT NOT NULL,
    key TEXT NOT NULL, act TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount >= 0),
    currency TEXT NOT NULL, is_credit INTEGER NOT NULL, bank TEXT NOT NULL, account TEXT NOT NULL,
    name TEXT NOT NULL, due_on TEXT NOT NULL, original TEXT NOT NULL, fields TEXT NOT NULL,
    outcome TEXT, code TEXT NOT NULL, moves INTEGER NOT NULL, state TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS ordered_open ON ordered (scheme, due_on)
    WHERE state IN ('queued', 'pending');

CREATE INDEX IF NOT EXISTS ordered_by_key ON ordered (key);

CREATE INDEX IF NOT EXISTS ordered_of_file ON ordered (file);

CREATE TABLE IF NOT EXISTS execution (
    ordered INTEGER PRIMARY KEY REFERENCES ordered, day TEXT NOT NULL,
    line INTEGER REFERENCES line
) STRICT;

CREATE TABLE IF NOT EXISTS answer (
    id INTEGER PRIMARY KEY, ordered INTEGER NOT NULL REFERENCES ordered, outcome TEXT NOT NULL,
    code TEXT NOT NULL, amount INTEGER NOT NULL, text TEXT NOT NULL, details TEXT NOT NULL,
    due_on TEXT NOT NULL, sent_on TEXT, line INTEGER REFERENCES line
) STRICT;

CREATE INDEX IF NOT EXISTS answer_open ON answer (due_on) WHERE sent_on IS NULL;

CREATE INDEX IF NOT EXISTS answer_of_order ON answer (ordered);

-- What began outside: payments in, collections, requests and recalls of others.
CREATE TABLE IF NOT EXISTS incoming (
    id INTEGER PRIMARY KEY, scheme TEXT NOT NULL, kind TEXT NOT NULL, amount INTEGER NOT NULL,
    reference TEXT NOT NULL, day TEXT NOT NULL, line INTEGER REFERENCES line
) STRICT;

CREATE TABLE IF NOT EXISTS line (
    id INTEGER PRIMARY KEY, day TEXT NOT NULL, type_code TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount <> 0), items INTEGER NOT NULL,
    bank_reference TEXT NOT NULL UNIQUE, customer_reference TEXT NOT NULL, text TEXT NOT NULL,
    reason TEXT NOT NULL, statement INTEGER REFERENCES statement
) STRICT;

CREATE INDEX IF NOT EXISTS line_unreported ON line (id) WHERE statement IS NULL;

CREATE TABLE IF NOT EXISTS statement (
    id INTEGER PRIMARY KEY, day TEXT NOT NULL, opening INTEGER NOT NULL, closing INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS outgoing (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL,
    sent INTEGER NOT NULL DEFAULT 0, not_before TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX IF NOT EXISTS outgoing_unsent ON outgoing (id) WHERE sent = 0;

-- What somebody has asked the bank to do otherwise than it would: rates by chance, outages, delays.
CREATE TABLE IF NOT EXISTS habit (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- Simulated actions that were carried out, so that none is done twice.
CREATE TABLE IF NOT EXISTS performed (action TEXT PRIMARY KEY, result TEXT NOT NULL) STRICT;
"""
