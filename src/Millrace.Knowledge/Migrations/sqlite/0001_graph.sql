CREATE TABLE graphs (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    is_default INTEGER NOT NULL,
    dedupe INTEGER NOT NULL,
    fact_count INTEGER NOT NULL,
    node_count INTEGER NOT NULL,
    edge_count INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX ix_graphs_workspace ON graphs (workspace_id, id);

CREATE TABLE graph_grants (
    graph_id BLOB NOT NULL,
    grantee TEXT NOT NULL,
    workspace_id BLOB NOT NULL,
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (graph_id, grantee)
) WITHOUT ROWID;

CREATE INDEX ix_graph_grants_grantee ON graph_grants (grantee);

CREATE TABLE graph_sessions (
    workspace_id BLOB NOT NULL,
    session TEXT NOT NULL,
    graph_id BLOB NOT NULL,
    mapped_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, session)
) WITHOUT ROWID;

CREATE INDEX ix_graph_sessions_graph ON graph_sessions (workspace_id, graph_id, mapped_at);

CREATE TABLE entities (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    graph_id BLOB NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    summary TEXT NOT NULL,
    attributes TEXT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    retired_at INTEGER NULL,
    merged_into BLOB NULL
) WITHOUT ROWID;

CREATE INDEX ix_entities_graph ON entities (workspace_id, graph_id, id);

CREATE TABLE entity_names (
    workspace_id BLOB NOT NULL,
    graph_id BLOB NOT NULL,
    key TEXT NOT NULL,
    entity_id BLOB NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (workspace_id, graph_id, key, entity_id)
) WITHOUT ROWID;

CREATE INDEX ix_entity_names_entity ON entity_names (workspace_id, entity_id);

CREATE TABLE episodes (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    graph_id BLOB NOT NULL,
    session TEXT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX ix_episodes_graph ON episodes (workspace_id, graph_id, id);
CREATE INDEX ix_episodes_session ON episodes (workspace_id, graph_id, session) WHERE session IS NOT NULL;

CREATE TABLE facts (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    graph_id BLOB NOT NULL,
    origin_id BLOB NOT NULL,
    episode_id BLOB NOT NULL,
    is_part INTEGER NOT NULL,
    text TEXT NOT NULL,
    subject_id BLOB NULL,
    predicate TEXT NULL,
    object_id BLOB NULL,
    value TEXT NULL,
    valid_from INTEGER NULL,
    valid_to INTEGER NULL,
    recorded_at INTEGER NOT NULL,
    retracted_at INTEGER NULL,
    superseded_by BLOB NULL,
    ended_by BLOB NULL,
    confidence REAL NOT NULL,
    source TEXT NULL,
    rule TEXT NULL,
    metadata TEXT NULL
) WITHOUT ROWID;

CREATE INDEX ix_facts_graph ON facts (workspace_id, graph_id, id);
CREATE INDEX ix_facts_subject ON facts (workspace_id, graph_id, subject_id, predicate) WHERE subject_id IS NOT NULL;
CREATE INDEX ix_facts_object ON facts (workspace_id, graph_id, object_id) WHERE object_id IS NOT NULL;
CREATE INDEX ix_facts_episode ON facts (workspace_id, episode_id);
CREATE INDEX ix_facts_origin ON facts (workspace_id, origin_id) WHERE origin_id <> id;

-- Terms are made in code, parted by spaces, and begin with the graph's own; so no tokenizer has a say in them.
CREATE VIRTUAL TABLE fact_words USING fts5 (terms, fact_id UNINDEXED, tokenize = 'ascii', detail = 'none', columnsize = 0);
