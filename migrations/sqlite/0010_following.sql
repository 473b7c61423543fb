-- When each owner's tasks were last followed: what nobody follows any more is let go of, and costs nothing.

ALTER TABLE feed_owner ADD COLUMN followed_at INTEGER;
UPDATE feed_owner SET followed_at = CAST(unixepoch('subsec') * 1000000 AS INTEGER);

INSERT INTO step (version, oldest) VALUES (10, 5);
