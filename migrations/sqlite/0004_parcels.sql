-- Projects that travel: packed where a task is submitted, unpacked where it runs.

CREATE TABLE parcel (
    -- The SHA-256 of the contents.
    id       BLOB    PRIMARY KEY CHECK (length(id) = 32),
    contents BLOB    NOT NULL,
    -- When a submission named it last.
    used_at  INTEGER NOT NULL
) STRICT;

-- Which tasks name it, by their ids: a row may stand before its task does.
CREATE TABLE parcel_use (
    parcel BLOB NOT NULL REFERENCES parcel (id) ON DELETE CASCADE,
    task   BLOB NOT NULL CHECK (length(task) = 16),
    PRIMARY KEY (parcel, task)
) STRICT, WITHOUT ROWID;
