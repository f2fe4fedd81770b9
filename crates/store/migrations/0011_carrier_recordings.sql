-- Recordings that a carrier makes of our calls, until nothing of them is left there.
CREATE TABLE carrier_recordings (
    attempt_id TEXT PRIMARY KEY NOT NULL REFERENCES attempts (id),
    carrier TEXT NOT NULL,
    carrier_call TEXT NOT NULL,
    -- NULL until the carrier has told of it.
    recording TEXT,
    -- wanted, kept, unwanted, over
    progress TEXT NOT NULL,
    -- What must be silent in our copy: JSON of pairs of samples, the end null where it is that of the recording.
    silences TEXT NOT NULL,
    is_heard_out BOOLEAN NOT NULL,
    deletes_there BOOLEAN NOT NULL,
    since BIGINT NOT NULL,
    moved_at BIGINT NOT NULL
);
CREATE INDEX carrier_recordings_open ON carrier_recordings (since) WHERE progress <> 'over';

CREATE TRIGGER carrier_recordings_never_go_back BEFORE UPDATE OF progress ON carrier_recordings
WHEN OLD.progress = 'over' AND NEW.progress <> 'over'
    OR OLD.progress = 'unwanted' AND NEW.progress IN ('wanted', 'kept')
    OR OLD.progress = 'kept' AND NEW.progress = 'wanted'
BEGIN
    SELECT RAISE(ABORT, 'a recording never goes back');
END;
