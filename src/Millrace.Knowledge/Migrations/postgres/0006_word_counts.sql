-- A chunk's words and how often each stands in it: " word:times word:times "; and how many they are.
CREATE TABLE chunk_terms (
    chunk_id BIGINT NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    document_id UUID NOT NULL,
    length BIGINT NOT NULL,
    terms TEXT NOT NULL
);

-- In how many of a workspace's chunks a word stands, and how often in all of them; the empty word counts all chunks.
CREATE TABLE word_counts (
    workspace_id UUID NOT NULL,
    word TEXT NOT NULL,
    chunks BIGINT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, word)
) WITH (fillfactor = 70);

INSERT INTO chunk_terms (chunk_id, workspace_id, document_id, length, terms)
SELECT c.id, c.workspace_id, c.document_id, SUM(cardinality(p.positions)),
    ' ' || string_agg(p.lexeme || ':' || cardinality(p.positions), ' ') || ' '
FROM chunk_words w JOIN chunks c ON c.id = w.chunk_id, unnest(w.words) AS p
WHERE p.weights[1] = 'A' GROUP BY c.id;

INSERT INTO word_counts (workspace_id, word, chunks, times)
SELECT c.workspace_id, p.lexeme, COUNT(*), SUM(cardinality(p.positions))
FROM chunk_words w JOIN chunks c ON c.id = w.chunk_id, unnest(w.words) AS p
WHERE p.weights[1] = 'A' GROUP BY c.workspace_id, p.lexeme;

INSERT INTO word_counts (workspace_id, word, chunks, times)
SELECT workspace_id, '', COUNT(*), SUM(length) FROM chunk_terms GROUP BY workspace_id;
