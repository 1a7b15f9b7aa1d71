CREATE TABLE graphs (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    dedupe BOOLEAN NOT NULL,
    fact_count BIGINT NOT NULL,
    node_count BIGINT NOT NULL,
    edge_count BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE INDEX ix_graphs_workspace ON graphs (workspace_id, id);

CREATE TABLE graph_grants (
    graph_id UUID NOT NULL,
    grantee TEXT NOT NULL,
    workspace_id UUID NOT NULL,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (graph_id, grantee)
);

CREATE INDEX ix_graph_grants_grantee ON graph_grants (grantee);

CREATE TABLE graph_sessions (
    workspace_id UUID NOT NULL,
    session TEXT NOT NULL,
    graph_id UUID NOT NULL,
    mapped_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, session)
);

CREATE INDEX ix_graph_sessions_graph ON graph_sessions (workspace_id, graph_id, mapped_at);

CREATE TABLE entities (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    graph_id UUID NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    summary TEXT NOT NULL,
    attributes TEXT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    retired_at BIGINT NULL,
    merged_into UUID NULL
);

CREATE INDEX ix_entities_graph ON entities (workspace_id, graph_id, id);

CREATE TABLE entity_names (
    workspace_id UUID NOT NULL,
    graph_id UUID NOT NULL,
    key TEXT NOT NULL,
    entity_id UUID NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (workspace_id, graph_id, key, entity_id)
);

CREATE INDEX ix_entity_names_entity ON entity_names (workspace_id, entity_id);

CREATE TABLE episodes (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    graph_id UUID NOT NULL,
    session TEXT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX ix_episodes_graph ON episodes (workspace_id, graph_id, id);
CREATE INDEX ix_episodes_session ON episodes (workspace_id, graph_id, session) WHERE session IS NOT NULL;

CREATE TABLE facts (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    graph_id UUID NOT NULL,
    origin_id UUID NOT NULL,
    episode_id UUID NOT NULL,
    is_part BOOLEAN NOT NULL,
    text TEXT NOT NULL,
    subject_id UUID NULL,
    predicate TEXT NULL,
    object_id UUID NULL,
    value TEXT NULL,
    valid_from BIGINT NULL,
    valid_to BIGINT NULL,
    recorded_at BIGINT NOT NULL,
    retracted_at BIGINT NULL,
    superseded_by UUID NULL,
    ended_by UUID NULL,
    confidence DOUBLE PRECISION NOT NULL,
    source TEXT NULL,
    rule TEXT NULL,
    metadata TEXT NULL
);

CREATE INDEX ix_facts_graph ON facts (workspace_id, graph_id, id);
CREATE INDEX ix_facts_subject ON facts (workspace_id, graph_id, subject_id, predicate) WHERE subject_id IS NOT NULL;
CREATE INDEX ix_facts_object ON facts (workspace_id, graph_id, object_id) WHERE object_id IS NOT NULL;
CREATE INDEX ix_facts_episode ON facts (workspace_id, episode_id);
CREATE INDEX ix_facts_origin ON facts (workspace_id, origin_id) WHERE origin_id <> id;

-- Terms are made in code, and begin with the graph's own; so no parser has a say in them.
CREATE TABLE fact_words (
    fact_id UUID NOT NULL PRIMARY KEY,
    terms TSVECTOR NOT NULL
);

CREATE INDEX ix_fact_words_terms ON fact_words USING GIN (terms);
