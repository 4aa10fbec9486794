-- After all rows: what reads them.
CREATE INDEX "page_saves_pageId_createdAt" ON page_saves ("pageId", "createdAt");
CREATE INDEX "page_saves_gitSha" ON page_saves ("gitSha");
CREATE INDEX "workflow_run_workflowId_createdAt" ON workflow_run ("workflowId", "createdAt");
CREATE INDEX "workflow_run_inputData" ON workflow_run USING gin ("inputData" jsonb_path_ops);
CREATE INDEX "workflow_block_results_workflowRunId" ON workflow_block_results ("workflowRunId");

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
