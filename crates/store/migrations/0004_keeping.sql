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
