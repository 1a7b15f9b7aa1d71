-- What is read in the log only needs no index by subject.
ALTER TABLE events ADD COLUMN by_subject BOOLEAN NOT NULL DEFAULT TRUE;
DROP INDEX ix_events_subject;
CREATE UNIQUE INDEX ix_events_subject ON events (workspace_id, subject, sequence) WHERE by_subject;
