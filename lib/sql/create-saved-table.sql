-- What the fence changed on the source, written in the transaction that changes it.
CREATE TABLE passage.saved (
  saved    jsonb NOT NULL,
  -- The first transaction id not yet given out when the last foreign session had ended.
  next_xid xid8,
  one_row  boolean PRIMARY KEY DEFAULT true CHECK (one_row)
)
