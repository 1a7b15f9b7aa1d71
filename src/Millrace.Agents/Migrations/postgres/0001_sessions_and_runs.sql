CREATE TABLE sessions (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    handle TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    last_turn BIGINT NOT NULL,
    summary TEXT NOT NULL,
    summary_through BIGINT NOT NULL,
    active_run UUID NULL,
    active_until BIGINT NULL
);

CREATE UNIQUE INDEX ix_sessions_handle ON sessions (workspace_id, handle);
CREATE INDEX ix_sessions_last_used ON sessions (last_used_at);

CREATE TABLE turns (
    session_id UUID NOT NULL,
    number BIGINT NOT NULL,
    workspace_id UUID NOT NULL,
    run_id UUID NOT NULL,
    role TEXT NOT NULL,
    text TEXT NOT NULL,
    tokens BIGINT NOT NULL,
    state TEXT NOT NULL,
    meta TEXT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, number)
);

CREATE TABLE turn_vectors (
    session_id UUID NOT NULL,
    number BIGINT NOT NULL,
    workspace_id UUID NOT NULL,
    model TEXT NOT NULL,
    vector BYTEA NOT NULL,
    PRIMARY KEY (session_id, number)
);

CREATE TABLE runs (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    session_id UUID NULL,
    request_key TEXT NULL,
    state TEXT NOT NULL,
    owner TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    prompt_tokens BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    cost_micro_usd BIGINT NOT NULL,
    error TEXT NULL
);

CREATE UNIQUE INDEX ix_runs_request ON runs (workspace_id, session_id, request_key);
CREATE INDEX ix_runs_state ON runs (state, started_at);

CREATE TABLE steps (
    run_id UUID NOT NULL,
    number BIGINT NOT NULL,
    workspace_id UUID NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    input TEXT NOT NULL,
    output TEXT NOT NULL,
    ok BOOLEAN NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT NOT NULL,
    PRIMARY KEY (run_id, number)
);
