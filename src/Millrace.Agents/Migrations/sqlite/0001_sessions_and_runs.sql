CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    handle TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    last_turn INTEGER NOT NULL,
    summary TEXT NOT NULL,
    summary_through INTEGER NOT NULL,
    active_run BLOB NULL,
    active_until INTEGER NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX ix_sessions_handle ON sessions (workspace_id, handle);
CREATE INDEX ix_sessions_last_used ON sessions (last_used_at);

CREATE TABLE turns (
    session_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    workspace_id BLOB NOT NULL,
    run_id BLOB NOT NULL,
    role TEXT NOT NULL,
    text TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    state TEXT NOT NULL,
    meta TEXT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (session_id, number)
) WITHOUT ROWID;

CREATE TABLE turn_vectors (
    session_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    workspace_id BLOB NOT NULL,
    model TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (session_id, number)
) WITHOUT ROWID;

CREATE TABLE runs (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    session_id BLOB NULL,
    request_key TEXT NULL,
    state TEXT NOT NULL,
    owner TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    cost_micro_usd INTEGER NOT NULL,
    error TEXT NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX ix_runs_request ON runs (workspace_id, session_id, request_key);
CREATE INDEX ix_runs_state ON runs (state, started_at);

CREATE TABLE steps (
    run_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    workspace_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    input TEXT NOT NULL,
    output TEXT NOT NULL,
    ok INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    PRIMARY KEY (run_id, number)
) WITHOUT ROWID;
