-- Where a process that takes part runs, and when it last gave a sign of life: to be shown, never to decide by.
ALTER TABLE testgen.worker
    ADD COLUMN host    text   NOT NULL DEFAULT '',
    ADD COLUMN pid     bigint NOT NULL DEFAULT 0,
    ADD COLUMN version text   NOT NULL DEFAULT '',
    ADD COLUMN seen_at bigint NOT NULL DEFAULT 0;
