-- Credits to payees are appended under the payer they came from, and counted in the payee's account by a roll-up: no
-- payment writes a row that other payers write.

ALTER TABLE accounts ADD COLUMN intake TEXT NOT NULL DEFAULT 'at_once' CHECK (intake IN ('at_once', 'appended'));
-- What open holds promise to such an account stands on the holds alone.
UPDATE accounts SET intake = 'appended', credits_held = 0, version = version + 1
WHERE id IN (SELECT account FROM payees);

-- The credits that wait to be rolled up; the account's balance is its counters and all of these.
CREATE TABLE appended (
    payer        BYTEA NOT NULL,
    transfer     BYTEA NOT NULL,
    account      BYTEA NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency     TEXT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (payer, transfer, account)
);
CREATE INDEX appended_to ON appended (account, at, transfer);

CREATE TRIGGER appended_stay BEFORE UPDATE ON appended
FOR EACH ROW EXECUTE FUNCTION farthing_never ('an appended credit is never updated');
