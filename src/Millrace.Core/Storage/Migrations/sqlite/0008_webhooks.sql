CREATE TABLE webhook_endpoints (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    owner TEXT NOT NULL,
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    event_types TEXT NOT NULL,
    state TEXT NOT NULL,
    disabled_reason TEXT NULL,
    disabled_at INTEGER NULL,
    previous_secret_until INTEGER NULL,
    failures INTEGER NOT NULL,
    failing_since INTEGER NULL,
    cursor_txn INTEGER NOT NULL,
    cursor_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    lease BLOB NULL,
    lease_until INTEGER NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX ix_webhook_endpoints_owner ON webhook_endpoints (workspace_id, owner, id);
CREATE INDEX ix_webhook_endpoints_lease ON webhook_endpoints (state, lease_until);

CREATE TABLE webhook_deliveries (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    endpoint_id BLOB NOT NULL,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    event_txn INTEGER NOT NULL,
    event_row INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    status INTEGER NULL,
    error TEXT NULL,
    created_at INTEGER NOT NULL,
    attempted_at INTEGER NOT NULL,
    next_attempt_at INTEGER NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX ix_webhook_deliveries_event ON webhook_deliveries (endpoint_id, event_txn, event_row);
CREATE INDEX ix_webhook_deliveries_list ON webhook_deliveries (workspace_id, endpoint_id, id);
CREATE INDEX ix_webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_attempt_at) WHERE state = 'waiting';
