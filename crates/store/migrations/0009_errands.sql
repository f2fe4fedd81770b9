-- Many calls under one yes, errands that come back, and counts over a month.

CREATE TABLE batches (
    id TEXT PRIMARY KEY NOT NULL,
    made_at BIGINT NOT NULL,
    calls_at_once BIGINT NOT NULL,
    calls_an_hour BIGINT NOT NULL,
    least_gap_ms BIGINT NOT NULL,
    -- SHA-256 of what the user said yes to. NULL: they have not, or a call was changed since.
    approved TEXT,
    name BLOB NOT NULL
);
CREATE INDEX batches_newest ON batches (made_at);

ALTER TABLE plans ADD COLUMN batch_id TEXT REFERENCES batches (id);
-- Which of the batch's calls, from 1.
ALTER TABLE plans ADD COLUMN batch_place BIGINT;
CREATE UNIQUE INDEX plans_by_batch ON plans (batch_id, batch_place) WHERE batch_id IS NOT NULL;

-- Of an errand that comes back: when the time of the occurrence comes that follows this one. NULL: none follows, or it is made.
ALTER TABLE plans ADD COLUMN next_at BIGINT;
CREATE INDEX plans_followed ON plans (next_at) WHERE next_at IS NOT NULL;

-- Calls are counted over 30 days.
CREATE INDEX attempts_by_beginning ON attempts (began_at);
