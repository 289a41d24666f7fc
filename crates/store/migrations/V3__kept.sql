-- What is kept about a payer's security besides wallet and devices: standings, guards, and whatever comes later.
-- One table for all of it; the value is encrypted under the payer's identity key.
CREATE TABLE kept (
    kind  TEXT NOT NULL,
    id    BLOB NOT NULL CHECK (length(id) = 16),
    payer BLOB NOT NULL REFERENCES payers (id) DEFERRABLE INITIALLY DEFERRED,
    value BLOB NOT NULL, -- encrypted
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_of_payer ON kept (payer, kind, id);
