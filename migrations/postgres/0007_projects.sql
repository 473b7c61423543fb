-- The projects of a service: where each lies, and who may work on it.

CREATE TABLE testgen.project (
    id         text   COLLATE "C" PRIMARY KEY,
    -- The code under test, absolute.
    root       text   NOT NULL,
    -- Its interpreter, where it has one of its own.
    python     text,
    -- The folder of its documents, absolute.
    artifacts  text   NOT NULL,
    -- Who looks after it, where somebody does: the name of a user.
    owner      text   COLLATE "C",
    -- Who else may work on it: names of users.
    members    text[] NOT NULL,
    created_at bigint NOT NULL
);

INSERT INTO testgen.step (version, oldest) VALUES (7, 5);
