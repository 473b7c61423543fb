-- Who may use the service, and what finds the tasks of one user.

CREATE TABLE api_key (
    -- The public half of a key, between `otg_` and its secret.
    id         TEXT    PRIMARY KEY,
    -- The user that whoever has it stands for.
    owner      TEXT    NOT NULL,
    role       TEXT    NOT NULL CHECK (role IN ('admin', 'user', 'read_only')),
    -- The SHA-256 of the secret.
    digest     BLOB    NOT NULL CHECK (length(digest) = 32),
    label      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;

-- Listings of one user. Tasks of nobody, as all are without a service, cost nothing here.
CREATE INDEX task_of_owner ON task (owner, id) WHERE owner <> '';

INSERT INTO step (version, oldest) VALUES (6, 5);
