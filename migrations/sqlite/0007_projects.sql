-- The projects of a service: where each lies, and who may work on it.

CREATE TABLE project (
    id         TEXT    PRIMARY KEY,
    -- The code under test, absolute.
    root       TEXT    NOT NULL,
    -- Its interpreter, where it has one of its own.
    python     TEXT,
    -- The folder of its documents, absolute.
    artifacts  TEXT    NOT NULL,
    -- Who looks after it, where somebody does: the name of a user.
    owner      TEXT,
    -- Who else may work on it: names of users, as JSON.
    members    TEXT    NOT NULL CHECK (json_type(members) = 'array'),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO step (version, oldest) VALUES (7, 5);
