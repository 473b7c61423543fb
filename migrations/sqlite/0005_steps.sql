-- With each step of the schema, the oldest schema whose programs may go on. A step without a row is for those alone that
-- know it.
CREATE TABLE step (
    version INTEGER PRIMARY KEY,
    oldest  INTEGER NOT NULL CHECK (oldest <= version)
) STRICT;
INSERT INTO step (version, oldest) VALUES (5, 5);
