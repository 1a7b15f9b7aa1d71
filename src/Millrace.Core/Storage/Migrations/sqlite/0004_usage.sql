CREATE TABLE usage_days (
    workspace_id BLOB NOT NULL,
    key_id BLOB NOT NULL,
    day TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    model TEXT NOT NULL,
    calls INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    cost_micro_usd INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, key_id, day, endpoint, model)
) WITHOUT ROWID;

CREATE TABLE usage_segments (
    id BLOB NOT NULL PRIMARY KEY
) WITHOUT ROWID;
