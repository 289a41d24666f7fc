-- Everything durable. Ids and digests are BLOBs, moments are Unix milliseconds, money is minor units with a currency.
-- No rule about money stands here: CHECKs and triggers only refuse what the core never does.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The books -----------------------------------------------------------------------------------------------------

CREATE TABLE accounts (
    id              BLOB PRIMARY KEY CHECK (length(id) = 16),
    currency        TEXT NOT NULL,
    normal          TEXT NOT NULL CHECK (normal IN ('debit', 'credit')),
    overdraft       TEXT NOT NULL CHECK (overdraft IN ('none', 'up_to', 'unlimited')),
    overdraft_minor INTEGER NOT NULL,
    debits_posted   INTEGER NOT NULL CHECK (debits_posted >= 0),
    credits_posted  INTEGER NOT NULL CHECK (credits_posted >= 0),
    debits_held     INTEGER NOT NULL CHECK (debits_held >= 0),
    credits_held    INTEGER NOT NULL CHECK (credits_held >= 0),
    closed          INTEGER NOT NULL CHECK (closed IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE transfers (
    id             BLOB PRIMARY KEY CHECK (length(id) = 16),
    kind           TEXT NOT NULL CHECK (kind IN ('posting', 'capture', 'refund')),
    origin         BLOB,
    at             INTEGER NOT NULL,
    refunded_minor INTEGER NOT NULL CHECK (refunded_minor >= 0),
    epoch          INTEGER NOT NULL,
    leaf           INTEGER NOT NULL,
    CHECK ((kind = 'posting') = (origin IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE postings (
    transfer     BLOB NOT NULL REFERENCES transfers (id) DEFERRABLE INITIALLY DEFERRED,
    leg          INTEGER NOT NULL,
    account      BLOB NOT NULL REFERENCES accounts (id) DEFERRABLE INITIALLY DEFERRED,
    side         TEXT NOT NULL CHECK (side IN ('debit', 'credit')),
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency     TEXT NOT NULL,
    PRIMARY KEY (transfer, leg)
) STRICT, WITHOUT ROWID;

CREATE TABLE holds (
    id             BLOB PRIMARY KEY CHECK (length(id) = 16),
    from_account   BLOB NOT NULL REFERENCES accounts (id) DEFERRABLE INITIALLY DEFERRED,
    expires_at     INTEGER,
    at             INTEGER NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('open', 'captured', 'voided', 'expired')),
    transfer       BLOB,
    captured_minor INTEGER NOT NULL CHECK (captured_minor >= 0),
    CHECK ((state = 'captured') = (transfer IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE hold_parts (
    hold         BLOB NOT NULL REFERENCES holds (id) DEFERRABLE INITIALLY DEFERRED,
    part         INTEGER NOT NULL,
    account      BLOB NOT NULL REFERENCES accounts (id) DEFERRABLE INITIALLY DEFERRED,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency     TEXT NOT NULL,
    PRIMARY KEY (hold, part)
) STRICT, WITHOUT ROWID;

-- People, devices, payees ---------------------------------------------------------------------------------------

-- The data keys of a payer, one a retention class, wrapped. Without its row a payer's personal columns say nothing.
CREATE TABLE payer_keys (
    payer   BLOB NOT NULL CHECK (length(payer) = 16),
    class   TEXT NOT NULL CHECK (class IN ('identity', 'decision')),
    wrapped BLOB NOT NULL,
    PRIMARY KEY (payer, class)
) STRICT, WITHOUT ROWID;

CREATE TABLE payers (
    id        BLOB PRIMARY KEY CHECK (length(id) = 16),
    name      BLOB NOT NULL, -- encrypted
    currency  TEXT NOT NULL,
    wallet    BLOB NOT NULL UNIQUE REFERENCES accounts (id) DEFERRABLE INITIALLY DEFERRED,
    lock      TEXT NOT NULL CHECK (lock IN ('open', 'frozen', 'thawing')),
    thaws_at  INTEGER,
    devices   INTEGER NOT NULL CHECK (devices >= 0),
    opened_at INTEGER NOT NULL,
    CHECK ((lock = 'thawing') = (thaws_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
    id       BLOB PRIMARY KEY CHECK (length(id) = 16),
    payer    BLOB NOT NULL REFERENCES payers (id) DEFERRABLE INITIALLY DEFERRED,
    key      BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
    name     BLOB NOT NULL, -- encrypted
    tier     INTEGER NOT NULL,
    bound_at INTEGER NOT NULL,
    revoked  INTEGER NOT NULL CHECK (revoked IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_of_payer ON devices (payer, bound_at, id);

CREATE TABLE payees (
    id            BLOB PRIMARY KEY CHECK (length(id) = 16),
    category      TEXT NOT NULL,
    name          TEXT NOT NULL,
    name_latin    TEXT NOT NULL,
    place         TEXT NOT NULL,
    city          TEXT NOT NULL,
    account       BLOB NOT NULL UNIQUE REFERENCES accounts (id) DEFERRABLE INITIALLY DEFERRED,
    currency      TEXT NOT NULL,
    api_key       BLOB UNIQUE CHECK (length(api_key) = 32),
    signing_key   BLOB CHECK (length(signing_key) = 32),
    closed        INTEGER NOT NULL CHECK (closed IN (0, 1)),
    registered_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX payees_by_name ON payees (name, id);

-- What is asked for and paid ------------------------------------------------------------------------------------

CREATE TABLE intents (
    id         BLOB PRIMARY KEY CHECK (length(id) = 16),
    payee      BLOB NOT NULL REFERENCES payees (id) DEFERRABLE INITIALLY DEFERRED,
    core       TEXT NOT NULL, -- the terms, canonical JSON (RFC 8785)
    quote      BLOB NOT NULL CHECK (length(quote) = 32),
    capture    TEXT NOT NULL CHECK (capture IN ('automatic', 'manual')),
    reference  TEXT,
    status     TEXT NOT NULL CHECK (status IN ('open', 'taken', 'expired')),
    payment    BLOB,
    expires_at INTEGER NOT NULL,
    words      TEXT NOT NULL -- payee name, purpose and place in lower case, to be searched
) STRICT;
CREATE INDEX intents_due ON intents (expires_at) WHERE status = 'open';

CREATE TABLE idempotent_intents (
    payee  BLOB NOT NULL,
    key    BLOB NOT NULL CHECK (length(key) = 32),
    body   BLOB NOT NULL CHECK (length(body) = 32),
    intent BLOB NOT NULL REFERENCES intents (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (payee, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE payments (
    id              BLOB PRIMARY KEY CHECK (length(id) = 16),
    payer           BLOB NOT NULL REFERENCES payers (id) DEFERRABLE INITIALLY DEFERRED,
    payee           BLOB NOT NULL,
    device          BLOB NOT NULL,
    intent          BLOB NOT NULL REFERENCES intents (id) DEFERRABLE INITIALLY DEFERRED,
    body            BLOB NOT NULL CHECK (length(body) = 32),
    quote           BLOB NOT NULL CHECK (length(quote) = 32),
    amount_minor    INTEGER NOT NULL,
    fee_minor       INTEGER NOT NULL,
    currency        TEXT NOT NULL,
    funding         TEXT NOT NULL CHECK (funding IN ('wallet')),
    status          TEXT NOT NULL CHECK (status IN ('authorized', 'captured', 'voided', 'expired', 'refused')),
    reasons         TEXT NOT NULL, -- reason codes, separated by spaces
    hold            BLOB,
    hold_expires_at INTEGER,
    transfer        BLOB,
    captured_minor  INTEGER NOT NULL CHECK (captured_minor >= 0),
    refunded_minor  INTEGER NOT NULL CHECK (refunded_minor >= 0),
    decision        BLOB NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX payments_of_payer ON payments (payer, created_at, id);
CREATE INDEX payments_due ON payments (hold_expires_at) WHERE status = 'authorized';

CREATE TABLE refunds (
    id              BLOB PRIMARY KEY CHECK (length(id) = 16),
    payment         BLOB NOT NULL REFERENCES payments (id) DEFERRABLE INITIALLY DEFERRED,
    payee           BLOB NOT NULL,
    amount_minor    INTEGER NOT NULL CHECK (amount_minor > 0),
    remaining_minor INTEGER NOT NULL CHECK (remaining_minor >= 0),
    currency        TEXT NOT NULL,
    reason          TEXT,
    body            BLOB NOT NULL CHECK (length(body) = 32),
    transfer        BLOB NOT NULL REFERENCES transfers (id) DEFERRABLE INITIALLY DEFERRED,
    created_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX refunds_of_payment ON refunds (payment, created_at, id);

CREATE TABLE pairs (
    payer       BLOB NOT NULL,
    payee       BLOB NOT NULL,
    payments    INTEGER NOT NULL CHECK (payments >= 0),
    total_minor INTEGER NOT NULL CHECK (total_minor >= 0),
    captured_at INTEGER,
    last_at     INTEGER NOT NULL,
    PRIMARY KEY (payer, payee)
) STRICT, WITHOUT ROWID;

CREATE TABLE used_proofs (
    id         BLOB PRIMARY KEY CHECK (length(id) = 32),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX used_proofs_due ON used_proofs (expires_at);

-- The outbox ----------------------------------------------------------------------------------------------------

CREATE TABLE events (
    seq          INTEGER PRIMARY KEY,
    id           BLOB NOT NULL CHECK (length(id) = 16),
    at           INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    payer        BLOB,
    payee        BLOB,
    intent       BLOB,
    payment      BLOB,
    amount_minor INTEGER,
    currency     TEXT,
    reasons      TEXT NOT NULL
) STRICT;
CREATE INDEX events_of_payer ON events (payer, at, id) WHERE payer IS NOT NULL;

-- Decisions and the audit chain ---------------------------------------------------------------------------------

CREATE TABLE decisions (
    seq     INTEGER PRIMARY KEY,
    id      BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    at      INTEGER NOT NULL,
    command TEXT NOT NULL,
    payer   BLOB, -- whose key opens it; the system's when there is none
    digest  BLOB NOT NULL CHECK (length(digest) = 32),
    blob    BLOB NOT NULL, -- encrypted
    epoch   INTEGER NOT NULL,
    leaf    INTEGER NOT NULL
) STRICT;

-- One row for each time a writer started. Its head moves with every commit; the rest never changes.
CREATE TABLE audit_epochs (
    epoch      INTEGER PRIMARY KEY,
    started_at INTEGER NOT NULL,
    prev       BLOB NOT NULL CHECK (length(prev) = 32), -- the head of the epoch before
    head_seq   INTEGER NOT NULL,
    head       BLOB NOT NULL CHECK (length(head) = 32)
) STRICT;

CREATE TABLE audit_leaves (
    epoch     INTEGER NOT NULL REFERENCES audit_epochs (epoch) DEFERRABLE INITIALLY DEFERRED,
    seq       INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    decisions INTEGER NOT NULL,
    transfers BLOB NOT NULL CHECK (length(transfers) = 32),
    prev      BLOB NOT NULL CHECK (length(prev) = 32),
    leaf      BLOB NOT NULL CHECK (length(leaf) = 32),
    PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_seals (
    seq   INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    heads BLOB NOT NULL, -- epoch (8 bytes), leaf number (8), leaf (32), for each epoch that moved
    prev  BLOB NOT NULL CHECK (length(prev) = 32),
    seal  BLOB NOT NULL CHECK (length(seal) = 32)
) STRICT;

-- Commands that could not be decided: bugs, kept for their finder.
CREATE TABLE quarantine (
    seq     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    command TEXT NOT NULL,
    message TEXT NOT NULL
) STRICT;

-- What is written once -------------------------------------------------------------------------------------------

CREATE TRIGGER postings_stay BEFORE UPDATE ON postings
BEGIN SELECT RAISE (ABORT, 'a posting is never updated'); END;
CREATE TRIGGER postings_remain BEFORE DELETE ON postings
BEGIN SELECT RAISE (ABORT, 'a posting is never deleted'); END;
CREATE TRIGGER transfers_stay BEFORE UPDATE OF id, kind, origin, at, epoch, leaf ON transfers
BEGIN SELECT RAISE (ABORT, 'a transfer is never updated'); END;
CREATE TRIGGER transfers_remain BEFORE DELETE ON transfers
BEGIN SELECT RAISE (ABORT, 'a transfer is never deleted'); END;
CREATE TRIGGER hold_parts_stay BEFORE UPDATE ON hold_parts
BEGIN SELECT RAISE (ABORT, 'a hold names the same parts for ever'); END;
CREATE TRIGGER hold_parts_remain BEFORE DELETE ON hold_parts
BEGIN SELECT RAISE (ABORT, 'a hold names the same parts for ever'); END;
CREATE TRIGGER holds_remain BEFORE DELETE ON holds
BEGIN SELECT RAISE (ABORT, 'a hold is never deleted'); END;
CREATE TRIGGER accounts_remain BEFORE DELETE ON accounts
BEGIN SELECT RAISE (ABORT, 'an account is never deleted'); END;
CREATE TRIGGER payments_remain BEFORE DELETE ON payments
BEGIN SELECT RAISE (ABORT, 'a payment is never deleted'); END;
CREATE TRIGGER refunds_stay BEFORE UPDATE ON refunds
BEGIN SELECT RAISE (ABORT, 'a refund is never updated'); END;
CREATE TRIGGER refunds_remain BEFORE DELETE ON refunds
BEGIN SELECT RAISE (ABORT, 'a refund is never deleted'); END;
CREATE TRIGGER intents_stay BEFORE UPDATE OF id, payee, core, quote, capture, reference, expires_at, words ON intents
BEGIN SELECT RAISE (ABORT, 'terms are never updated'); END;
CREATE TRIGGER decisions_stay BEFORE UPDATE ON decisions
BEGIN SELECT RAISE (ABORT, 'a decision is never updated'); END;
CREATE TRIGGER decisions_remain BEFORE DELETE ON decisions
BEGIN SELECT RAISE (ABORT, 'a decision is never deleted'); END;
CREATE TRIGGER leaves_stay BEFORE UPDATE ON audit_leaves
BEGIN SELECT RAISE (ABORT, 'a leaf is never updated'); END;
CREATE TRIGGER leaves_remain BEFORE DELETE ON audit_leaves
BEGIN SELECT RAISE (ABORT, 'a leaf is never deleted'); END;
CREATE TRIGGER epochs_stay BEFORE UPDATE OF epoch, started_at, prev ON audit_epochs
BEGIN SELECT RAISE (ABORT, 'the start of an epoch is never updated'); END;
CREATE TRIGGER epochs_remain BEFORE DELETE ON audit_epochs
BEGIN SELECT RAISE (ABORT, 'an epoch is never deleted'); END;
CREATE TRIGGER seals_stay BEFORE UPDATE ON audit_seals
BEGIN SELECT RAISE (ABORT, 'a seal is never updated'); END;
CREATE TRIGGER seals_remain BEFORE DELETE ON audit_seals
BEGIN SELECT RAISE (ABORT, 'a seal is never deleted'); END;
CREATE TRIGGER events_stay BEFORE UPDATE ON events
BEGIN SELECT RAISE (ABORT, 'an event is never updated'); END;
CREATE TRIGGER events_remain BEFORE DELETE ON events
BEGIN SELECT RAISE (ABORT, 'an event is never deleted'); END;
