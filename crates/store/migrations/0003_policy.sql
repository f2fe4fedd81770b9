-- What the rules ask about beside money and attempts, and what they answered.

-- Every dial and every refusal with what it rests on; the clearance of a dial is written with its intent.
CREATE TABLE decisions (
    attempt_id TEXT PRIMARY KEY NOT NULL,
    task_id TEXT NOT NULL REFERENCES tasks (id),
    decided_at BIGINT NOT NULL,
    is_cleared BOOLEAN NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX decisions_by_task ON decisions (task_id, decided_at);

CREATE TRIGGER decisions_stay_as_they_were BEFORE UPDATE ON decisions
BEGIN
    SELECT RAISE(ABORT, 'a decision stays as it was');
END;

-- The installation's do-not-call list: what was said on calls and what was entered, in one list. Entries are lifted, never taken out.
CREATE TABLE suppressions (
    id TEXT PRIMARY KEY NOT NULL,
    callee_key TEXT NOT NULL,
    -- What is barred, as a stand-in that tells nothing: so an entry that says the same is not kept twice.
    bars_key TEXT NOT NULL,
    bars_everything BOOLEAN NOT NULL,
    attempt_id TEXT,
    asked_at BIGINT NOT NULL,
    lifted_at BIGINT,
    -- NULL for stop requests from before there was this list; their attempt knows the number.
    body BLOB
);
CREATE UNIQUE INDEX suppressions_standing ON suppressions (callee_key, bars_key) WHERE lifted_at IS NULL;
CREATE INDEX suppressions_by_callee ON suppressions (callee_key);

INSERT INTO suppressions (id, callee_key, bars_key, bars_everything, attempt_id, asked_at)
SELECT 'heard-' || attempt_id, callee_key, 'everything', 1, attempt_id, asked_at FROM opt_outs;
DROP TABLE opt_outs;

CREATE TRIGGER suppressions_stay BEFORE DELETE ON suppressions
BEGIN
    SELECT RAISE(ABORT, 'an entry of the do-not-call list is lifted and not deleted');
END;

CREATE TRIGGER suppressions_are_lifted_once BEFORE UPDATE OF lifted_at ON suppressions WHEN OLD.lifted_at IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'the entry was lifted already');
END;

CREATE TABLE consents (
    id TEXT PRIMARY KEY NOT NULL,
    callee_key TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    revoked_at BIGINT,
    body BLOB NOT NULL
);
CREATE INDEX consents_by_callee ON consents (callee_key);

CREATE TRIGGER consents_are_revoked_once BEFORE UPDATE ON consents WHEN OLD.revoked_at IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'the consent was taken back already');
END;

-- What kind of line a number is, and who said so.
CREATE TABLE line_kinds (
    callee_key TEXT PRIMARY KEY NOT NULL,
    body BLOB NOT NULL
);

-- Imports of the national do-not-call registry; the newest counts. The lists lie in files beside the database.
CREATE TABLE registries (
    number INTEGER PRIMARY KEY NOT NULL,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    as_of BIGINT NOT NULL,
    imported_at BIGINT NOT NULL,
    numbers BIGINT NOT NULL,
    areas BIGINT NOT NULL
);

-- At most one row: while it is there, nothing is dialed.
CREATE TABLE pause (
    only_one INTEGER PRIMARY KEY NOT NULL CHECK (only_one = 1),
    since BIGINT NOT NULL,
    reason BLOB
);

-- How tasks that nobody waits for are carried out, and when each is due. NULL: it waits for somebody.
CREATE TABLE plans (
    task_id TEXT PRIMARY KEY NOT NULL REFERENCES tasks (id),
    priority BIGINT NOT NULL,
    due_at BIGINT,
    body BLOB NOT NULL
);
CREATE INDEX plans_by_due ON plans (due_at);

CREATE TABLE standing_approvals (
    id TEXT PRIMARY KEY NOT NULL,
    callee_key TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    revoked_at BIGINT,
    body BLOB NOT NULL
);
CREATE INDEX standing_approvals_by_callee ON standing_approvals (callee_key);
