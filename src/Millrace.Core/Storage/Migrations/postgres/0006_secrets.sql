CREATE TABLE data_keys (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    master_key TEXT NOT NULL,
    wrapped BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX ix_data_keys_workspace ON data_keys (workspace_id, id);

CREATE TABLE secrets (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    name TEXT NOT NULL,
    data_key_id UUID NOT NULL,
    sealed BYTEA NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX ix_secrets_name ON secrets (workspace_id, name);
