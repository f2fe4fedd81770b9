-- Calls that come to us: those of people whom we had rung are attempts of their task, all of them are visits.

ALTER TABLE attempts ADD COLUMN direction TEXT NOT NULL DEFAULT 'outbound';

CREATE TABLE visits (
    id TEXT PRIMARY KEY NOT NULL,
    carrier_call TEXT NOT NULL UNIQUE,
    -- NULL if the number is withheld.
    caller BLOB,
    came_at BIGINT NOT NULL,
    ended_at BIGINT,
    length_ms BIGINT,
    -- How many legs were paid for: a forwarded call has two.
    legs BIGINT NOT NULL DEFAULT 1,
    cost BIGINT NOT NULL DEFAULT 0,
    -- A message, if one was left.
    recording TEXT,
    message_state TEXT,
    message_at BIGINT,
    message_ms BIGINT,
    words BLOB
);
CREATE INDEX visits_newest ON visits (came_at);
CREATE INDEX visits_by_end ON visits (ended_at);
