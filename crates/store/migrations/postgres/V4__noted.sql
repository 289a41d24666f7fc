-- What is noted about codes and the places they stand in: registered stickers and terminals, and whatever comes later.
-- Nothing in it is about a payer. One table for all of it; the value is JSON.
CREATE TABLE noted (
    kind    TEXT NOT NULL,
    id      BYTEA NOT NULL CHECK (octet_length(id) = 16),
    payee   BYTEA NOT NULL CHECK (octet_length(payee) = 16),
    value   TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, id)
);
CREATE INDEX noted_of_payee ON noted (payee, kind, id);
