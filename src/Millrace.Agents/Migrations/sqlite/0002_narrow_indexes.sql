-- Each chat writes these tables, so an index holds only the rows that are looked for by it.
DROP INDEX ix_sessions_last_used;
DROP INDEX ix_runs_request;
DROP INDEX ix_runs_state;
CREATE UNIQUE INDEX ix_runs_request ON runs (workspace_id, session_id, request_key) WHERE request_key IS NOT NULL;
CREATE INDEX ix_runs_running ON runs (state, started_at) WHERE state = 'running';
CREATE INDEX ix_runs_alone ON runs (started_at) WHERE session_id IS NULL;
CREATE INDEX ix_sessions_active ON sessions (active_until) WHERE active_run IS NOT NULL;
