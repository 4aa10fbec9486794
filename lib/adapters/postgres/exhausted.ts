import { type ErrorName, WorkflowError } from '../../workflow/errors.ts';

/** SQLSTATE class 53: the server is there and turned the session away, because something of it is used up. */
const INSUFFICIENT_RESOURCES = /^53/;

/** Whose limit it was, by the server's words; where those are of another language, the first of each state. */
const limits: readonly {
  readonly state: string;
  readonly words: RegExp;
  readonly limit: string;
  readonly todo: string;
}[] = [
  {
    state: '53300',
    words: /for database/,
    limit: "the database's own limit (datconnlimit)",
    todo: 'Raise it with ALTER DATABASE … CONNECTION LIMIT, or end sessions in that database',
  },
  {
    state: '53300',
    words: /for role/,
    limit: "the login's own limit (rolconnlimit)",
    todo: 'Raise it with ALTER ROLE … CONNECTION LIMIT, or end sessions of that login',
  },
  {
    state: '53300',
    words: /reserved/,
    limit: "the server's max_connections, of which the rest is reserved",
    todo: 'End idle sessions, scale a client down, or raise max_connections',
  },
  {
    state: '53300',
    words: /^/,
    limit: "a limit of connections, by its words the server's max_connections",
    todo: 'End idle sessions, scale a client down, or raise max_connections',
  },
  {
    state: '53200',
    words: /^/,
    limit: "the server's memory",
    todo: 'End sessions that hold memory, or give the server more',
  },
  {
    state: '53100',
    words: /^/,
    limit: "the server's disk",
    todo: 'Give the server more storage, with room for its write-ahead log',
  },
  {
    state: '53400',
    words: /^/,
    limit: 'a limit of its configuration',
    todo: 'Raise the limit that the server names (a parameter group on RDS)',
  },
];

/**
 * The declared error for a session that a server had nothing left for; undefined for any other state. It is tried
 * again as if there were no connection, because others may give back what they hold.
 * @param place as in `target database "retool" at db.example.com:5432 as "app"`
 */
export function exhausted(
  error: Error,
  state: string | undefined,
  unreachable: ErrorName,
  place: string,
): WorkflowError | undefined {
  if (state === undefined || !INSUFFICIENT_RESOURCES.test(state)) return undefined;
  const known = limits.find((each) => each.state === state && each.words.test(error.message));
  const { limit, todo } = known ?? { limit: 'something of the server', todo: 'See the log of the server' };
  return new WorkflowError(
    unreachable,
    `The ${place} answered and turned the session away: ${error.message} (SQLSTATE ${state}). What is used up is ${limit}. ${todo}, then start again.`,
    { cause: error },
  );
}
