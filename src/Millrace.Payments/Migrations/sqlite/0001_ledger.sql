CREATE TABLE ledger_accounts (
    workspace_id BLOB NOT NULL,
    owner_kind TEXT NOT NULL,
    owner_id BLOB NOT NULL,
    available INTEGER NOT NULL,
    held INTEGER NOT NULL,
    last_number INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, owner_kind, owner_id),
    CHECK (owner_kind = 'issuer' OR (available >= 0 AND held >= 0))
) WITHOUT ROWID;

CREATE TABLE ledger_postings (
    workspace_id BLOB NOT NULL,
    owner_kind TEXT NOT NULL,
    owner_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    id BLOB NOT NULL,
    journal_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    available_delta INTEGER NOT NULL,
    held_delta INTEGER NOT NULL,
    available_after INTEGER NOT NULL,
    held_after INTEGER NOT NULL,
    counterparty_kind TEXT NOT NULL,
    counterparty_id BLOB NOT NULL,
    reference_type TEXT NOT NULL,
    reference_id BLOB NOT NULL,
    memo TEXT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, owner_kind, owner_id, number)
) WITHOUT ROWID;

CREATE UNIQUE INDEX ix_ledger_postings_id ON ledger_postings (workspace_id, id);
CREATE INDEX ix_ledger_postings_reference ON ledger_postings (workspace_id, owner_kind, owner_id, reference_id, number);

CREATE TABLE ledger_holds (
    workspace_id BLOB NOT NULL,
    id BLOB NOT NULL,
    owner_kind TEXT NOT NULL,
    owner_id BLOB NOT NULL,
    beneficiary_kind TEXT NOT NULL,
    beneficiary_id BLOB NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    captured_amount INTEGER NOT NULL,
    released_amount INTEGER NOT NULL,
    status TEXT NOT NULL,
    reference_type TEXT NULL,
    reference_id BLOB NULL,
    memo TEXT NULL,
    expires_at INTEGER NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CHECK (captured_amount + released_amount = CASE status WHEN 'active' THEN 0 ELSE amount END)
) WITHOUT ROWID;

CREATE INDEX ix_ledger_holds_owner ON ledger_holds (workspace_id, owner_kind, owner_id, id);
CREATE INDEX ix_ledger_holds_beneficiary ON ledger_holds (workspace_id, beneficiary_kind, beneficiary_id, id);

-- Postings are appended and nothing else.
CREATE TRIGGER ledger_postings_not_changed BEFORE UPDATE ON ledger_postings BEGIN SELECT RAISE(ABORT, 'ledger postings are never changed'); END;
CREATE TRIGGER ledger_postings_not_removed BEFORE DELETE ON ledger_postings BEGIN SELECT RAISE(ABORT, 'ledger postings are never removed'); END;
