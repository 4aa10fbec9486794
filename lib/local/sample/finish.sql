-- After all rows and indexes: the large tables' keys, what is computed from rows, and where sequences go on.
DROP TABLE sample_fragments;

ALTER TABLE audit_trail_events ADD CONSTRAINT audit_trail_events_pkey PRIMARY KEY USING INDEX audit_trail_events_pkey;
ALTER TABLE page_saves ADD CONSTRAINT page_saves_pkey PRIMARY KEY USING INDEX page_saves_pkey,
  ADD FOREIGN KEY ("pageId") REFERENCES pages ON DELETE CASCADE,
  ADD FOREIGN KEY ("userId") REFERENCES users;
ALTER TABLE workflow_run ADD CONSTRAINT workflow_run_pkey PRIMARY KEY USING INDEX workflow_run_pkey,
  ADD FOREIGN KEY ("workflowId") REFERENCES workflow ON DELETE CASCADE;
ALTER TABLE workflow_block_results ADD CONSTRAINT workflow_block_results_pkey PRIMARY KEY USING INDEX workflow_block_results_pkey,
  ADD FOREIGN KEY ("workflowRunId") REFERENCES workflow_run ON DELETE CASCADE;

CREATE MATERIALIZED VIEW audit_trail_daily AS
  SELECT date_trunc('day', "createdAt" AT TIME ZONE 'UTC') AS day, "actionType", count(*) AS events
    FROM audit_trail_events GROUP BY 1, 2;
CREATE UNIQUE INDEX audit_trail_daily_key ON audit_trail_daily (day, "actionType");

-- Rows were given their ids above: every sequence goes on behind the last one.
DO $$
DECLARE owned record;
BEGIN
  FOR owned IN
    SELECT c.oid::regclass AS relation, quote_ident(a.attname) AS col, pg_get_serial_sequence(c.oid::regclass::text, a.attname) AS seq
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attidentity <> ''
  LOOP
    EXECUTE format('SELECT setval(%L, max(%s)) FROM %s HAVING max(%s) IS NOT NULL', owned.seq, owned.col, owned.relation, owned.col);
  END LOOP;
END $$;

ANALYZE;
