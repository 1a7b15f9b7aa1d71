CREATE TABLE agent_accounts (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    name TEXT NOT NULL,
    folded_name TEXT NOT NULL,
    email TEXT NULL,
    email_verified_at INTEGER NULL,
    description TEXT NULL,
    owner TEXT NULL,
    version TEXT NULL,
    recovery_digest BLOB NULL,
    created_at INTEGER NOT NULL,
    deleted_at INTEGER NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX ix_agent_accounts_name ON agent_accounts (workspace_id, folded_name);

CREATE TABLE agent_keys (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    digest BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NULL,
    last_used_at INTEGER NULL,
    retires_at INTEGER NULL,
    revoked_at INTEGER NULL
) WITHOUT ROWID;

CREATE INDEX ix_agent_keys_account ON agent_keys (workspace_id, account_id, id);
CREATE UNIQUE INDEX ix_agent_keys_digest ON agent_keys (digest);

CREATE TABLE token_families (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    key_id BLOB NOT NULL,
    started_at INTEGER NOT NULL,
    forget_at INTEGER NOT NULL,
    revoked_at INTEGER NULL
) WITHOUT ROWID;

CREATE INDEX ix_token_families_account ON token_families (workspace_id, account_id);
CREATE INDEX ix_token_families_forget ON token_families (forget_at);

CREATE TABLE ended_tokens (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    ends_at INTEGER NOT NULL,
    forget_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX ix_ended_tokens_forget ON ended_tokens (forget_at);

CREATE TABLE account_mails (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    purpose TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER NULL,
    wrong_codes INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX ix_account_mails_account ON account_mails (workspace_id, account_id, id);
CREATE INDEX ix_account_mails_expiry ON account_mails (expires_at);

CREATE TABLE agent_invitations (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    digest BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_by BLOB NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX ix_agent_invitations_digest ON agent_invitations (digest);
CREATE INDEX ix_agent_invitations_expiry ON agent_invitations (expires_at);

CREATE TABLE agent_audit (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    action TEXT NOT NULL,
    actor TEXT NOT NULL,
    key_id BLOB NULL,
    address TEXT NULL,
    user_agent TEXT NULL,
    details TEXT NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX ix_agent_audit_account ON agent_audit (workspace_id, account_id, id);

CREATE TABLE agent_profiles (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    agent_name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    bio TEXT NULL,
    avatar_url TEXT NULL,
    website TEXT NULL,
    capabilities TEXT NOT NULL,
    tags TEXT NOT NULL,
    visibility TEXT NOT NULL,
    search_text TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX ix_agent_profiles_account ON agent_profiles (workspace_id, account_id);
CREATE INDEX ix_agent_profiles_directory ON agent_profiles (workspace_id, visibility, id);
