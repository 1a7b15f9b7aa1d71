-- A group as it was left, for feeds of who left that are read later; of groups left before, as it stands at this migration.
ALTER TABLE past_members ADD COLUMN name TEXT NULL;
ALTER TABLE past_members ADD COLUMN description TEXT NULL;
ALTER TABLE past_members ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';
ALTER TABLE past_members ADD COLUMN invite_policy TEXT NOT NULL DEFAULT 'admins';
ALTER TABLE past_members ADD COLUMN post_policy TEXT NOT NULL DEFAULT 'members';
ALTER TABLE past_members ADD COLUMN member_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE past_members ADD COLUMN last_number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE past_members ADD COLUMN active_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE past_members ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
UPDATE past_members SET name = c.name, description = c.description, metadata = c.metadata, invite_policy = c.invite_policy,
    post_policy = c.post_policy, member_count = c.member_count, last_number = c.last_number, active_at = c.active_at,
    updated_at = c.updated_at
    FROM conversations c WHERE c.workspace_id = past_members.workspace_id AND c.id = past_members.conversation_id;

-- The event of a message's latest change, so that who left before it is not shown it. When older ones were is not known.
ALTER TABLE messages ADD COLUMN changed_sequence BIGINT NULL;
UPDATE messages SET changed_sequence = c.event_number FROM conversations c
    WHERE c.workspace_id = messages.workspace_id AND c.id = messages.conversation_id
        AND (messages.edited_at IS NOT NULL OR messages.deleted_at IS NOT NULL);
