-- What happens to all tasks of one owner, in an order in which readers can go on.

-- The owners whose tasks were ever followed: nothing is kept for others. And up to where something of theirs is gone, with
-- the tasks that were deleted: whoever read less has missed it.
CREATE TABLE testgen.feed_owner (
    owner       text   PRIMARY KEY,
    lost_xid    xid8   NOT NULL,
    lost_number bigint NOT NULL
);

-- Which event of which task, by the transaction that wrote it. Readers stay below all transactions that go on: whatever
-- commits later lies behind what they have read.
CREATE TABLE testgen.feed (
    owner  text   NOT NULL,
    xid    xid8   NOT NULL DEFAULT pg_current_xact_id(),
    number bigint GENERATED ALWAYS AS IDENTITY,
    task   bigint NOT NULL,
    event  bigint NOT NULL,
    PRIMARY KEY (owner, xid, number)
);
CREATE INDEX feed_of_task ON testgen.feed (task);

CREATE OR REPLACE FUNCTION testgen.task_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    WITH fed AS (
        INSERT INTO testgen.feed (owner, task, event)
        SELECT added.owner, added.seq, added.events FROM added JOIN testgen.feed_owner USING (owner)
        WHERE added.kind <> 'webhook' ORDER BY added.seq
    )
    INSERT INTO testgen.tally SELECT status, owner, lane, priority, count(*) FROM added
    GROUP BY status, owner, lane, priority;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION testgen.task_removed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO testgen.tally SELECT status, owner, lane, priority, -count(*) FROM removed
    GROUP BY status, owner, lane, priority;
    WITH gone AS (
        DELETE FROM testgen.feed USING removed WHERE feed.task = removed.seq
        RETURNING feed.owner, feed.xid, feed.number
    )
    UPDATE testgen.feed_owner SET lost_xid = last.xid, lost_number = last.number
    FROM (SELECT DISTINCT ON (owner) owner, xid, number FROM gone ORDER BY owner, xid DESC, number DESC) AS last
    WHERE feed_owner.owner = last.owner AND (last.xid, last.number) > (lost_xid, lost_number);
    RETURN NULL;
END $$;

-- As it was; and several lines of a log are as many events of one move.
CREATE OR REPLACE FUNCTION testgen.task_happened() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    WITH fed AS (
        INSERT INTO testgen.feed (owner, task, event)
        SELECT after.owner, after.seq, event FROM after JOIN before USING (seq)
        JOIN testgen.feed_owner ON feed_owner.owner = after.owner
        CROSS JOIN generate_series(before.events + 1, after.events) AS event
        WHERE after.kind <> 'webhook' ORDER BY after.seq, event
    )
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

INSERT INTO testgen.step (version, oldest) VALUES (9, 5);
