-- The one huge, append-only table: rows :from to :to.
INSERT INTO audit_trail_events (id, "userId", "userName", "organizationId", "actionType", "pageName", "queryName",
                                "resourceName", "responseTimeMs", "ipAddress", metadata, "createdAt", "updatedAt")
SELECT n, 1 + n::bigint * 7919 % :users, 'user' || 1 + n::bigint * 7919 % :users || '@example.com', 1 + n % 6,
       (ARRAY['PAGE_VIEW', 'QUERY_RUN', 'PAGE_SAVE', 'LOGIN', 'WORKFLOW_RUN'])[1 + n::bigint * 7 % 5],
       'App ' || 1 + n % :pages, 'query' || n % 97, 'Resource ' || n % 60, n % 1999,
       inet '10.0.0.0' + n % 65000,
       jsonb_build_object('queryId', substr(md5((n % 5000)::text), 1, 16), 'rows', n % 1000, 'environment', 'production',
                          'userAgent', (ARRAY['Chrome/126.0 (Macintosh)', 'Firefox/127.0 (X11; Linux)', 'Chrome/125.0 (Windows)'])[1 + n % 3]),
       timestamptz '2023-06-01 00:00Z' + n * interval '5 seconds', timestamptz '2023-06-01 00:00Z' + n * interval '5 seconds'
  FROM generate_series(:from, :to) n;
