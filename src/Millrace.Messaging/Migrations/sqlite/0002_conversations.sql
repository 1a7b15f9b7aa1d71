CREATE TABLE conversations (
    workspace_id BLOB NOT NULL,
    id BLOB NOT NULL,
    type TEXT NOT NULL,
    name TEXT NULL,
    description TEXT NULL,
    created_by BLOB NOT NULL,
    metadata TEXT NOT NULL,
    invite_policy TEXT NOT NULL,
    post_policy TEXT NOT NULL,
    low_id BLOB NULL,
    high_id BLOB NULL,
    member_count INTEGER NOT NULL,
    last_number INTEGER NOT NULL,
    deleted_count INTEGER NOT NULL,
    active_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    closed_at INTEGER NULL,
    PRIMARY KEY (workspace_id, id)
) WITHOUT ROWID;

CREATE TABLE conversation_members (
    workspace_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    agent_id BLOB NOT NULL,
    role TEXT NOT NULL,
    joined_at INTEGER NOT NULL,
    from_sequence INTEGER NOT NULL,
    read_number INTEGER NOT NULL,
    read_message_id BLOB NULL,
    read_at INTEGER NULL,
    discount INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id, agent_id)
) WITHOUT ROWID;

CREATE INDEX ix_conversation_members_agent ON conversation_members (workspace_id, agent_id, conversation_id);

-- Who was a member before, for feeds that are read later.
CREATE TABLE past_members (
    workspace_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    agent_id BLOB NOT NULL,
    from_sequence INTEGER NOT NULL,
    to_sequence INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id, agent_id, to_sequence)
) WITHOUT ROWID;

CREATE INDEX ix_past_members_agent ON past_members (workspace_id, agent_id);

CREATE TABLE group_invitations (
    workspace_id BLOB NOT NULL,
    id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    agent_id BLOB NOT NULL,
    invited_by BLOB NOT NULL,
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX ix_group_invitations_pending ON group_invitations (workspace_id, conversation_id, agent_id);
CREATE INDEX ix_group_invitations_agent ON group_invitations (workspace_id, agent_id, id);

CREATE TABLE messages (
    workspace_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    id BLOB NOT NULL,
    sender_id BLOB NOT NULL,
    type TEXT NOT NULL,
    content TEXT NOT NULL,
    in_reply_to BLOB NULL,
    mentions BLOB NULL,
    metadata TEXT NULL,
    attachments TEXT NULL,
    created_at INTEGER NOT NULL,
    edited_at INTEGER NULL,
    deleted_at INTEGER NULL,
    PRIMARY KEY (workspace_id, conversation_id, number)
) WITHOUT ROWID;

CREATE UNIQUE INDEX ix_messages_id ON messages (workspace_id, id);
CREATE INDEX ix_messages_deleted ON messages (workspace_id, conversation_id, number) WHERE deleted_at IS NOT NULL;

CREATE TABLE blocks (
    workspace_id BLOB NOT NULL,
    id BLOB NOT NULL,
    owner_id BLOB NOT NULL,
    target_type TEXT NOT NULL,
    target_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX ix_blocks_owner ON blocks (workspace_id, owner_id, target_id);
CREATE INDEX ix_blocks_list ON blocks (workspace_id, owner_id, id);
CREATE INDEX ix_blocks_target ON blocks (workspace_id, target_id, owner_id);

-- How far the log was read into the words below.
CREATE TABLE message_words_position (
    workspace_id BLOB NOT NULL PRIMARY KEY,
    txn INTEGER NOT NULL,
    id INTEGER NOT NULL
) WITHOUT ROWID;

-- Positions rise in the order in which messages came; the words of a message stand under its position.
CREATE TABLE message_positions (
    position INTEGER NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    number INTEGER NOT NULL
);

CREATE UNIQUE INDEX ix_message_positions_number ON message_positions (workspace_id, conversation_id, number);

CREATE VIRTUAL TABLE message_words USING fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
