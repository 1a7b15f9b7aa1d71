-- What is read in the log only needs no index by subject.
ALTER TABLE events ADD COLUMN by_subject INTEGER NOT NULL DEFAULT 1;
DROP INDEX ix_events_subject;
CREATE UNIQUE INDEX ix_events_subject ON events (workspace_id, subject, sequence) WHERE by_subject;
