-- When each owner's tasks were last followed: what nobody follows any more is let go of, and costs nothing.

ALTER TABLE testgen.feed_owner ADD COLUMN followed_at bigint;
UPDATE testgen.feed_owner SET followed_at = testgen.moment(NULL);

INSERT INTO testgen.step (version, oldest) VALUES (10, 5);
