CREATE TABLE work_items (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    occurrence TEXT NULL,
    state TEXT NOT NULL,
    run_after BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    lease UUID NULL,
    lease_until BIGINT NULL,
    progress BIGINT NOT NULL,
    note TEXT NOT NULL,
    error TEXT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT NULL
);

CREATE UNIQUE INDEX ix_work_items_occurrence ON work_items (workspace_id, kind, occurrence);
CREATE INDEX ix_work_items_due ON work_items (state, workspace_id, run_after);
