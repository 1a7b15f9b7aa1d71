CREATE TABLE files (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    public_id TEXT NOT NULL,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    document_id TEXT NULL,
    purpose TEXT NULL,
    metadata TEXT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX ix_files_public ON files (workspace_id, public_id);
CREATE INDEX ix_files_sha256 ON files (workspace_id, sha256);
CREATE INDEX ix_files_document ON files (workspace_id, document_id);

CREATE TABLE vector_stores (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    public_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NULL,
    metadata TEXT NULL,
    dedupe INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX ix_vector_stores_public ON vector_stores (workspace_id, public_id);
CREATE INDEX ix_vector_stores_name ON vector_stores (workspace_id, name);

CREATE TABLE store_files (
    store_id BLOB NOT NULL,
    file_id BLOB NOT NULL,
    workspace_id BLOB NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (store_id, file_id)
) WITHOUT ROWID;

CREATE INDEX ix_store_files_file ON store_files (workspace_id, file_id);

CREATE TABLE documents (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    file_id BLOB NOT NULL,
    work_id BLOB NOT NULL,
    state TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    progress INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    language TEXT NULL,
    model TEXT NULL,
    error_code TEXT NULL,
    error TEXT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX ix_documents_file ON documents (workspace_id, file_id);
CREATE INDEX ix_documents_state ON documents (state);

CREATE TABLE chunks (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    workspace_id BLOB NOT NULL,
    document_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    page INTEGER NULL,
    headings TEXT NOT NULL
);

CREATE UNIQUE INDEX ix_chunks_document ON chunks (document_id, number);

CREATE TABLE chunk_vectors (
    workspace_id BLOB NOT NULL,
    model TEXT NOT NULL,
    chunk_id INTEGER NOT NULL,
    piece INTEGER NOT NULL,
    document_id BLOB NOT NULL,
    dimensions INTEGER NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (workspace_id, model, chunk_id, piece)
) WITHOUT ROWID;

CREATE INDEX ix_chunk_vectors_chunk ON chunk_vectors (chunk_id);

-- Terms are made in code, parted by spaces; the scope is the workspace's own term, so that the index itself keeps them apart.
CREATE VIRTUAL TABLE chunk_words USING fts5 (scope, terms, content = '', contentless_delete = 1, tokenize = 'ascii');
