-- A number stands on the do-not-call list under a stand-in of its own key, so that the list outlives every other key.
-- Where there was none yet, the stand-in is the one of old, and so is the key (database.rs).
ALTER TABLE subjects ADD COLUMN barring_key TEXT;
UPDATE subjects SET barring_key = callee_key WHERE erased_at IS NULL;
