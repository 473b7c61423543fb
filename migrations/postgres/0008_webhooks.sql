-- Who is told of the end of tasks that a key submitted, and by which secrets that is signed: the newest first.

ALTER TABLE testgen.api_key ADD COLUMN callback_url TEXT;
ALTER TABLE testgen.api_key ADD COLUMN webhook_secrets TEXT NOT NULL DEFAULT '';

INSERT INTO testgen.step (version, oldest) VALUES (8, 5);
