-- Who may write here: one run, one epoch, one state.
-- Source: 'fenced', then 'sealed'. Target: 'loading', then 'closed'.
CREATE TABLE passage.fence (
  run        text NOT NULL,
  epoch      integer NOT NULL,
  state      text NOT NULL CHECK (state IN ('fenced', 'sealed', 'loading')),
  changed_at timestamptz NOT NULL DEFAULT now(),
  one_row    boolean PRIMARY KEY DEFAULT true CHECK (one_row)
)
