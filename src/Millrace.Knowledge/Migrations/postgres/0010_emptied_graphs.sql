-- Until when what was written to a graph is being erased, while it is.
ALTER TABLE graphs ADD COLUMN emptied_at BIGINT NULL;

CREATE INDEX ix_facts_superseded ON facts (workspace_id, graph_id, superseded_by) WHERE superseded_by IS NOT NULL;
CREATE INDEX ix_facts_ended ON facts (workspace_id, graph_id, ended_by) WHERE ended_by IS NOT NULL;
