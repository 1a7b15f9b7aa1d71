-- The number of a member's own last message, which whoever joins again has read up to. 0 before the first.
ALTER TABLE conversation_members ADD COLUMN said_number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE past_members ADD COLUMN said_number INTEGER NOT NULL DEFAULT 0;
UPDATE conversation_members SET said_number = s.number FROM (
    SELECT workspace_id, conversation_id, sender_id, MAX(number) AS number FROM messages GROUP BY workspace_id, conversation_id, sender_id) s
    WHERE s.workspace_id = conversation_members.workspace_id AND s.conversation_id = conversation_members.conversation_id
        AND s.sender_id = conversation_members.agent_id;
UPDATE past_members SET said_number = s.number FROM (
    SELECT workspace_id, conversation_id, sender_id, MAX(number) AS number FROM messages GROUP BY workspace_id, conversation_id, sender_id) s
    WHERE s.workspace_id = past_members.workspace_id AND s.conversation_id = past_members.conversation_id
        AND s.sender_id = past_members.agent_id;

-- An agent's notices of its contracts may stand behind its read position, and do not count as unread there.
CREATE INDEX ix_messages_system ON messages (workspace_id, conversation_id, number) WHERE type = 'system';

-- Memberships are read by the conversations of the events that are asked for.
DROP INDEX ix_past_members_agent;

CREATE INDEX ix_agent_audit_action ON agent_audit (workspace_id, account_id, action, id);
