-- When an alert was last reported as firing; in steps of some minutes.
ALTER TABLE alert ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
UPDATE alert SET seen_at = changed_at;
