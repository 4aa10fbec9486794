import { spawn } from 'node:child_process';
import { applicationName } from '../../adapters/postgres/names.ts';
import { type ErrorName, WorkflowError } from '../../workflow/errors.ts';
import type { Database } from './session.ts';

/** The end of what a tool printed on stderr: enough for its error. */
const STDERR_BYTES = 4000;

/** Owners and grants are left out unless they are asked for: both (`true`), or grants alone. */
interface WithRights {
  readonly rights?: boolean | 'grants';
}

const leftOut = (rights: WithRights['rights']) => [
  ...(rights === true ? [] : ['--no-owner']),
  ...(rights ? [] : ['--no-acl']),
];

/**
 * The schema (no data) in pg_dump's custom format and in `encoding`, under the exported snapshot, or as it is now.
 * Passage's own schema is left out. The password travels in the child's environment. Throws DumpFailed,
 * SourceRightsMissing, RestoreFailed at the target.
 */
export async function dumpSchema(
  database: Database,
  snapshot: string | undefined,
  encoding: string,
  signal: AbortSignal,
  { rights = false }: WithRights = {},
): Promise<Buffer> {
  return await runTool(database.side === 'source' ? 'DumpFailed' : 'RestoreFailed', signal, {
    command: 'pg_dump',
    arguments: [
      ...['--schema-only', '--format=custom', '--no-security-labels', '--no-subscriptions'],
      ...leftOut(rights),
      // An ALTER TABLE in progress is waited for, but not for ever: what queues behind us is the application.
      ...['--exclude-schema=passage', '--lock-wait-timeout=5s'],
      ...(snapshot === undefined ? [] : [`--snapshot=${snapshot}`]),
    ],
    environment: {
      PGHOST: database.host,
      PGPORT: String(database.port),
      PGUSER: database.user,
      PGPASSWORD: database.password,
      PGDATABASE: database.database,
      PGAPPNAME: applicationName(database.run, database.epoch),
      PGSSLMODE: database.ssl ?? 'disable',
      PGCONNECT_TIMEOUT: '10',
      PGCLIENTENCODING: encoding,
      PGOPTIONS: '-c default_transaction_read_only=on -c statement_timeout=0 -c quote_all_identifiers=off',
    },
  });
}

type Section = 'pre-data' | 'post-data';

/**
 * The SQL of one section or of all, each entry headed by a comment with its id and dependencies; one character a byte,
 * in the encoding that it was dumped in. Needs no server.
 */
export async function schemaScript(
  dump: Buffer,
  section: Section | 'all',
  signal: AbortSignal,
  { rights = false }: WithRights = {},
): Promise<string> {
  const script = await runTool('RestoreFailed', signal, {
    command: 'pg_restore',
    arguments: [
      ...['--file=-', '--verbose', ...(section === 'all' ? [] : [`--section=${section}`])],
      ...leftOut(rights),
      ...['--no-tablespaces', '--no-table-access-method', '--no-security-labels', '--no-subscriptions'],
    ],
    environment: {},
    input: dump,
  });
  return script.toString('latin1');
}

interface Tool {
  /** Found on PATH. */
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly input?: Buffer;
}

async function runTool(failure: ErrorName, signal: AbortSignal, tool: Tool): Promise<Buffer> {
  const child = spawn(tool.command, tool.arguments, {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', LC_ALL: 'C', ...tool.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGTERM',
  });
  const output: Buffer[] = [];
  let complaint = '';
  child.stdout.on('data', (bytes: Buffer) => output.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => {
    complaint = (complaint + bytes.toString('utf8')).slice(-STDERR_BYTES);
  });
  // A tool that ends early breaks the pipe; its exit code tells why.
  child.stdin.on('error', () => {});
  child.stdin.end(tool.input);
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', (error) => reject(signal.aborted ? signal.reason : missing(failure, tool.command, error)));
    child.once('close', (exit, killed) => resolve(exit ?? killed));
  });
  if (code === 0) return Buffer.concat(output);
  signal.throwIfAborted();
  const errors = complaint.split('\n').filter((line) => /error|fatal|detail|hint/i.test(line));
  const words = (errors.length ? errors : [complaint]).join(' ').trim();
  throw new WorkflowError(
    failure === 'DumpFailed' && /permission denied/.test(words) ? 'SourceRightsMissing' : failure,
    `${tool.command} ended with ${code}: ${words}`,
  );
}

const missing = (failure: ErrorName, command: string, error: Error) =>
  new WorkflowError(failure, `Cannot run ${command} (${error.message}). Put PostgreSQL's client programs on PATH.`);
