-- Who may use the service, and what finds the tasks of one user.

CREATE TABLE testgen.api_key (
    -- The public half of a key, between `otg_` and its secret.
    id         text   PRIMARY KEY,
    -- The user that whoever has it stands for.
    owner      text   NOT NULL,
    role       text   NOT NULL CHECK (role IN ('admin', 'user', 'read_only')),
    -- The SHA-256 of the secret.
    digest     bytea  NOT NULL CHECK (length(digest) = 32),
    label      text   NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint,
    revoked_at bigint
);

-- Listings of one user. Tasks of nobody, as all are without a service, cost nothing here.
CREATE INDEX task_of_owner ON testgen.task (owner, id) WHERE owner <> '';

INSERT INTO testgen.step (version, oldest) VALUES (6, 5);
