-- First statement of every writing transaction. No row: the writer is stale and must stop.
-- The share lock makes a takeover wait until this transaction has ended.
-- $1 run, $2 epoch, $3 state
SELECT 1
  FROM passage.fence
 WHERE run = $1 AND epoch = $2 AND state = $3
   FOR SHARE
