-- What is kept beside the calls themselves: figures, the audit log, what is still to be told, and whose data lies where.

-- What a call was, without person, number or word: statistics and costs are made of these, also after everything else is erased.
CREATE TABLE call_figures (
    attempt_id TEXT PRIMARY KEY NOT NULL REFERENCES attempts (id),
    task_type TEXT NOT NULL,
    -- Where the number belongs, by the numbering plan: US.
    region TEXT,
    -- 0 to 23, at the callee's place, when it began.
    hour BIGINT NOT NULL,
    -- The longest that it might have talked.
    limit_ms BIGINT NOT NULL,
    provider TEXT,
    is_recorded BOOLEAN NOT NULL DEFAULT FALSE,
    -- From the callee's last sound to our first, for each of our turns: milliseconds, as a JSON array.
    response_ms TEXT NOT NULL DEFAULT '[]'
);

-- Whose data lies here: a callee, by an identity of chance. The number's stand-in leads from a number to it; once it is erased nothing
-- does, and a new call to the same number makes a new subject.
CREATE TABLE subjects (
    id TEXT PRIMARY KEY NOT NULL,
    callee_key TEXT,
    made_at BIGINT NOT NULL,
    erased_at BIGINT
);
CREATE UNIQUE INDEX subjects_by_callee ON subjects (callee_key) WHERE erased_at IS NULL;

ALTER TABLE tasks ADD COLUMN subject TEXT REFERENCES subjects (id);
-- When body and receipt were emptied, because they were erased or over their time.
ALTER TABLE tasks ADD COLUMN expired_at BIGINT;
ALTER TABLE visits ADD COLUMN subject TEXT REFERENCES subjects (id);
CREATE INDEX visits_by_subject ON visits (subject);

-- What has ended stays as it ended; whom it rang may be forgotten.
DROP TRIGGER attempts_end_once;
CREATE TRIGGER attempts_end_once
BEFORE UPDATE OF state, state_rank, disposition, answered_ms, ended_at, began_at, reserved, task_id, direction ON attempts
WHEN OLD.state = 'terminal'
BEGIN
    SELECT RAISE(ABORT, 'the attempt has ended');
END;
CREATE INDEX tasks_by_subject ON tasks (subject);

-- The audit log. Nothing in it names anybody; see assistant/src/audit.rs for its chain.
CREATE TABLE audit (
    number INTEGER PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    event TEXT NOT NULL,
    details TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
);

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is never changed');
END;

CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is never shortened');
END;

-- Also keeps INSERT OR REPLACE from putting another entry in the place of one.
CREATE TRIGGER audit_grows_at_its_end BEFORE INSERT ON audit
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM audit)
BEGIN
    SELECT RAISE(ABORT, 'the audit log grows at its end');
END;

-- What is still to be told. An event is written in the transaction of the end that it tells, once an attempt; who is told is decided
-- when the deliveries are made.
CREATE TABLE outbox (
    id TEXT PRIMARY KEY NOT NULL,
    attempt_id TEXT NOT NULL UNIQUE REFERENCES attempts (id),
    at BIGINT NOT NULL,
    addressed_at BIGINT
);
CREATE INDEX outbox_unaddressed ON outbox (at) WHERE addressed_at IS NULL;

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
