-- A conversation numbers its events itself.
ALTER TABLE conversations ADD COLUMN event_number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN event_txn BIGINT NOT NULL DEFAULT 0;
UPDATE conversations c SET event_number = s.last_sequence, event_txn = s.last_txn FROM event_subjects s
    WHERE s.workspace_id = c.workspace_id AND s.subject = 'conversation:' || replace(c.id::text, '-', '');
DELETE FROM event_subjects WHERE subject LIKE 'conversation:%';

-- A message's words stand under its position: the row of its event, so that positions rise in the order in which messages came.
ALTER TABLE messages ADD COLUMN position BIGINT NULL;
UPDATE messages m SET position = w.position FROM message_words w
    WHERE w.workspace_id = m.workspace_id AND w.conversation_id = m.conversation_id AND w.number = m.number;
UPDATE messages m SET position = later.position FROM (
    SELECT workspace_id, conversation_id, number,
        (SELECT COALESCE(MAX(position), 0) FROM message_words) + row_number() OVER (ORDER BY created_at, id) AS position
    FROM messages WHERE position IS NULL) later
    WHERE later.workspace_id = m.workspace_id AND later.conversation_id = m.conversation_id AND later.number = m.number;
ALTER TABLE message_words ALTER COLUMN position DROP IDENTITY;
SELECT setval('events_id_seq', GREATEST(MAX(position), (SELECT last_value FROM events_id_seq))) FROM messages HAVING COUNT(*) > 0;
