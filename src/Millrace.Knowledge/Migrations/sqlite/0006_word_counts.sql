-- A chunk's words and how often each stands in it: " word:times word:times "; and how many they are.
CREATE TABLE chunk_terms (
    chunk_id INTEGER NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    document_id BLOB NOT NULL,
    length INTEGER NOT NULL,
    terms TEXT NOT NULL
);

-- In how many of a workspace's chunks a word stands, and how often in all of them; the empty word counts all chunks.
CREATE TABLE word_counts (
    workspace_id BLOB NOT NULL,
    word TEXT NOT NULL,
    chunks INTEGER NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, word)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE chunk_word_places USING fts5vocab (chunk_words, instance);

INSERT INTO chunk_terms (chunk_id, workspace_id, document_id, length, terms)
SELECT c.id, c.workspace_id, c.document_id, SUM(p.times), ' ' || group_concat(p.term || ':' || p.times, ' ') || ' '
FROM (SELECT doc, term, COUNT(*) AS times FROM chunk_word_places WHERE col = 'terms' GROUP BY doc, term) p
JOIN chunks c ON c.id = p.doc GROUP BY c.id;

INSERT INTO word_counts (workspace_id, word, chunks, times)
SELECT c.workspace_id, p.term, COUNT(*), SUM(p.times)
FROM (SELECT doc, term, COUNT(*) AS times FROM chunk_word_places WHERE col = 'terms' GROUP BY doc, term) p
JOIN chunks c ON c.id = p.doc GROUP BY c.workspace_id, p.term;

INSERT INTO word_counts (workspace_id, word, chunks, times)
SELECT workspace_id, '', COUNT(*), SUM(length) FROM chunk_terms GROUP BY workspace_id;

DROP TABLE chunk_word_places;
