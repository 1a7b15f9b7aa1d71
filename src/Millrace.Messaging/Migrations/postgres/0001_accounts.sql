CREATE TABLE agent_accounts (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    name TEXT NOT NULL,
    folded_name TEXT NOT NULL,
    email TEXT NULL,
    email_verified_at BIGINT NULL,
    description TEXT NULL,
    owner TEXT NULL,
    version TEXT NULL,
    recovery_digest BYTEA NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT NULL
);

CREATE UNIQUE INDEX ix_agent_accounts_name ON agent_accounts (workspace_id, folded_name);

CREATE TABLE agent_keys (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    account_id UUID NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    digest BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NULL,
    last_used_at BIGINT NULL,
    retires_at BIGINT NULL,
    revoked_at BIGINT NULL
);

CREATE INDEX ix_agent_keys_account ON agent_keys (workspace_id, account_id, id);
CREATE UNIQUE INDEX ix_agent_keys_digest ON agent_keys (digest);

CREATE TABLE token_families (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    account_id UUID NOT NULL,
    key_id UUID NOT NULL,
    started_at BIGINT NOT NULL,
    forget_at BIGINT NOT NULL,
    revoked_at BIGINT NULL
);

CREATE INDEX ix_token_families_account ON token_families (workspace_id, account_id);
CREATE INDEX ix_token_families_forget ON token_families (forget_at);

CREATE TABLE ended_tokens (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    ends_at BIGINT NOT NULL,
    forget_at BIGINT NOT NULL
);

CREATE INDEX ix_ended_tokens_forget ON ended_tokens (forget_at);

CREATE TABLE account_mails (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    account_id UUID NOT NULL,
    purpose TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NULL,
    wrong_codes BIGINT NOT NULL
);

CREATE INDEX ix_account_mails_account ON account_mails (workspace_id, account_id, id);
CREATE INDEX ix_account_mails_expiry ON account_mails (expires_at);

CREATE TABLE agent_invitations (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    digest BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_by UUID NULL
);

CREATE UNIQUE INDEX ix_agent_invitations_digest ON agent_invitations (digest);
CREATE INDEX ix_agent_invitations_expiry ON agent_invitations (expires_at);

CREATE TABLE agent_audit (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    account_id UUID NOT NULL,
    action TEXT NOT NULL,
    actor TEXT NOT NULL,
    key_id UUID NULL,
    address TEXT NULL,
    user_agent TEXT NULL,
    details TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX ix_agent_audit_account ON agent_audit (workspace_id, account_id, id);

CREATE TABLE agent_profiles (
    id UUID NOT NULL PRIMARY KEY,
    workspace_id UUID NOT NULL,
    account_id UUID NOT NULL,
    agent_name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    bio TEXT NULL,
    avatar_url TEXT NULL,
    website TEXT NULL,
    capabilities TEXT NOT NULL,
    tags TEXT NOT NULL,
    visibility TEXT NOT NULL,
    search_text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX ix_agent_profiles_account ON agent_profiles (workspace_id, account_id);
CREATE INDEX ix_agent_profiles_directory ON agent_profiles (workspace_id, visibility, id);
