-- Money by user and beside the callee's leg, and news that are no end of a call.

-- For whom an attempt is paid, as a stand-in that tells nothing. NULL for attempts from before there was a budget of a user.
ALTER TABLE attempts ADD COLUMN user_key TEXT;
CREATE INDEX attempts_by_user ON attempts (user_key, ended_at);

-- What is paid beside attempts and visits: legs to the user's and guests' telephones, text messages. Reserved before it is spent.
CREATE TABLE expenses (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    -- NULL if it belongs to no call.
    attempt_id TEXT REFERENCES attempts (id),
    reserved BIGINT NOT NULL,
    began_at BIGINT NOT NULL,
    cost BIGINT,
    ended_at BIGINT
);
CREATE INDEX expenses_by_end ON expenses (ended_at);
CREATE INDEX expenses_by_attempt ON expenses (attempt_id);

CREATE TRIGGER expenses_end_once BEFORE UPDATE ON expenses WHEN OLD.ended_at IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'the expense has ended');
END;

-- An event tells of the end of an attempt, or is an alert: never both, never neither.
CREATE TABLE deliveries_before AS SELECT * FROM deliveries;
DROP TABLE deliveries;
CREATE TABLE outbox_before AS SELECT * FROM outbox;
DROP TABLE outbox;

CREATE TABLE outbox (
    id TEXT PRIMARY KEY NOT NULL,
    attempt_id TEXT UNIQUE REFERENCES attempts (id),
    -- JSON of amounts and counts.
    alert TEXT,
    at BIGINT NOT NULL,
    addressed_at BIGINT,
    CHECK ((attempt_id IS NULL) <> (alert IS NULL))
);
CREATE INDEX outbox_unaddressed ON outbox (at) WHERE addressed_at IS NULL;
CREATE INDEX outbox_alerts ON outbox (at) WHERE alert IS NOT NULL;
INSERT INTO outbox (id, attempt_id, at, addressed_at) SELECT id, attempt_id, at, addressed_at FROM outbox_before;
DROP TABLE outbox_before;

CREATE TABLE deliveries (
    event_id TEXT NOT NULL REFERENCES outbox (id),
    channel TEXT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    -- NULL once it was delivered or given up.
    next_at BIGINT,
    delivered_at BIGINT,
    -- Why the last try failed: a stable word.
    trouble TEXT,
    PRIMARY KEY (event_id, channel)
);
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE next_at IS NOT NULL;
INSERT INTO deliveries (event_id, channel, tries, next_at, delivered_at, trouble)
SELECT event_id, channel, tries, next_at, delivered_at, trouble FROM deliveries_before;
DROP TABLE deliveries_before;
