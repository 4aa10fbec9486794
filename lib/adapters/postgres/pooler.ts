import type pg from 'pg';
import { WorkflowError } from '../../workflow/errors.ts';
import type { Login, Side } from './connect.ts';

/**
 * Refuses a session that is not PostgreSQL's own. The server says at the start which of its processes serves a session;
 * a pooler (PgBouncer, RDS Proxy, pgcat, Supavisor) says something of its own there, because it gives each transaction
 * to whichever session is free. Neither an exported snapshot nor a setting would hold.
 * @throws PoolerEndpoint
 */
export async function refusePooler(client: pg.Client, login: Login, side: Side): Promise<void> {
  const promised = (client as pg.Client & { readonly processID?: number | null }).processID;
  const { rows } = await client.query<{ pid: number; setting: string }>(
    "SELECT pg_backend_pid() AS pid, current_setting('search_path') AS setting",
  );
  const [{ pid, setting } = { pid: 0, setting: '' }] = rows;
  // A session of `connect` has set it to nothing, in a transaction before this one.
  if (pid === promised && setting === '') return;
  const sign =
    pid === promised
      ? `its search_path is "${setting}" after it was set to nothing`
      : `it announced process ${promised ?? 'none'}, and process ${pid} answered`;
  throw new WorkflowError(
    'PoolerEndpoint',
    `The ${side} database "${login.database}" at ${login.host}:${login.port} answers through a connection pooler: ${sign}. Name the database's own endpoint instead of RDS Proxy, PgBouncer, pgcat or Supavisor; the application may keep its pooler.`,
  );
}
