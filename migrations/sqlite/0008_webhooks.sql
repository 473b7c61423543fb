-- Who is told of the end of tasks that a key submitted, and by which secrets that is signed: the newest first.

ALTER TABLE api_key ADD COLUMN callback_url TEXT;
ALTER TABLE api_key ADD COLUMN webhook_secrets TEXT NOT NULL DEFAULT '';

INSERT INTO step (version, oldest) VALUES (8, 5);
