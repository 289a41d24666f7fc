-- A payment that a rule holds: 1 goes on at `waits_until`, 2 gives the money back then; 0 does not wait. Its money is on
-- hold, so its status is the one of a hold. WHY beside the status: what words a status may have cannot be changed here
-- without writing every payment anew.
ALTER TABLE payments ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN waits_until INTEGER;
-- From when staff may let it go on; NULL: they may not.
ALTER TABLE payments ADD COLUMN confirmable_from INTEGER;
CREATE INDEX payments_waiting ON payments (waits_until) WHERE waits > 0;
