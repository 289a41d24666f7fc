-- Credits to payees are appended under the payer they came from, and counted in the payee's account by a roll-up: no
-- payment writes a row that other payers write.

ALTER TABLE accounts ADD COLUMN intake TEXT NOT NULL DEFAULT 'at_once' CHECK (intake IN ('at_once', 'appended'));
-- What open holds promise to such an account stands on the holds alone.
UPDATE accounts SET intake = 'appended', credits_held = 0 WHERE id IN (SELECT account FROM payees);

-- The credits that wait to be rolled up; the account's balance is its counters and all of these.
CREATE TABLE appended (
    payer        BLOB NOT NULL REFERENCES payers (id) DEFERRABLE INITIALLY DEFERRED,
    transfer     BLOB NOT NULL REFERENCES transfers (id) DEFERRABLE INITIALLY DEFERRED,
    account      BLOB NOT NULL REFERENCES accounts (id) DEFERRABLE INITIALLY DEFERRED,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency     TEXT NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (payer, transfer, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX appended_to ON appended (account, at, transfer);

CREATE TRIGGER appended_stay BEFORE UPDATE ON appended
BEGIN SELECT RAISE (ABORT, 'an appended credit is never updated'); END;
