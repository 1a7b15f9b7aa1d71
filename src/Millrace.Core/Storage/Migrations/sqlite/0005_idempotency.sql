CREATE TABLE idempotency_keys (
    workspace_id BLOB NOT NULL,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash BLOB NOT NULL,
    lease BLOB NULL,
    expires_at INTEGER NOT NULL,
    status INTEGER NULL,
    headers TEXT NULL,
    body BLOB NULL,
    PRIMARY KEY (workspace_id, scope, key)
) WITHOUT ROWID;

CREATE INDEX ix_idempotency_keys_expiry ON idempotency_keys (expires_at);
