-- Until when a decision's record is kept by law; afterwards it is destroyed, and its digest stays. NULL: until its payer's erasure.
ALTER TABLE decisions ADD COLUMN keep_until BIGINT;
DROP TRIGGER decisions_stay ON decisions;
CREATE TRIGGER decisions_stay BEFORE UPDATE OF id, at, command, payer, digest, epoch, leaf, n, keep_until ON decisions
FOR EACH ROW EXECUTE FUNCTION farthing_never ('a decision is never updated');
CREATE TRIGGER records_stay BEFORE UPDATE OF blob ON decisions
FOR EACH ROW WHEN (length(NEW.blob) > 0) EXECUTE FUNCTION farthing_never ('a record is destroyed, never updated');
CREATE INDEX records_due ON decisions (keep_until) WHERE length(blob) > 0 AND keep_until IS NOT NULL;
CREATE INDEX records_of_payer ON decisions (payer) WHERE length(blob) > 0 AND payer IS NOT NULL;

-- Payers who were erased: their names are gone; what law keeps stays readable until its date.
CREATE TABLE erasures (
    payer BYTEA PRIMARY KEY CHECK (length(payer) = 16),
    at    BIGINT NOT NULL
);
