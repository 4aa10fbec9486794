-- Ends the sessions that earlier epochs of a run left behind in this database.
-- $1 prefix of their application names, with the slash; $2 the epoch that now counts
SELECT pg_terminate_backend(pid)
  FROM pg_stat_activity
 WHERE datname = current_database()
   AND pid <> pg_backend_pid()
   AND starts_with(application_name, $1)
   AND substr(application_name, length($1) + 1) ~ '^[0-9]{1,9}$'
   AND substr(application_name, length($1) + 1)::int < $2
