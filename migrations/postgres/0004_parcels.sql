-- Projects that travel: packed where a task is submitted, unpacked where it runs.

CREATE TABLE testgen.parcel (
    -- The SHA-256 of the contents.
    id       bytea  PRIMARY KEY CHECK (length(id) = 32),
    contents bytea  NOT NULL,
    -- When a submission named it last.
    used_at  bigint NOT NULL
);
-- They are compressed already.
ALTER TABLE testgen.parcel ALTER COLUMN contents SET STORAGE EXTERNAL;

-- Which tasks name it, by their ids: a row may stand before its task does.
CREATE TABLE testgen.parcel_use (
    parcel bytea NOT NULL REFERENCES testgen.parcel (id) ON DELETE CASCADE,
    task   uuid  NOT NULL,
    PRIMARY KEY (parcel, task)
);
