-- Compressed results do not compress again. Rows :from to :to.
INSERT INTO workflow_block_results (id, "workflowRunId", "blockName", result, log, tags)
SELECT n, md5('run' || 1 + n % :workflowRuns)::uuid, 'query' || n % 5,
       (SELECT string_agg(sha512(convert_to(n || '/' || k, 'UTF8')), '' ORDER BY k) FROM generate_series(1, 6 + n % 9) k),
       'started' || E'\n\t' || fragment || E'\n\t' || 'finished in ' || n % 977 || E' ms\\',
       ARRAY['attempt ' || n % 3, NULL, 'a "quoted", tag']
  FROM generate_series(:from, :to) n JOIN sample_fragments f ON f.place = n::bigint * 11 % 1200;
