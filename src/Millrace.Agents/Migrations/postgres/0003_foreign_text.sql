-- Whether an answer of the session was given with text in sight that nobody vouches for.
ALTER TABLE sessions ADD COLUMN read_foreign BOOLEAN NOT NULL DEFAULT FALSE;
