CREATE TABLE presence (
    workspace_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    status TEXT NOT NULL,
    status_text TEXT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, agent_id)
);
