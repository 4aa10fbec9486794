-- An app's state: 20 to :components components of about 340 characters; few apps are large. Rows :from to :to.
INSERT INTO page_saves (id, "pageId", "userId", data, "changeSet", "gitSha", "createdAt", "updatedAt")
SELECT s, 1 + s % :pages, 1 + s::bigint * 31 % :users,
       '{"appState":["~#iR",["^ ","n","appTemplate","v",["^ ","plugins",[' ||
       (SELECT string_agg('["widget' || k || '",["^ ","id","' || substr(md5(s::bigint * 131 + k || ''), 1, 12) || fragment, ',' ORDER BY k)
          FROM generate_series(1, 20 + ((:components - 20) * ((s * 37 % 91) / 91.0) ^ 2.2)::int) k
          JOIN sample_fragments f ON f.place = (s::bigint * 7919 + k * 17) % 1200) || ']]]]}',
       jsonb_build_object('op', 'set', 'path', 'plugins.widget' || s % 50, 'sha', md5('change' || s)),
       md5('commit' || s) || substr(md5('sha' || s), 1, 8),
       timestamptz '2024-01-01 00:00Z' + s * interval '17 minutes', timestamptz '2024-01-01 00:00Z' + s * interval '17 minutes'
  FROM generate_series(:from, :to) s;
