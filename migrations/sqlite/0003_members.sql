-- Where a process that takes part runs, and when it last gave a sign of life: to be shown, never to decide by.
ALTER TABLE worker ADD COLUMN host TEXT NOT NULL DEFAULT '';
ALTER TABLE worker ADD COLUMN pid INTEGER NOT NULL DEFAULT 0;
ALTER TABLE worker ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE worker ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
