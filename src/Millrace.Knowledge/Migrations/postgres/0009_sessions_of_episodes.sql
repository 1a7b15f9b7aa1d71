-- The workspace whose session an episode was said in: others may each have one of the same name.
ALTER TABLE episodes ADD COLUMN session_workspace_id UUID NULL;

UPDATE episodes SET session_workspace_id = COALESCE(
    (SELECT f.written_by FROM facts f WHERE f.workspace_id = episodes.workspace_id AND f.episode_id = episodes.id
        ORDER BY f.id LIMIT 1),
    workspace_id)
WHERE session IS NOT NULL;

DROP INDEX ix_episodes_session;
CREATE INDEX ix_episodes_session ON episodes (workspace_id, graph_id, session_workspace_id, session)
    WHERE session IS NOT NULL;
