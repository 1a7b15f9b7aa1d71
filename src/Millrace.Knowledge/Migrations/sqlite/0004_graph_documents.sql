-- What decided an entity's type: a rule, or the user.
ALTER TABLE entities ADD COLUMN source TEXT NULL;

-- The document that a piece of evidence stands in.
ALTER TABLE episodes ADD COLUMN document_id BLOB NULL;

CREATE INDEX ix_episodes_document ON episodes (workspace_id, document_id) WHERE document_id IS NOT NULL;

-- How many of a document's chunks were read into the graph.
ALTER TABLE documents ADD COLUMN graph_chunks INTEGER NOT NULL DEFAULT 0;
