-- In the order in which an entity's names are asked for: without it SQLite reads the names of the whole workspace.
DROP INDEX ix_entity_names_entity;
CREATE INDEX ix_entity_names_entity ON entity_names (workspace_id, entity_id, key);
