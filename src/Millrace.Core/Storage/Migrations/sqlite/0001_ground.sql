CREATE TABLE workspaces (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX ix_workspaces_name ON workspaces (name);

CREATE TABLE api_keys (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    hash BLOB NOT NULL,
    hint TEXT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    is_admin INTEGER NOT NULL,
    rate_class TEXT NOT NULL,
    stream_dialect TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NULL,
    revoked_at INTEGER NULL,
    last_used_at INTEGER NULL
) WITHOUT ROWID;

CREATE INDEX ix_api_keys_workspace ON api_keys (workspace_id, id);
CREATE UNIQUE INDEX ix_api_keys_hash ON api_keys (hash);
CREATE UNIQUE INDEX ix_api_keys_number ON api_keys (number);

CREATE TABLE audit_records (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    request_id TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX ix_audit_records_workspace ON audit_records (workspace_id, id);
