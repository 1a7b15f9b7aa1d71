-- A conversation numbers its events itself.
ALTER TABLE conversations ADD COLUMN event_number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN event_txn INTEGER NOT NULL DEFAULT 0;
UPDATE conversations SET event_number = COALESCE((SELECT s.last_sequence FROM event_subjects s
    WHERE s.workspace_id = conversations.workspace_id AND s.subject = 'conversation:' || lower(hex(conversations.id))), 0);
DELETE FROM event_subjects WHERE subject LIKE 'conversation:%';

-- A message's words stand under its position: the row of its event, so that positions rise in the order in which messages came.
ALTER TABLE messages ADD COLUMN position INTEGER NULL;
UPDATE messages SET position = p.position FROM message_positions p
    WHERE p.workspace_id = messages.workspace_id AND p.conversation_id = messages.conversation_id AND p.number = messages.number;
UPDATE messages SET position = later.position FROM (
    SELECT m.workspace_id, m.conversation_id, m.number,
        (SELECT COALESCE(MAX(position), 0) FROM message_positions) + row_number() OVER (ORDER BY m.created_at, m.id) AS position
    FROM messages m WHERE m.position IS NULL) later
    WHERE later.workspace_id = messages.workspace_id AND later.conversation_id = messages.conversation_id
        AND later.number = messages.number;
CREATE UNIQUE INDEX ix_messages_position ON messages (position);
DROP TABLE message_positions;
