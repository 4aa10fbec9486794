-- Sequences are not transactional: their positions are compared as they stand.
SELECT md5(coalesce(string_agg(schemaname || '.' || sequencename || '=' || coalesce(last_value::text, ''), ',' ORDER BY 1), ''))
       AS hash
  FROM pg_sequences
 WHERE schemaname <> 'passage'
