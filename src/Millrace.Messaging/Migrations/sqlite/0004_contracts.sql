CREATE TABLE contracts (
    workspace_id BLOB NOT NULL,
    id BLOB NOT NULL,
    client_id BLOB NOT NULL,
    provider_id BLOB NOT NULL,
    title TEXT NOT NULL,
    terms TEXT NOT NULL,
    price INTEGER NOT NULL CHECK (price >= 0),
    status TEXT NOT NULL,
    hold_id BLOB NULL,
    conversation_id BLOB NULL,
    offer_expires_at INTEGER NOT NULL,
    deliver_by INTEGER NULL,
    review_window INTEGER NOT NULL,
    auto_settle_at INTEGER NULL,
    due_at INTEGER NULL,
    delivery TEXT NULL,
    dispute TEXT NULL,
    resolution TEXT NULL,
    entered_action TEXT NOT NULL,
    entered_by TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CHECK ((price = 0) = (hold_id IS NULL))
) WITHOUT ROWID;

CREATE INDEX ix_contracts_client ON contracts (workspace_id, client_id, id);
CREATE INDEX ix_contracts_provider ON contracts (workspace_id, provider_id, id);

-- What changes by itself, and when.
CREATE INDEX ix_contracts_due ON contracts (workspace_id, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE contract_changes (
    workspace_id BLOB NOT NULL,
    contract_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    action TEXT NOT NULL,
    by_role TEXT NOT NULL,
    agent_id BLOB NULL,
    from_status TEXT NULL,
    to_status TEXT NOT NULL,
    reason TEXT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, contract_id, number)
) WITHOUT ROWID;
