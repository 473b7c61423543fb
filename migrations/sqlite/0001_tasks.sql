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
    -- When a pending task becomes eligible; null for one that waits for other tasks or was left behind.
    due              INTEGER CHECK (due IS NULL OR status = 'pending'),
    -- How many of the tasks it depends on have not completed; 0 unless that is what it waits for.
    open_dependencies INTEGER NOT NULL CHECK (open_dependencies = 0 OR (status = 'pending' AND due IS NULL)),
    -- Who runs a running task.
    process          BLOB    CHECK ((process IS NOT NULL) = (status = 'running')),
    submitter        BLOB    NOT NULL,
    attempt_seconds  REAL    NOT NULL,
    max_retries      INTEGER NOT NULL,
    retention_seconds REAL   NOT NULL,
    -- The same key of the same owner names the same task.
    idempotency_key  TEXT,
    token            INTEGER NOT NULL,
    attempt          INTEGER NOT NULL,
    retries          INTEGER NOT NULL,
    crashes          INTEGER NOT NULL,
    cancel_requested INTEGER NOT NULL,
    -- JSON.
    failure          TEXT,
    -- What of it lives on a server, kept before it is made there.
    session          TEXT,
    progress         TEXT,
    created_at       INTEGER NOT NULL,
    started_at       INTEGER,
    completed_at     INTEGER
        CHECK ((completed_at IS NOT NULL) = (status IN ('completed', 'failed', 'cancelled'))),
    -- When the record of a final task may be deleted.
    kept_until       INTEGER CHECK ((kept_until IS NOT NULL) = (completed_at IS NOT NULL)),
    -- The number of its last event, and when that was.
    events           INTEGER NOT NULL,
    changed_at       INTEGER NOT NULL,
    -- Whether rows of task_dependency wait for its end.
    has_dependants   INTEGER NOT NULL
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
CREATE INDEX task_kept ON task (kept_until) WHERE kept_until IS NOT NULL;
-- The figures of what ended last.
CREATE INDEX task_ended ON task (completed_at) WHERE completed_at IS NOT NULL;
-- One task a key; the key is free again when the task is deleted.
CREATE UNIQUE INDEX task_key ON task (owner, idempotency_key) WHERE idempotency_key IS NOT NULL;
-- Listings of one status; the others walk the unique index on id.
CREATE INDEX task_status ON task (status, id);

-- What is to be done, and the caller's notes: JSON, written once.
CREATE TABLE task_request (
    task     INTEGER PRIMARY KEY REFERENCES task (seq) ON DELETE CASCADE,
    work     TEXT NOT NULL,
    metadata TEXT NOT NULL,
    -- What few submissions ask for besides: key, dependencies, time.
    terms    TEXT
) STRICT;

-- Who waits for whose completion. Rows go when the awaited task ends.
CREATE TABLE task_dependency (
    awaited   INTEGER NOT NULL REFERENCES task (seq) ON DELETE CASCADE,
    dependant INTEGER NOT NULL REFERENCES task (seq) ON DELETE CASCADE,
    PRIMARY KEY (awaited, dependant)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_dependency_dependant ON task_dependency (dependant);

-- What a completion left, or what a failure had to show all the same: JSON, written once.
CREATE TABLE task_result (
    task   INTEGER PRIMARY KEY REFERENCES task (seq) ON DELETE CASCADE,
    result TEXT NOT NULL
) STRICT;

-- What happened to a task from its second event on; the first, its submission, is told by the task itself.
CREATE TABLE task_event (
    task      INTEGER NOT NULL REFERENCES task (seq) ON DELETE CASCADE,
    number    INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    status    TEXT    NOT NULL,
    attempt   INTEGER NOT NULL,
    happening TEXT    NOT NULL CHECK (happening IN ('status', 'progress', 'log', 'cancel_requested')),
    -- JSON: why it failed, how far it is, or the line that was left; by what happened.
    detail    TEXT,
    PRIMARY KEY (task, number)
) STRICT, WITHOUT ROWID;

-- A move of a task is its event. A line of a log is there already when its task moves on.
CREATE TRIGGER task_happened AFTER UPDATE OF events ON task WHEN NEW.events > OLD.events BEGIN
    INSERT OR IGNORE INTO task_event (task, number, at, status, attempt, happening, detail)
    VALUES (
        NEW.seq, NEW.events, NEW.changed_at, NEW.status, NEW.attempt,
        CASE
            WHEN NEW.status <> OLD.status OR NEW.status <> 'running' THEN 'status'
            WHEN NEW.cancel_requested <> OLD.cancel_requested THEN 'cancel_requested'
            ELSE 'progress'
        END,
        CASE WHEN NEW.status = 'running' THEN NEW.progress ELSE NEW.failure END
    );
END;

-- The processes that take part, and the lanes they work: a JSON array of names. Whether one of them lives is
-- told by the lock on its file; whether it works or hangs, by its lease.
CREATE TABLE worker (
    process     BLOB    PRIMARY KEY CHECK (length(process) = 16),
    lanes       TEXT    NOT NULL,
    joined_at   INTEGER NOT NULL,
    -- The boot of the machine in which the lease was taken, and until when it holds: microseconds of the clock
    -- that no one sets.
    boot        TEXT    NOT NULL,
    lease_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The highest rank claimed so far, by priority: a newcomer lines up right behind it.
CREATE TABLE turn (
    priority INTEGER PRIMARY KEY,
    rank     INTEGER NOT NULL
) STRICT;
INSERT INTO turn (priority, rank) VALUES (0, 0), (1, 0), (2, 0), (3, 0);

-- How many tasks there are, kept by triggers so that no count ever scans.
CREATE TABLE tally (
    status   TEXT    NOT NULL,
    owner    TEXT    NOT NULL,
    lane     TEXT    NOT NULL,
    priority INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    PRIMARY KEY (status, owner, lane, priority)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER task_added AFTER INSERT ON task BEGIN
    INSERT INTO tally (status, owner, lane, priority, number)
    VALUES (NEW.status, NEW.owner, NEW.lane, NEW.priority, 1)
    ON CONFLICT DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER task_removed AFTER DELETE ON task BEGIN
    UPDATE tally SET number = number - 1
    WHERE status = OLD.status AND owner = OLD.owner AND lane = OLD.lane AND priority = OLD.priority;
END;
CREATE TRIGGER task_moved AFTER UPDATE OF status ON task WHEN NEW.status <> OLD.status BEGIN
    UPDATE tally SET number = number - 1
    WHERE status = OLD.status AND owner = OLD.owner AND lane = OLD.lane AND priority = OLD.priority;
    INSERT INTO tally (status, owner, lane, priority, number)
    VALUES (NEW.status, NEW.owner, NEW.lane, NEW.priority, 1)
    ON CONFLICT DO UPDATE SET number = number + 1;
END;

-- How many final tasks were deleted after their retention.
CREATE TABLE cleaned (number INTEGER NOT NULL) STRICT;
INSERT INTO cleaned (number) VALUES (0);
