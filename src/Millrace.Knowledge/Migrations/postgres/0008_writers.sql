-- The workspace that wrote a fact, or gave an entity its name, where that is not the graph's own.
ALTER TABLE facts ADD COLUMN written_by UUID NULL;
ALTER TABLE entities ADD COLUMN written_by UUID NULL;
