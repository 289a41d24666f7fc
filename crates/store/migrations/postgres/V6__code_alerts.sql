-- What a payee is told about codes: its own, and those that may stand where its own belong. The list of kinds is the
-- one of the query that reads them.
CREATE INDEX events_about_codes ON events (payee, at, id)
    WHERE kind IN ('code.registered', 'code.withdrawn', 'code.suspended', 'code.swap_nearby');
