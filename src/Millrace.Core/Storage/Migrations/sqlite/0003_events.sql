CREATE TABLE events (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    txn INTEGER NOT NULL,
    workspace_id BLOB NOT NULL,
    subject TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    at INTEGER NOT NULL
);

CREATE UNIQUE INDEX ix_events_subject ON events (workspace_id, subject, sequence);
CREATE INDEX ix_events_workspace ON events (workspace_id, txn, id);
CREATE INDEX ix_events_log ON events (txn, id);

CREATE TABLE event_subjects (
    workspace_id BLOB NOT NULL,
    subject TEXT NOT NULL,
    last_sequence INTEGER NOT NULL,
    last_txn INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, subject)
) WITHOUT ROWID;
