-- Everything durable. Ids and digests are BYTEAs, moments are Unix milliseconds, money is minor units with a currency.
-- No rule about money stands here: CHECKs and triggers only refuse what the core never does.
-- WHY no foreign keys, sequences or advisory locks: each look-up is paid for by every payment, and the check of the books
-- finds what they would refuse; distributed engines take none of the three well. `version` guards every change of a row.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BYTEA NOT NULL
);

-- The books -----------------------------------------------------------------------------------------------------

CREATE TABLE accounts (
    id              BYTEA PRIMARY KEY CHECK (length(id) = 16),
    currency        TEXT NOT NULL,
    normal          TEXT NOT NULL CHECK (normal IN ('debit', 'credit')),
    overdraft       TEXT NOT NULL CHECK (overdraft IN ('none', 'up_to', 'unlimited')),
    overdraft_minor BIGINT NOT NULL,
    debits_posted   BIGINT NOT NULL CHECK (debits_posted >= 0),
    credits_posted  BIGINT NOT NULL CHECK (credits_posted >= 0),
    debits_held     BIGINT NOT NULL CHECK (debits_held >= 0),
    credits_held    BIGINT NOT NULL CHECK (credits_held >= 0),
    closed          BOOLEAN NOT NULL,
    version BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE transfers (
    id             BYTEA PRIMARY KEY CHECK (length(id) = 16),
    kind           TEXT NOT NULL CHECK (kind IN ('posting', 'capture', 'refund')),
    origin         BYTEA,
    at             BIGINT NOT NULL,
    refunded_minor BIGINT NOT NULL CHECK (refunded_minor >= 0),
    epoch          BIGINT NOT NULL,
    leaf           BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0,
    CHECK ((kind = 'posting') = (origin IS NULL))
);

CREATE TABLE postings (
    transfer     BYTEA NOT NULL,
    leg          BIGINT NOT NULL,
    account      BYTEA NOT NULL,
    side         TEXT NOT NULL CHECK (side IN ('debit', 'credit')),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency     TEXT NOT NULL,
    PRIMARY KEY (transfer, leg)
);

CREATE TABLE holds (
    id             BYTEA PRIMARY KEY CHECK (length(id) = 16),
    from_account   BYTEA NOT NULL,
    expires_at     BIGINT,
    at             BIGINT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('open', 'captured', 'voided', 'expired')),
    transfer       BYTEA,
    captured_minor BIGINT NOT NULL CHECK (captured_minor >= 0),
    version BIGINT NOT NULL DEFAULT 0,
    CHECK ((state = 'captured') = (transfer IS NOT NULL))
);

CREATE TABLE hold_parts (
    hold         BYTEA NOT NULL,
    part         BIGINT NOT NULL,
    account      BYTEA NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency     TEXT NOT NULL,
    PRIMARY KEY (hold, part)
);

-- People, devices, payees ---------------------------------------------------------------------------------------

-- The data keys of a payer, one a retention class, wrapped. Without its row a payer's personal columns say nothing.
CREATE TABLE payer_keys (
    payer   BYTEA NOT NULL CHECK (length(payer) = 16),
    class   TEXT NOT NULL CHECK (class IN ('identity', 'decision')),
    wrapped BYTEA NOT NULL,
    PRIMARY KEY (payer, class)
);

CREATE TABLE payers (
    id        BYTEA PRIMARY KEY CHECK (length(id) = 16),
    name      BYTEA NOT NULL, -- encrypted
    currency  TEXT NOT NULL,
    wallet    BYTEA NOT NULL UNIQUE,
    lock      TEXT NOT NULL CHECK (lock IN ('open', 'frozen', 'thawing')),
    thaws_at  BIGINT,
    devices   BIGINT NOT NULL CHECK (devices >= 0),
    opened_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0,
    CHECK ((lock = 'thawing') = (thaws_at IS NOT NULL))
);

CREATE TABLE devices (
    id       BYTEA PRIMARY KEY CHECK (length(id) = 16),
    payer    BYTEA NOT NULL,
    key      BYTEA NOT NULL UNIQUE CHECK (length(key) = 32),
    name     BYTEA NOT NULL, -- encrypted
    tier     BIGINT NOT NULL,
    bound_at BIGINT NOT NULL,
    revoked  BOOLEAN NOT NULL,
    version BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX devices_of_payer ON devices (payer, bound_at, id);

CREATE TABLE payees (
    id            BYTEA PRIMARY KEY CHECK (length(id) = 16),
    category      TEXT NOT NULL,
    name          TEXT NOT NULL,
    name_latin    TEXT NOT NULL,
    place         TEXT NOT NULL,
    city          TEXT NOT NULL,
    account       BYTEA NOT NULL UNIQUE,
    currency      TEXT NOT NULL,
    api_key       BYTEA UNIQUE CHECK (length(api_key) = 32),
    signing_key   BYTEA CHECK (length(signing_key) = 32),
    closed        BOOLEAN NOT NULL,
    registered_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX payees_by_name ON payees (name, id);

-- What is asked for and paid ------------------------------------------------------------------------------------

CREATE TABLE intents (
    id         BYTEA PRIMARY KEY CHECK (length(id) = 16),
    payee      BYTEA NOT NULL,
    core       TEXT NOT NULL, -- the terms, canonical JSON (RFC 8785)
    quote      BYTEA NOT NULL CHECK (length(quote) = 32),
    capture    TEXT NOT NULL CHECK (capture IN ('automatic', 'manual')),
    reference  TEXT,
    status     TEXT NOT NULL CHECK (status IN ('open', 'taken', 'expired')),
    payment    BYTEA,
    expires_at BIGINT NOT NULL,
    words      TEXT NOT NULL, -- payee name, purpose and place in lower case, to be searched
    version BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX intents_due ON intents (expires_at) WHERE status = 'open';

CREATE TABLE idempotent_intents (
    payee  BYTEA NOT NULL,
    key    BYTEA NOT NULL CHECK (length(key) = 32),
    body   BYTEA NOT NULL CHECK (length(body) = 32),
    intent BYTEA NOT NULL,
    PRIMARY KEY (payee, key)
);

CREATE TABLE payments (
    id              BYTEA PRIMARY KEY CHECK (length(id) = 16),
    payer           BYTEA NOT NULL,
    payee           BYTEA NOT NULL,
    device          BYTEA NOT NULL,
    intent          BYTEA NOT NULL,
    body            BYTEA NOT NULL CHECK (length(body) = 32),
    quote           BYTEA NOT NULL CHECK (length(quote) = 32),
    amount_minor    BIGINT NOT NULL,
    fee_minor       BIGINT NOT NULL,
    currency        TEXT NOT NULL,
    funding         TEXT NOT NULL CHECK (funding IN ('wallet')),
    status          TEXT NOT NULL CHECK (status IN ('authorized', 'captured', 'voided', 'expired', 'refused')),
    reasons         TEXT NOT NULL, -- reason codes, separated by spaces
    hold            BYTEA,
    hold_expires_at BIGINT,
    transfer        BYTEA,
    captured_minor  BIGINT NOT NULL CHECK (captured_minor >= 0),
    refunded_minor  BIGINT NOT NULL CHECK (refunded_minor >= 0),
    decision        BYTEA NOT NULL,
    created_at      BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX payments_of_payer ON payments (payer, created_at, id);
CREATE INDEX payments_due ON payments (hold_expires_at) WHERE status = 'authorized';

CREATE TABLE refunds (
    id              BYTEA PRIMARY KEY CHECK (length(id) = 16),
    payment         BYTEA NOT NULL,
    payee           BYTEA NOT NULL,
    amount_minor    BIGINT NOT NULL CHECK (amount_minor > 0),
    remaining_minor BIGINT NOT NULL CHECK (remaining_minor >= 0),
    currency        TEXT NOT NULL,
    reason          TEXT,
    body            BYTEA NOT NULL CHECK (length(body) = 32),
    transfer        BYTEA NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE INDEX refunds_of_payment ON refunds (payment, created_at, id);

CREATE TABLE pairs (
    payer       BYTEA NOT NULL,
    payee       BYTEA NOT NULL,
    payments    BIGINT NOT NULL CHECK (payments >= 0),
    total_minor BIGINT NOT NULL CHECK (total_minor >= 0),
    captured_at BIGINT,
    last_at     BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (payer, payee)
);

CREATE TABLE used_proofs (
    id         BYTEA PRIMARY KEY CHECK (length(id) = 32),
    expires_at BIGINT NOT NULL
);
CREATE INDEX used_proofs_due ON used_proofs (expires_at);

-- The outbox ----------------------------------------------------------------------------------------------------

CREATE TABLE events (
    epoch        BIGINT NOT NULL,
    leaf         BIGINT NOT NULL,
    n            BIGINT NOT NULL, -- its place among the events of its commit
    id           BYTEA NOT NULL CHECK (length(id) = 16),
    at           BIGINT NOT NULL,
    kind         TEXT NOT NULL,
    payer        BYTEA,
    payee        BYTEA,
    intent       BYTEA,
    payment      BYTEA,
    amount_minor BIGINT,
    currency     TEXT,
    reasons      TEXT NOT NULL,
    PRIMARY KEY (epoch, leaf, n)
);
CREATE INDEX events_of_payer ON events (payer, at, id) WHERE payer IS NOT NULL;

-- Decisions and the audit chain ---------------------------------------------------------------------------------

CREATE TABLE decisions (
    id      BYTEA PRIMARY KEY CHECK (length(id) = 16),
    at      BIGINT NOT NULL,
    command TEXT NOT NULL,
    payer   BYTEA, -- whose key opens it; the system's when there is none
    digest  BYTEA NOT NULL CHECK (length(digest) = 32),
    blob    BYTEA NOT NULL, -- encrypted
    epoch   BIGINT NOT NULL,
    leaf    BIGINT NOT NULL,
    n       BIGINT NOT NULL, -- its place among the decisions of its commit
    UNIQUE (epoch, leaf, n)
);

-- One row for each time a writer started; a node has several writers. Its head moves with every commit; the rest never changes.
CREATE TABLE audit_epochs (
    epoch      BIGINT PRIMARY KEY,
    started_at BIGINT NOT NULL,
    prev       BYTEA NOT NULL CHECK (length(prev) = 32), -- a head of the epoch before
    head_seq   BIGINT NOT NULL,
    head       BYTEA NOT NULL CHECK (length(head) = 32),
    head_at    BIGINT NOT NULL, -- when its last commit was decided
    ended      BOOLEAN NOT NULL -- the writer said that it will write no more
);
CREATE INDEX audit_epochs_live ON audit_epochs (epoch) WHERE NOT ended;

-- How far each epoch is sealed. WHY a table of its own: sealing never waits for a writer, nor a writer for sealing.
CREATE TABLE audit_sealed (
    epoch BIGINT PRIMARY KEY,
    seq   BIGINT NOT NULL
);

CREATE TABLE audit_leaves (
    epoch     BIGINT NOT NULL,
    seq       BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    decisions BIGINT NOT NULL,
    transfers BYTEA NOT NULL CHECK (length(transfers) = 32),
    prev      BYTEA NOT NULL CHECK (length(prev) = 32),
    leaf      BYTEA NOT NULL CHECK (length(leaf) = 32),
    PRIMARY KEY (epoch, seq)
);

CREATE TABLE audit_seals (
    seq   BIGINT PRIMARY KEY,
    at    BIGINT NOT NULL,
    heads BYTEA NOT NULL, -- epoch (8 bytes), leaf number (8), leaf (32), for each epoch that moved
    prev  BYTEA NOT NULL CHECK (length(prev) = 32),
    seal  BYTEA NOT NULL CHECK (length(seal) = 32)
);

-- Commands that could not be decided: bugs, kept for their finder.
CREATE TABLE quarantine (
    id      BYTEA PRIMARY KEY,
    at      BIGINT NOT NULL,
    command TEXT NOT NULL,
    message TEXT NOT NULL
);

-- What is written once -------------------------------------------------------------------------------------------

CREATE FUNCTION farthing_never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER postings_stay BEFORE UPDATE ON postings
FOR EACH ROW EXECUTE FUNCTION farthing_never ('a posting is never updated');
CREATE TRIGGER postings_remain BEFORE DELETE ON postings
FOR EACH ROW EXECUTE FUNCTION farthing_never ('a posting is never deleted');
CREATE TRIGGER transfers_stay BEFORE UPDATE OF id, kind, origin, at, epoch, leaf ON transfers
FOR EACH ROW EXECUTE FUNCTION farthing_never ('a transfer is never updated');
CREATE TRIGGER transfers_remain BEFORE DELETE ON transfers
FOR EACH ROW EXECUTE FUNCTION farthing_never ('a transfer is never deleted');
CREATE TRIGGER hold_parts_stay BEFORE UPDATE ON hold_parts
FOR EACH ROW EXECUTE FUNCTION farthing_never ('a hold names the same parts for ever');
CREATE TRIGGER hold_parts_remain BEFORE DELETE ON hold_parts
FOR EACH ROW EXECUTE FUNCTION farthing_never ('a hold names the same parts for ever');
CREATE TRIGGER holds_remain BEFORE DELETE ON holds
FOR EACH ROW EXECUTE FUNCTION farthing_never ('a hold is never deleted');
CREATE TRIGGER accounts_remain BEFORE DELETE ON accounts
FOR EACH ROW EXECUTE FUNCTION farthing_never ('an account is never deleted');
CREATE TRIGGER payments_remain BEFORE DELETE ON payments
FOR EACH ROW EXECUTE FUNCTION farthing_never ('a payment is never deleted');
CREATE TRIGGER refunds_stay BEFORE UPDATE ON refunds
FOR EACH ROW EXECUTE FUNCTION farthing_never ('a refund is never updated');
CREATE TRIGGER refunds_remain BEFORE DELETE ON refunds
FOR EACH ROW EXECUTE FUNCTION farthing_never ('a refund is never deleted');
CREATE TRIGGER intents_stay BEFORE UPDATE OF id, payee, core, quote, capture, reference, expires_at, words ON intents
FOR EACH ROW EXECUTE FUNCTION farthing_never ('terms are never updated');
CREATE TRIGGER decisions_stay BEFORE UPDATE ON decisions
FOR EACH ROW EXECUTE FUNCTION farthing_never ('a decision is never updated');
CREATE TRIGGER decisions_remain BEFORE DELETE ON decisions
FOR EACH ROW EXECUTE FUNCTION farthing_never ('a decision is never deleted');
CREATE TRIGGER leaves_stay BEFORE UPDATE ON audit_leaves
FOR EACH ROW EXECUTE FUNCTION farthing_never ('a leaf is never updated');
CREATE TRIGGER leaves_remain BEFORE DELETE ON audit_leaves
FOR EACH ROW EXECUTE FUNCTION farthing_never ('a leaf is never deleted');
CREATE TRIGGER epochs_stay BEFORE UPDATE OF epoch, started_at, prev ON audit_epochs
FOR EACH ROW EXECUTE FUNCTION farthing_never ('the start of an epoch is never updated');
CREATE TRIGGER epochs_remain BEFORE DELETE ON audit_epochs
FOR EACH ROW EXECUTE FUNCTION farthing_never ('an epoch is never deleted');
CREATE TRIGGER seals_stay BEFORE UPDATE ON audit_seals
FOR EACH ROW EXECUTE FUNCTION farthing_never ('a seal is never updated');
CREATE TRIGGER seals_remain BEFORE DELETE ON audit_seals
FOR EACH ROW EXECUTE FUNCTION farthing_never ('a seal is never deleted');
CREATE TRIGGER events_stay BEFORE UPDATE ON events
FOR EACH ROW EXECUTE FUNCTION farthing_never ('an event is never updated');
CREATE TRIGGER events_remain BEFORE DELETE ON events
FOR EACH ROW EXECUTE FUNCTION farthing_never ('an event is never deleted');
