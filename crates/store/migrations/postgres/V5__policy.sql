-- The rules behind a refusal: JSON with their citations; empty where no rule speaks.
ALTER TABLE payments ADD COLUMN rules TEXT NOT NULL DEFAULT '';
