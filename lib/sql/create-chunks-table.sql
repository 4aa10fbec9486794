-- One row for each chunk, written in the transaction that loads it: exactly once, whatever is tried again.
CREATE TABLE passage.chunks (
  chunk     text PRIMARY KEY,
  rows      bigint NOT NULL,
  bytes     bigint NOT NULL,
  epoch     integer NOT NULL,
  loaded_at timestamptz NOT NULL DEFAULT now()
)
