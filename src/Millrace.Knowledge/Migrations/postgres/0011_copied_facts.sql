-- The fact of another graph that a fact is a copy of.
ALTER TABLE facts ADD COLUMN copied_from UUID NULL;

CREATE INDEX ix_facts_copied ON facts (workspace_id, graph_id, copied_from) WHERE copied_from IS NOT NULL;
