-- A row's number alone is the order of the log here.
DROP INDEX ix_events_log;
