CREATE TABLE work_items (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    occurrence TEXT NULL,
    state TEXT NOT NULL,
    run_after INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    lease BLOB NULL,
    lease_until INTEGER NULL,
    progress INTEGER NOT NULL,
    note TEXT NOT NULL,
    error TEXT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX ix_work_items_occurrence ON work_items (workspace_id, kind, occurrence);
CREATE INDEX ix_work_items_due ON work_items (state, workspace_id, run_after);
