-- For whoever looks at an account before the work came that ends what is over.
CREATE INDEX ix_ledger_holds_owner_due ON ledger_holds (workspace_id, owner_kind, owner_id, expires_at) WHERE status = 'active';
CREATE INDEX ix_ledger_holds_beneficiary_due ON ledger_holds (workspace_id, beneficiary_kind, beneficiary_id, expires_at) WHERE status = 'active';
