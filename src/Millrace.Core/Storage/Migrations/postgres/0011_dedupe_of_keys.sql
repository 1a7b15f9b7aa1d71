-- Whether files that are there already are used again; null leaves it to the installation.
ALTER TABLE api_keys ADD COLUMN dedupe BOOLEAN NULL;
