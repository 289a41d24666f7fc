-- What is noted about codes and the places they stand in: registered stickers and terminals, and whatever comes later.
-- Nothing in it is about a payer. One table for all of it; the value is JSON.
CREATE TABLE noted (
    kind  TEXT NOT NULL,
    id    BLOB NOT NULL CHECK (length(id) = 16),
    payee BLOB NOT NULL CHECK (length(payee) = 16),
    value TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX noted_of_payee ON noted (payee, kind, id);
