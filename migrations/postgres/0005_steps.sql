-- With each step of the schema, the oldest schema whose programs may go on. A step without a row is for those alone that
-- know it.
CREATE TABLE testgen.step (
    version bigint PRIMARY KEY,
    oldest  bigint NOT NULL CHECK (oldest <= version)
);
INSERT INTO testgen.step (version, oldest) VALUES (5, 5);
