CREATE TABLE fact_vectors (
    workspace_id BLOB NOT NULL,
    model TEXT NOT NULL,
    fact_id BLOB NOT NULL,
    graph_id BLOB NOT NULL,
    dimensions INTEGER NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (workspace_id, model, fact_id)
) WITHOUT ROWID;

CREATE INDEX ix_fact_vectors_fact ON fact_vectors (fact_id);
