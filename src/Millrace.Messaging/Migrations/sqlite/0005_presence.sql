CREATE TABLE presence (
    workspace_id BLOB NOT NULL,
    agent_id BLOB NOT NULL,
    status TEXT NOT NULL,
    status_text TEXT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, agent_id)
) WITHOUT ROWID;
