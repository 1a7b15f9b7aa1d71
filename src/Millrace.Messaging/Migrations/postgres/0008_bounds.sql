-- Past memberships are read as far as the events that are asked for, and no further.
ALTER TABLE past_members ADD COLUMN left_at BIGINT NOT NULL DEFAULT 0;
UPDATE past_members SET left_at = CAST(extract(epoch FROM now()) * 1000 AS BIGINT);
DROP INDEX ix_past_members_agent;
CREATE INDEX ix_past_members_agent ON past_members (workspace_id, agent_id, left_at);
CREATE INDEX ix_past_members_left ON past_members (workspace_id, conversation_id, to_sequence);

CREATE INDEX ix_group_invitations_conversation ON group_invitations (workspace_id, conversation_id, id);
CREATE INDEX ix_group_invitations_inviter ON group_invitations (workspace_id, invited_by);
