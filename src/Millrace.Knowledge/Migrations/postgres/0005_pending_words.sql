-- A search reads through all that waits to be put into the index, so little may wait.
ALTER INDEX ix_fact_words_terms SET (gin_pending_list_limit = 128);
ALTER INDEX ix_chunk_words SET (gin_pending_list_limit = 128);
