-- Secrets of the user, each sealed by a key of its own. Their names say what they are for and are no secret.
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    body BLOB NOT NULL,
    set_at INTEGER NOT NULL
) STRICT;
