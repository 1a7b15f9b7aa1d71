CREATE TABLE fact_vectors (
    workspace_id UUID NOT NULL,
    model TEXT NOT NULL,
    fact_id UUID NOT NULL,
    graph_id UUID NOT NULL,
    dimensions BIGINT NOT NULL,
    vector BYTEA NOT NULL,
    PRIMARY KEY (workspace_id, model, fact_id)
);

CREATE INDEX ix_fact_vectors_fact ON fact_vectors (fact_id);
