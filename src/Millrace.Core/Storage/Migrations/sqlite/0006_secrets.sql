CREATE TABLE data_keys (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    master_key TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX ix_data_keys_workspace ON data_keys (workspace_id, id);

CREATE TABLE secrets (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    name TEXT NOT NULL,
    data_key_id BLOB NOT NULL,
    sealed BLOB NOT NULL,
    updated_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX ix_secrets_name ON secrets (workspace_id, name);
