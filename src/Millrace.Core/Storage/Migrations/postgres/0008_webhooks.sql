CREATE TABLE webhook_endpoints (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    owner TEXT NOT NULL,
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    event_types TEXT NOT NULL,
    state TEXT NOT NULL,
    disabled_reason TEXT NULL,
    disabled_at BIGINT NULL,
    previous_secret_until BIGINT NULL,
    failures BIGINT NOT NULL,
    failing_since BIGINT NULL,
    cursor_txn BIGINT NOT NULL,
    cursor_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    lease UUID NULL,
    lease_until BIGINT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE INDEX ix_webhook_endpoints_owner ON webhook_endpoints (workspace_id, owner, id);
CREATE INDEX ix_webhook_endpoints_lease ON webhook_endpoints (state, lease_until);

CREATE TABLE webhook_deliveries (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    endpoint_id UUID NOT NULL,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    event_txn BIGINT NOT NULL,
    event_row BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    status BIGINT NULL,
    error TEXT NULL,
    created_at BIGINT NOT NULL,
    attempted_at BIGINT NOT NULL,
    next_attempt_at BIGINT NULL
);

CREATE UNIQUE INDEX ix_webhook_deliveries_event ON webhook_deliveries (endpoint_id, event_txn, event_row);
CREATE INDEX ix_webhook_deliveries_list ON webhook_deliveries (workspace_id, endpoint_id, id);
CREATE INDEX ix_webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_attempt_at) WHERE state = 'waiting';
