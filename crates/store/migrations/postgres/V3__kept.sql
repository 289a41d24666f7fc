-- What is kept about a payer's security besides wallet and devices: standings, guards, and whatever comes later.
-- One table for all of it; the value is encrypted under the payer's identity key.
CREATE TABLE kept (
    kind    TEXT NOT NULL,
    id      BYTEA NOT NULL CHECK (octet_length(id) = 16),
    payer   BYTEA NOT NULL REFERENCES payers (id) DEFERRABLE INITIALLY DEFERRED,
    value   BYTEA NOT NULL, -- encrypted
    version BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, id)
);
CREATE INDEX kept_of_payer ON kept (payer, kind, id);
