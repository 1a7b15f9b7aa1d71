-- What a kept answer tells of, so that it can be rewritten when that is not to be told any more.
ALTER TABLE idempotency_keys ADD COLUMN subject TEXT NULL;
CREATE INDEX ix_idempotency_keys_subject ON idempotency_keys (workspace_id, subject) WHERE subject IS NOT NULL;

-- By what an owner is known that made a webhook, or changed it last.
ALTER TABLE webhook_endpoints ADD COLUMN granted_by TEXT NOT NULL DEFAULT '';
