-- Rows :from to :to.
INSERT INTO workflow_run (id, "workflowId", status, "triggerType", "inputData", cost, "createdAt", "completedAt")
SELECT md5('run' || n)::uuid, md5('workflow' || 1 + n % 80)::uuid,
       (ARRAY['SUCCESS', 'SUCCESS', 'SUCCESS', 'FAILURE'])[1 + n % 4]::"enum_workflow_run_status",
       (ARRAY['cron', 'webhook'])[1 + n % 2], jsonb_build_object('n', n, 'trace', md5('trace' || n)), n % 1000 / 3.0,
       timestamptz '2024-03-01 00:00Z' + n * interval '2 minutes', timestamptz '2024-03-01 00:00Z' + n * interval '2 minutes' + interval '3.25 s'
  FROM generate_series(:from, :to) n;
