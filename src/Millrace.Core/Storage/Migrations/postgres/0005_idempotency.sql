CREATE TABLE idempotency_keys (
    workspace_id UUID NOT NULL,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash BYTEA NOT NULL,
    lease UUID NULL,
    expires_at BIGINT NOT NULL,
    status BIGINT NULL,
    headers TEXT NULL,
    body BYTEA NULL,
    PRIMARY KEY (workspace_id, scope, key)
);

CREATE INDEX ix_idempotency_keys_expiry ON idempotency_keys (expires_at);
