-- Identities are text, moments milliseconds since 1970 (UTC), money millionths (µ) of the installation's currency.
-- What people said or wrote is sealed (see seal.rs); what is left in the clear is what the program must search for.

CREATE TABLE meta (
    name TEXT PRIMARY KEY NOT NULL,
    value BLOB NOT NULL
);

CREATE TABLE tasks (
    id TEXT PRIMARY KEY NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    body BLOB NOT NULL,
    receipt BLOB NOT NULL
);
CREATE INDEX tasks_newest ON tasks (created_at);

CREATE TABLE approvals (
    task_id TEXT NOT NULL REFERENCES tasks (id),
    number BIGINT NOT NULL,
    receipt_hash TEXT NOT NULL,
    approved_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    approved_by TEXT NOT NULL,
    used_by TEXT UNIQUE,
    PRIMARY KEY (task_id, number)
);

CREATE TABLE attempts (
    id TEXT PRIMARY KEY NOT NULL,
    task_id TEXT NOT NULL REFERENCES tasks (id),
    number BIGINT NOT NULL,
    state TEXT NOT NULL,
    state_rank BIGINT NOT NULL,
    callee_key TEXT NOT NULL,
    callee BLOB NOT NULL,
    receipt_hash TEXT NOT NULL,
    reserved BIGINT NOT NULL,
    began_at BIGINT NOT NULL,
    moved_at BIGINT NOT NULL,
    disposition TEXT,
    answered_ms BIGINT,
    ended_at BIGINT,
    UNIQUE (task_id, number)
);
CREATE INDEX attempts_by_callee ON attempts (callee_key, began_at);
CREATE INDEX attempts_by_end ON attempts (ended_at);
-- At most one live attempt a task.
CREATE UNIQUE INDEX attempts_live ON attempts (task_id) WHERE state <> 'terminal';

CREATE TABLE calls (
    carrier_call TEXT PRIMARY KEY NOT NULL,
    attempt_id TEXT NOT NULL UNIQUE REFERENCES attempts (id),
    known_at BIGINT NOT NULL
);

CREATE TABLE leg_events (
    attempt_id TEXT NOT NULL REFERENCES attempts (id),
    carrier_call TEXT NOT NULL,
    event_key TEXT NOT NULL,
    state TEXT,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (attempt_id, carrier_call, event_key)
);

CREATE TABLE turns (
    attempt_id TEXT NOT NULL REFERENCES attempts (id),
    number BIGINT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (attempt_id, number)
);

CREATE TABLE reports (
    attempt_id TEXT PRIMARY KEY NOT NULL REFERENCES attempts (id),
    outcome TEXT NOT NULL,
    body BLOB NOT NULL
);

CREATE TABLE costs (
    attempt_id TEXT PRIMARY KEY NOT NULL REFERENCES attempts (id),
    reckoned BIGINT NOT NULL,
    settled BIGINT,
    settled_at BIGINT
);

CREATE TABLE opt_outs (
    callee_key TEXT PRIMARY KEY NOT NULL,
    attempt_id TEXT NOT NULL,
    asked_at BIGINT NOT NULL
);

-- What has ended stays as it ended, and nothing goes back, whoever writes.
CREATE TRIGGER attempts_end_once BEFORE UPDATE ON attempts WHEN OLD.state = 'terminal'
BEGIN
    SELECT RAISE(ABORT, 'the attempt has ended');
END;

CREATE TRIGGER attempts_never_go_back BEFORE UPDATE ON attempts WHEN NEW.state_rank < OLD.state_rank
BEGIN
    SELECT RAISE(ABORT, 'an attempt never goes back');
END;

CREATE TRIGGER attempts_stay BEFORE DELETE ON attempts WHEN OLD.state <> 'terminal'
BEGIN
    SELECT RAISE(ABORT, 'a live attempt cannot be deleted');
END;

CREATE TRIGGER tasks_end_once BEFORE UPDATE OF state ON tasks
WHEN OLD.state IN ('done', 'canceled', 'failed') AND NEW.state <> OLD.state
BEGIN
    SELECT RAISE(ABORT, 'the task has ended');
END;

CREATE TRIGGER approvals_are_used_once BEFORE UPDATE OF used_by ON approvals WHEN OLD.used_by IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'the approval is used up');
END;

CREATE TRIGGER costs_settle_once BEFORE UPDATE ON costs WHEN OLD.settled IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'the price is settled');
END;
