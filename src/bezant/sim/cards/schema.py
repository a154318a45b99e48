"""The schema of the card network's own books, in SQLite.

Amounts are in minor units of ISO 4217, days ISO 8601; a card is known by a hash of its number.
"""

SCHEMA = """
-- What was answered to whom, so that the same message gets the same answer.
CREATE TABLE IF NOT EXISTS message (
    reference TEXT PRIMARY KEY, type TEXT NOT NULL, answer BLOB NOT NULL, at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- state: open, closed (captured, or given back), expired. proven: the cardholder was known. about:
-- the merchant's own words.
CREATE TABLE IF NOT EXISTS authorization (
    reference TEXT PRIMARY KEY, card TEXT NOT NULL, masked TEXT NOT NULL, merchant TEXT NOT NULL,
    category TEXT NOT NULL, amount INTEGER NOT NULL, captured INTEGER NOT NULL,
    currency TEXT NOT NULL, network_id TEXT NOT NULL UNIQUE, code TEXT NOT NULL,
    proven INTEGER NOT NULL, expires_at TEXT NOT NULL, state TEXT NOT NULL,
    about TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- By how much an authorization was raised, by the request for that; amount: what is left of it.
CREATE TABLE IF NOT EXISTS increment (
    reference TEXT PRIMARY KEY, authorization TEXT NOT NULL, amount INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS authorization_open ON authorization (expires_at) WHERE state = 'open';

-- A capture, or a refund (negative), with the merchant's own words about it. cleared_on: the day
-- whose file tells of it.
CREATE TABLE IF NOT EXISTS presentment (
    id INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, arn TEXT NOT NULL UNIQUE,
    authorization TEXT NOT NULL, card TEXT NOT NULL, masked TEXT NOT NULL, merchant TEXT NOT NULL,
    category TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, day TEXT NOT NULL,
    refunded INTEGER NOT NULL DEFAULT 0, about TEXT NOT NULL, cleared_on TEXT
) STRICT;

CREATE INDEX IF NOT EXISTS presentment_about ON presentment (about);
CREATE INDEX IF NOT EXISTS presentment_uncleared ON presentment (currency, day)
    WHERE cleared_on IS NULL;

-- What issuers bring up about a presentment. kind: dispute, fraud, refund_done, refund_failed.
-- state: due, told, represented, accepted, won, lost, done.
CREATE TABLE IF NOT EXISTS matter (
    id INTEGER PRIMARY KEY, presentment INTEGER NOT NULL REFERENCES presentment,
    kind TEXT NOT NULL, reason TEXT NOT NULL, amount INTEGER NOT NULL, due_on TEXT NOT NULL,
    stage TEXT NOT NULL, state TEXT NOT NULL, evidence TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX IF NOT EXISTS matter_presentment ON matter (presentment);
CREATE INDEX IF NOT EXISTS matter_open ON matter (due_on)
    WHERE state IN ('due', 'told', 'represented', 'accepted');

-- A day's total in a currency; paid is the bank account's reference once it has been paid.
CREATE TABLE IF NOT EXISTS settlement (
    reference TEXT PRIMARY KEY, day TEXT NOT NULL, currency TEXT NOT NULL, pays_on TEXT NOT NULL,
    items INTEGER NOT NULL, captured INTEGER NOT NULL, refunded INTEGER NOT NULL,
    charged_back INTEGER NOT NULL, fees INTEGER NOT NULL, net INTEGER NOT NULL,
    paid INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Money that disputes have moved and no settlement has counted yet.
CREATE TABLE IF NOT EXISTS chargeback (
    id INTEGER PRIMARY KEY, matter INTEGER NOT NULL REFERENCES matter, amount INTEGER NOT NULL,
    currency TEXT NOT NULL, settlement TEXT
) STRICT;

CREATE INDEX IF NOT EXISTS chargeback_open ON chargeback (currency) WHERE settlement IS NULL;

-- Authentications (3D Secure): state is the transaction status, value the proof once there is one,
-- wanted whether the issuer insists.
CREATE TABLE IF NOT EXISTS authentication (
    id TEXT PRIMARY KEY, card TEXT NOT NULL, state TEXT NOT NULL, value TEXT NOT NULL,
    wanted TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS authentication_by_value ON authentication (value) WHERE value <> '';

-- Until when it has been told what is held.
CREATE TABLE IF NOT EXISTS report (until TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS outgoing (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL,
    sent INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX IF NOT EXISTS outgoing_unsent ON outgoing (id) WHERE sent = 0;

CREATE TABLE IF NOT EXISTS habit (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""

WORDS_KEPT = "SELECT 1 FROM pragma_table_info('authorization') WHERE name = 'about'"
KEEP_WORDS = "ALTER TABLE authorization ADD COLUMN about TEXT NOT NULL DEFAULT ''"
"""For books that were begun before authorizations kept the merchant's words."""
