CREATE TABLE conversations (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    type TEXT NOT NULL,
    name TEXT NULL,
    description TEXT NULL,
    created_by UUID NOT NULL,
    metadata TEXT NOT NULL,
    invite_policy TEXT NOT NULL,
    post_policy TEXT NOT NULL,
    low_id UUID NULL,
    high_id UUID NULL,
    member_count BIGINT NOT NULL,
    last_number BIGINT NOT NULL,
    deleted_count BIGINT NOT NULL,
    active_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    closed_at BIGINT NULL,
    PRIMARY KEY (workspace_id, id)
);

CREATE TABLE conversation_members (
    workspace_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    role TEXT NOT NULL,
    joined_at BIGINT NOT NULL,
    from_sequence BIGINT NOT NULL,
    read_number BIGINT NOT NULL,
    read_message_id UUID NULL,
    read_at BIGINT NULL,
    discount BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id, agent_id)
);

CREATE INDEX ix_conversation_members_agent ON conversation_members (workspace_id, agent_id, conversation_id);

-- Who was a member before, for feeds that are read later.
CREATE TABLE past_members (
    workspace_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    from_sequence BIGINT NOT NULL,
    to_sequence BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, conversation_id, agent_id, to_sequence)
);

CREATE INDEX ix_past_members_agent ON past_members (workspace_id, agent_id);

CREATE TABLE group_invitations (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    invited_by UUID NOT NULL,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);

CREATE UNIQUE INDEX ix_group_invitations_pending ON group_invitations (workspace_id, conversation_id, agent_id);
CREATE INDEX ix_group_invitations_agent ON group_invitations (workspace_id, agent_id, id);

CREATE TABLE messages (
    workspace_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    number BIGINT NOT NULL,
    id UUID NOT NULL,
    sender_id UUID NOT NULL,
    type TEXT NOT NULL,
    content TEXT NOT NULL,
    in_reply_to UUID NULL,
    mentions BYTEA NULL,
    metadata TEXT NULL,
    attachments TEXT NULL,
    created_at BIGINT NOT NULL,
    edited_at BIGINT NULL,
    deleted_at BIGINT NULL,
    PRIMARY KEY (workspace_id, conversation_id, number)
);

CREATE UNIQUE INDEX ix_messages_id ON messages (workspace_id, id);
CREATE INDEX ix_messages_deleted ON messages (workspace_id, conversation_id, number) WHERE deleted_at IS NOT NULL;

CREATE TABLE blocks (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    owner_id UUID NOT NULL,
    target_type TEXT NOT NULL,
    target_id UUID NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, id)
);

CREATE UNIQUE INDEX ix_blocks_owner ON blocks (workspace_id, owner_id, target_id);
CREATE INDEX ix_blocks_list ON blocks (workspace_id, owner_id, id);
CREATE INDEX ix_blocks_target ON blocks (workspace_id, target_id, owner_id);

-- How far the log was read into the words below.
CREATE TABLE message_words_position (
    workspace_id UUID NOT NULL PRIMARY KEY,
    txn BIGINT NOT NULL,
    id BIGINT NOT NULL
);

-- Positions rise in the order in which messages came.
CREATE TABLE message_words (
    position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    number BIGINT NOT NULL,
    words TSVECTOR NOT NULL
);

CREATE UNIQUE INDEX ix_message_words_number ON message_words (workspace_id, conversation_id, number);
CREATE INDEX ix_message_words ON message_words USING GIN (words);
