CREATE TABLE ledger_accounts (
    workspace_id UUID NOT NULL,
    owner_kind TEXT NOT NULL,
    owner_id UUID NOT NULL,
    available BIGINT NOT NULL,
    held BIGINT NOT NULL,
    last_number BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, owner_kind, owner_id),
    CHECK (owner_kind = 'issuer' OR (available >= 0 AND held >= 0))
);

CREATE TABLE ledger_postings (
    workspace_id UUID NOT NULL,
    owner_kind TEXT NOT NULL,
    owner_id UUID NOT NULL,
    number BIGINT NOT NULL,
    id UUID NOT NULL,
    journal_id UUID NOT NULL,
    kind TEXT NOT NULL,
    available_delta BIGINT NOT NULL,
    held_delta BIGINT NOT NULL,
    available_after BIGINT NOT NULL,
    held_after BIGINT NOT NULL,
    counterparty_kind TEXT NOT NULL,
    counterparty_id UUID NOT NULL,
    reference_type TEXT NOT NULL,
    reference_id UUID NOT NULL,
    memo TEXT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, owner_kind, owner_id, number)
);

CREATE UNIQUE INDEX ix_ledger_postings_id ON ledger_postings (workspace_id, id);
CREATE INDEX ix_ledger_postings_reference ON ledger_postings (workspace_id, owner_kind, owner_id, reference_id, number);

CREATE TABLE ledger_holds (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    owner_kind TEXT NOT NULL,
    owner_id UUID NOT NULL,
    beneficiary_kind TEXT NOT NULL,
    beneficiary_id UUID NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    captured_amount BIGINT NOT NULL,
    released_amount BIGINT NOT NULL,
    status TEXT NOT NULL,
    reference_type TEXT NULL,
    reference_id UUID NULL,
    memo TEXT NULL,
    expires_at BIGINT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CHECK (captured_amount + released_amount = CASE status WHEN 'active' THEN 0 ELSE amount END)
);

CREATE INDEX ix_ledger_holds_owner ON ledger_holds (workspace_id, owner_kind, owner_id, id);
CREATE INDEX ix_ledger_holds_beneficiary ON ledger_holds (workspace_id, beneficiary_kind, beneficiary_id, id);

-- Postings are appended and nothing else.
CREATE FUNCTION ledger_postings_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'ledger postings are never changed or removed'; END $$;
CREATE TRIGGER ledger_postings_not_changed BEFORE UPDATE OR DELETE ON ledger_postings FOR EACH ROW EXECUTE FUNCTION ledger_postings_kept();
CREATE TRIGGER ledger_postings_not_emptied BEFORE TRUNCATE ON ledger_postings FOR EACH STATEMENT EXECUTE FUNCTION ledger_postings_kept();
