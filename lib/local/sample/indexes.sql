-- After all rows, side by side: what reads them. The largest first.
CREATE UNIQUE INDEX audit_trail_events_pkey ON audit_trail_events (id);
CREATE INDEX "audit_trail_events_userId_createdAt" ON audit_trail_events ("userId", "createdAt");
CREATE INDEX "audit_trail_events_organizationId_actionType" ON audit_trail_events ("organizationId", "actionType");
CREATE INDEX "audit_trail_events_createdAt" ON audit_trail_events ("createdAt");
CREATE INDEX audit_trail_events_writer ON audit_trail_events (((metadata ->> 'writer')::bigint)) WHERE metadata ? 'writer';
CREATE INDEX "workflow_run_inputData" ON workflow_run USING gin ("inputData" jsonb_path_ops);
CREATE UNIQUE INDEX workflow_run_pkey ON workflow_run (id);
CREATE INDEX "workflow_run_workflowId_createdAt" ON workflow_run ("workflowId", "createdAt");
CREATE UNIQUE INDEX workflow_block_results_pkey ON workflow_block_results (id);
CREATE INDEX "workflow_block_results_workflowRunId" ON workflow_block_results ("workflowRunId");
CREATE UNIQUE INDEX page_saves_pkey ON page_saves (id);
CREATE INDEX "page_saves_pageId_createdAt" ON page_saves ("pageId", "createdAt");
CREATE INDEX "page_saves_gitSha" ON page_saves ("gitSha");
