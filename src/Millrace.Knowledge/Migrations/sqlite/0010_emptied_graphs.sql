-- Until when what was written to a graph is being erased, while it is.
ALTER TABLE graphs ADD COLUMN emptied_at INTEGER NULL;

-- Where a fact stands in the index of words, which has no key of its own.
CREATE TABLE fact_word_rows (
    fact_id BLOB NOT NULL PRIMARY KEY,
    word_row INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO fact_word_rows (fact_id, word_row) SELECT fact_id, MAX(rowid) FROM fact_words GROUP BY fact_id;

CREATE INDEX ix_facts_superseded ON facts (workspace_id, graph_id, superseded_by) WHERE superseded_by IS NOT NULL;
CREATE INDEX ix_facts_ended ON facts (workspace_id, graph_id, ended_by) WHERE ended_by IS NOT NULL;
