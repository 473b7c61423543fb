-- Tasks, what they ask for, what they left, and who works on them.
-- Times are microseconds since 1970 in UTC; ids are the 16 bytes of a UUID.

-- One row a task, narrow: it is rewritten by every transition, so what is large or never changes lies apart.
CREATE TABLE task (
    -- The order of submission.
    seq              INTEGER PRIMARY KEY AUTOINCREMENT,
    id               BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    kind             TEXT    NOT NULL,
    lane             TEXT    NOT NULL,
    owner            TEXT    NOT NULL,
    priority         INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 3),
    rank             INTEGER NOT NULL,
    status           TEXT    NOT NULL
        CHECK (status IN ('pending', 'queued', 'running', 'completed', 'failed', 'cancelled')),
    -- When a pending task becomes eligible; null for one that was left behind.
    due              INTEGER CHECK (due IS NULL OR status = 'pending'),
    -- Who runs a running task.
    process          BLOB    CHECK ((process IS NOT NULL) = (status = 'running')),
    submitter        BLOB    NOT NULL,
    attempt_seconds  REAL    NOT NULL,
    max_retries      INTEGER NOT NULL,
    token            INTEGER NOT NULL,
    attempt          INTEGER NOT NULL,
    retries          INTEGER NOT NULL,
    crashes          INTEGER NOT NULL,
    cancel_requested INTEGER NOT NULL,
    -- JSON.
    failure          TEXT,
    progress         TEXT,
    created_at       INTEGER NOT NULL,
    started_at       INTEGER,
    completed_at     INTEGER
        CHECK ((completed_at IS NOT NULL) = (status IN ('completed', 'failed', 'cancelled')))
) STRICT;

-- A claim reads the heads of its lanes here.
CREATE INDEX task_queued ON task (lane, priority, rank, seq) WHERE status = 'queued';
-- The highest rank that an owner has queued.
CREATE INDEX task_owner ON task (owner, priority, rank) WHERE status = 'queued';
-- Promotion.
CREATE INDEX task_due ON task (due) WHERE status = 'pending' AND due IS NOT NULL;
-- Rescue, and requests to cancel.
CREATE INDEX task_running ON task (process) WHERE status = 'running';
-- Adoption and expiry.
CREATE INDEX task_waiting ON task (submitter, created_at) WHERE status IN ('pending', 'queued');
-- Pruning.
CREATE INDEX task_ended ON task (completed_at) WHERE completed_at IS NOT NULL;
-- Listings of one status; the others walk the unique index on id.
CREATE INDEX task_status ON task (status, id);

-- What is to be done, and the caller's notes: JSON, written once.
CREATE TABLE task_request (
    task     INTEGER PRIMARY KEY REFERENCES task (seq) ON DELETE CASCADE,
    work     TEXT NOT NULL,
    metadata TEXT NOT NULL
) STRICT;

-- What a completion left, or what a failure had to show all the same: JSON, written once.
CREATE TABLE task_result (
    task   INTEGER PRIMARY KEY REFERENCES task (seq) ON DELETE CASCADE,
    result TEXT NOT NULL
) STRICT;

-- The processes that take part, and the lanes they work: a JSON array of names. Whether one of them lives is
-- told by the lock on its file alone.
CREATE TABLE worker (
    process   BLOB    PRIMARY KEY CHECK (length(process) = 16),
    lanes     TEXT    NOT NULL,
    joined_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The highest rank claimed so far, by priority: a newcomer lines up right behind it.
CREATE TABLE turn (
    priority INTEGER PRIMARY KEY,
    rank     INTEGER NOT NULL
) STRICT;
INSERT INTO turn (priority, rank) VALUES (0, 0), (1, 0), (2, 0), (3, 0);

-- How many tasks there are, by status, kept by triggers so that no count ever scans.
CREATE TABLE tally (
    status TEXT    PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tally (status, number)
VALUES ('pending', 0), ('queued', 0), ('running', 0), ('completed', 0), ('failed', 0), ('cancelled', 0);

CREATE TRIGGER task_added AFTER INSERT ON task BEGIN
    UPDATE tally SET number = number + 1 WHERE status = NEW.status;
END;
CREATE TRIGGER task_removed AFTER DELETE ON task BEGIN
    UPDATE tally SET number = number - 1 WHERE status = OLD.status;
END;
CREATE TRIGGER task_moved AFTER UPDATE OF status ON task WHEN NEW.status <> OLD.status BEGIN
    UPDATE tally SET number = number - 1 WHERE status = OLD.status;
    UPDATE tally SET number = number + 1 WHERE status = NEW.status;
END;
