-- The one big, append-only table, by a session of its own beside rows.sql.
SET synchronous_commit = off;
SET maintenance_work_mem = '128MB';

INSERT INTO audit_trail_events (id, "userId", "userName", "organizationId", "actionType", "pageName", "queryName",
                                "resourceName", "responseTimeMs", "ipAddress", metadata, "createdAt", "updatedAt")
SELECT n, 1 + n::bigint * 7919 % 3000, 'user' || 1 + n::bigint * 7919 % 3000 || '@example.com', 1 + n % 6,
       (ARRAY['PAGE_VIEW', 'QUERY_RUN', 'PAGE_SAVE', 'LOGIN', 'WORKFLOW_RUN'])[1 + n * 7 % 5],
       'App ' || 1 + n % 400, 'query' || n % 97, 'Resource ' || n % 60, n % 1999,
       inet '10.0.0.0' + n % 65000,
       jsonb_build_object('queryId', substr(md5((n % 5000)::text), 1, 16), 'rows', n % 1000, 'environment', 'production'),
       timestamptz '2023-06-01 00:00Z' + n * interval '90 seconds', timestamptz '2023-06-01 00:00Z' + n * interval '90 seconds'
  FROM generate_series(1, 100000) n;

CREATE INDEX "audit_trail_events_createdAt" ON audit_trail_events ("createdAt");
CREATE INDEX "audit_trail_events_userId_createdAt" ON audit_trail_events ("userId", "createdAt");
CREATE INDEX "audit_trail_events_organizationId_actionType" ON audit_trail_events ("organizationId", "actionType");
CREATE INDEX audit_trail_events_writer ON audit_trail_events (((metadata ->> 'writer')::bigint)) WHERE metadata ? 'writer';
