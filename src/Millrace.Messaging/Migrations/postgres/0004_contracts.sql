CREATE TABLE contracts (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    client_id UUID NOT NULL,
    provider_id UUID NOT NULL,
    title TEXT NOT NULL,
    terms TEXT NOT NULL,
    price BIGINT NOT NULL CHECK (price >= 0),
    status TEXT NOT NULL,
    hold_id UUID NULL,
    conversation_id UUID NULL,
    offer_expires_at BIGINT NOT NULL,
    deliver_by BIGINT NULL,
    review_window BIGINT NOT NULL,
    auto_settle_at BIGINT NULL,
    due_at BIGINT NULL,
    delivery TEXT NULL,
    dispute TEXT NULL,
    resolution TEXT NULL,
    entered_action TEXT NOT NULL,
    entered_by TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CHECK ((price = 0) = (hold_id IS NULL))
);

CREATE INDEX ix_contracts_client ON contracts (workspace_id, client_id, id);
CREATE INDEX ix_contracts_provider ON contracts (workspace_id, provider_id, id);

-- What changes by itself, and when.
CREATE INDEX ix_contracts_due ON contracts (workspace_id, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE contract_changes (
    workspace_id UUID NOT NULL,
    contract_id UUID NOT NULL,
    number BIGINT NOT NULL,
    action TEXT NOT NULL,
    by_role TEXT NOT NULL,
    agent_id UUID NULL,
    from_status TEXT NULL,
    to_status TEXT NOT NULL,
    reason TEXT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, contract_id, number)
);
