-- Until when a decision's record is kept by law; afterwards it is destroyed, and its digest stays. NULL: until its payer's erasure.
ALTER TABLE decisions ADD COLUMN keep_until INTEGER;
DROP TRIGGER decisions_stay;
CREATE TRIGGER decisions_stay BEFORE UPDATE OF seq, id, at, command, payer, digest, epoch, leaf, keep_until ON decisions
BEGIN SELECT RAISE (ABORT, 'a decision is never updated'); END;
CREATE TRIGGER records_stay BEFORE UPDATE OF blob ON decisions WHEN length(NEW.blob) > 0
BEGIN SELECT RAISE (ABORT, 'a record is destroyed, never updated'); END;
CREATE INDEX records_due ON decisions (keep_until) WHERE length(blob) > 0 AND keep_until IS NOT NULL;
CREATE INDEX records_of_payer ON decisions (payer) WHERE length(blob) > 0 AND payer IS NOT NULL;

-- Payers who were erased: their names are gone; what law keeps stays readable until its date.
CREATE TABLE erasures (
    payer BLOB PRIMARY KEY CHECK (length(payer) = 16),
    at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
