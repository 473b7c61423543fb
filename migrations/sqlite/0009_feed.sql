-- What happens to all tasks of one owner, in an order in which readers can go on.

-- The owners whose tasks were ever followed: nothing is kept for others. And up to where something of theirs is gone, with
-- the tasks that were deleted: whoever read less has missed it.
CREATE TABLE feed_owner (
    owner TEXT    PRIMARY KEY,
    lost  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Which event of which task, in the order of commits: there is one writer at a time.
CREATE TABLE feed (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    owner  TEXT    NOT NULL,
    task   INTEGER NOT NULL,
    event  INTEGER NOT NULL
) STRICT;
CREATE INDEX feed_of_owner ON feed (owner, number);
CREATE INDEX feed_of_task ON feed (task);

CREATE TRIGGER task_fed_first AFTER INSERT ON task
WHEN NEW.kind <> 'webhook' AND EXISTS (SELECT 1 FROM feed_owner WHERE owner = NEW.owner) BEGIN
    INSERT INTO feed (owner, task, event) VALUES (NEW.owner, NEW.seq, NEW.events);
END;
CREATE TRIGGER task_fed AFTER UPDATE OF events ON task
WHEN NEW.events > OLD.events AND NEW.kind <> 'webhook'
    AND EXISTS (SELECT 1 FROM feed_owner WHERE owner = NEW.owner) BEGIN
    INSERT INTO feed (owner, task, event) VALUES (NEW.owner, NEW.seq, NEW.events);
END;
CREATE TRIGGER task_unfed BEFORE DELETE ON task
WHEN EXISTS (SELECT 1 FROM feed_owner WHERE owner = OLD.owner) BEGIN
    UPDATE feed_owner SET lost = max(lost, coalesce((SELECT max(number) FROM feed WHERE task = OLD.seq), 0))
    WHERE owner = OLD.owner;
    DELETE FROM feed WHERE task = OLD.seq;
END;

INSERT INTO step (version, oldest) VALUES (9, 5);
