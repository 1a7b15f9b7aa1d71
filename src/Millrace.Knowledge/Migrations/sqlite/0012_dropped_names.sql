-- Until when an entity had a name that it has no longer.
ALTER TABLE entity_names ADD COLUMN dropped_at INTEGER NULL;
