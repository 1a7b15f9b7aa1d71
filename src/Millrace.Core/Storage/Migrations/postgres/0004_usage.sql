CREATE TABLE usage_days (
    workspace_id UUID NOT NULL,
    key_id UUID NOT NULL,
    day TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    model TEXT NOT NULL,
    calls BIGINT NOT NULL,
    prompt_tokens BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    cost_micro_usd BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, key_id, day, endpoint, model)
);

CREATE TABLE usage_segments (
    id UUID NOT NULL PRIMARY KEY
);
