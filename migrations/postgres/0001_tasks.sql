-- Tasks, what they ask for, what they left, and who works on them.
-- Times are microseconds since 1970 in UTC. All names lie in the schema `testgen`, which is ours.

-- The database's clock; a test gives the time instead.
CREATE FUNCTION testgen.moment(given bigint) RETURNS bigint LANGUAGE sql VOLATILE AS
    $$ SELECT coalesce(given, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) $$;

-- One row a task, narrow: it is rewritten by every transition, so what is large or never changes lies apart.
CREATE TABLE testgen.task (
    -- The order of submission.
    seq               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id                uuid   NOT NULL UNIQUE,
    kind              text   NOT NULL,
    lane              text   NOT NULL,
    owner             text   NOT NULL,
    priority          bigint NOT NULL CHECK (priority BETWEEN 0 AND 3),
    rank              bigint NOT NULL,
    status            text   NOT NULL
        CHECK (status IN ('pending', 'queued', 'running', 'completed', 'failed', 'cancelled')),
    -- When a pending task becomes eligible; null for one that waits for other tasks or was left behind.
    due               bigint CHECK (due IS NULL OR status = 'pending'),
    -- How many of the tasks it depends on have not completed; 0 unless that is what it waits for.
    open_dependencies bigint NOT NULL CHECK (open_dependencies = 0 OR (status = 'pending' AND due IS NULL)),
    -- Who runs a running task.
    process           uuid   CHECK ((process IS NOT NULL) = (status = 'running')),
    submitter         uuid   NOT NULL,
    attempt_seconds   double precision NOT NULL,
    max_retries       bigint NOT NULL,
    retention_seconds double precision NOT NULL,
    -- The same key of the same owner names the same task.
    idempotency_key   text,
    token             bigint NOT NULL,
    attempt           bigint NOT NULL,
    retries           bigint NOT NULL,
    crashes           bigint NOT NULL,
    cancel_requested  boolean NOT NULL,
    -- JSON, as text: what is read back is what was written, to the byte.
    failure           text,
    -- What of it lives on a server, kept before it is made there.
    session           text,
    progress          text,
    created_at        bigint NOT NULL,
    started_at        bigint,
    completed_at      bigint
        CHECK ((completed_at IS NOT NULL) = (status IN ('completed', 'failed', 'cancelled'))),
    -- When the record of a final task may be deleted.
    kept_until        bigint CHECK ((kept_until IS NOT NULL) = (completed_at IS NOT NULL)),
    -- The number of its last event, and when that was.
    events            bigint NOT NULL,
    changed_at        bigint NOT NULL,
    -- Whether rows of task_dependency wait for its end.
    has_dependants    boolean NOT NULL
) WITH (
    -- Room in each page for the next version of a row, and dead versions cleared away soon: a claim walks an index
    -- whose first entries die all the time.
    fillfactor = 80,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0.05
);

-- A claim reads the heads of its lanes here.
CREATE INDEX task_queued ON testgen.task (lane, priority, rank, seq) WHERE status = 'queued';
-- The highest rank that an owner has queued.
CREATE INDEX task_owner ON testgen.task (owner, priority, rank) WHERE status = 'queued';
-- Promotion.
CREATE INDEX task_due ON testgen.task (due) WHERE status = 'pending' AND due IS NOT NULL;
-- Rescue, requests to cancel, and limits.
CREATE INDEX task_running ON testgen.task (process) WHERE status = 'running';
-- Adoption and expiry.
CREATE INDEX task_waiting ON testgen.task (submitter, created_at) WHERE status IN ('pending', 'queued');
-- Pruning.
CREATE INDEX task_kept ON testgen.task (kept_until) WHERE kept_until IS NOT NULL;
-- The figures of what ended last.
CREATE INDEX task_ended ON testgen.task (completed_at) WHERE completed_at IS NOT NULL;
-- One task a key; the key is free again when the task is deleted.
CREATE UNIQUE INDEX task_key ON testgen.task (owner, idempotency_key) WHERE idempotency_key IS NOT NULL;
-- Listings of one status; the others walk the unique index on id.
CREATE INDEX task_status ON testgen.task (status, id);

-- What is to be done, and the caller's notes: JSON, written once.
CREATE TABLE testgen.task_request (
    task     bigint PRIMARY KEY REFERENCES testgen.task (seq) ON DELETE CASCADE,
    work     text NOT NULL,
    metadata text NOT NULL,
    -- What few submissions ask for besides: key, dependencies, time.
    terms    text
);

-- Who waits for whose completion. Rows go when the awaited task ends.
CREATE TABLE testgen.task_dependency (
    awaited   bigint NOT NULL REFERENCES testgen.task (seq) ON DELETE CASCADE,
    dependant bigint NOT NULL REFERENCES testgen.task (seq) ON DELETE CASCADE,
    PRIMARY KEY (awaited, dependant)
);
CREATE INDEX task_dependency_dependant ON testgen.task_dependency (dependant);

-- What a completion left, or what a failure had to show all the same: JSON, written once.
CREATE TABLE testgen.task_result (
    task   bigint PRIMARY KEY REFERENCES testgen.task (seq) ON DELETE CASCADE,
    result text NOT NULL
);

-- What happened to a task from its second event on; the first, its submission, is told by the task itself.
CREATE TABLE testgen.task_event (
    task      bigint NOT NULL REFERENCES testgen.task (seq) ON DELETE CASCADE,
    number    bigint NOT NULL,
    at        bigint NOT NULL,
    status    text   NOT NULL,
    attempt   bigint NOT NULL,
    happening text   NOT NULL CHECK (happening IN ('status', 'progress', 'log', 'cancel_requested')),
    -- JSON: why it failed, how far it is, or the line that was left; by what happened.
    detail    text,
    PRIMARY KEY (task, number)
);

-- How many tasks there are: the sum of all rows. Every statement that moves tasks adds rows of its own, so that no two
-- writers ever wait for each other here; now and then the rows are put together.
CREATE TABLE testgen.tally (
    status   text   NOT NULL,
    owner    text   NOT NULL,
    lane     text   NOT NULL,
    priority bigint NOT NULL,
    number   bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

CREATE FUNCTION testgen.task_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO testgen.tally SELECT status, owner, lane, priority, count(*) FROM added
    GROUP BY status, owner, lane, priority;
    RETURN NULL;
END $$;
CREATE TRIGGER task_added AFTER INSERT ON testgen.task
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION testgen.task_added();

CREATE FUNCTION testgen.task_removed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO testgen.tally SELECT status, owner, lane, priority, -count(*) FROM removed
    GROUP BY status, owner, lane, priority;
    RETURN NULL;
END $$;
CREATE TRIGGER task_removed AFTER DELETE ON testgen.task
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION testgen.task_removed();

-- A move of a task is its event, and changes the counts. A line of a log is there already when its task moves on.
CREATE FUNCTION testgen.task_happened() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO testgen.task_event (task, number, at, status, attempt, happening, detail)
    SELECT
        after.seq, after.events, after.changed_at, after.status, after.attempt,
        CASE
            WHEN after.status <> before.status OR after.status <> 'running' THEN 'status'
            WHEN after.cancel_requested <> before.cancel_requested THEN 'cancel_requested'
            ELSE 'progress'
        END,
        CASE WHEN after.status = 'running' THEN after.progress ELSE after.failure END
    FROM after JOIN before USING (seq) WHERE after.events > before.events
    ON CONFLICT DO NOTHING;
    INSERT INTO testgen.tally
    SELECT status, owner, lane, priority, sum(number) FROM (
        SELECT after.status, after.owner, after.lane, after.priority, 1 AS number
        FROM after JOIN before USING (seq) WHERE after.status <> before.status
        UNION ALL
        SELECT before.status, before.owner, before.lane, before.priority, -1
        FROM after JOIN before USING (seq) WHERE after.status <> before.status
    ) AS moved GROUP BY status, owner, lane, priority HAVING sum(number) <> 0;
    RETURN NULL;
END $$;
CREATE TRIGGER task_happened AFTER UPDATE ON testgen.task
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION testgen.task_happened();

-- The processes that take part, and the lanes they work. Times are the database's.
CREATE TABLE testgen.worker (
    process     uuid   PRIMARY KEY,
    lanes       text[] NOT NULL,
    joined_at   bigint NOT NULL,
    -- Until when nobody takes what it runs: renewed by the engine.
    lease_until bigint NOT NULL,
    -- Until when it counts as alive though it runs nothing: renewed by the store itself.
    seen_until  bigint NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- The highest rank claimed so far, by priority: a newcomer lines up right behind it. The highest row counts; claims add
-- rows and never wait for each other here.
CREATE TABLE testgen.turn (
    priority bigint NOT NULL,
    rank     bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX turn_highest ON testgen.turn (priority, rank);
INSERT INTO testgen.turn (priority, rank) VALUES (0, 0), (1, 0), (2, 0), (3, 0);

-- How many final tasks were deleted after their retention: the sum of all rows.
CREATE TABLE testgen.cleaned (number bigint NOT NULL);
