CREATE TABLE workspaces (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX ix_workspaces_name ON workspaces (name);

CREATE TABLE api_keys (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    number BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    hint TEXT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    is_admin BOOLEAN NOT NULL,
    rate_class TEXT NOT NULL,
    stream_dialect TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NULL,
    revoked_at BIGINT NULL,
    last_used_at BIGINT NULL
);

CREATE INDEX ix_api_keys_workspace ON api_keys (workspace_id, id);
CREATE UNIQUE INDEX ix_api_keys_hash ON api_keys (hash);
CREATE UNIQUE INDEX ix_api_keys_number ON api_keys (number);

CREATE TABLE audit_records (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    request_id TEXT NOT NULL
);

CREATE INDEX ix_audit_records_workspace ON audit_records (workspace_id, id);
