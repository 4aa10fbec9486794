import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { manage } from './management-api.ts';
import { migrate } from './migrations.ts';

/**
 * Stands in for the vendor's image: `node retool.ts` with Retool's variables. By SERVICE_TYPE it serves users
 * (MAIN_BACKEND), writes heartbeats (JOBS_RUNNER), or only stays up (workers). As the vendor's, it starts with whatever
 * ENCRYPTION_KEY it is given and is healthy: with a wrong one only stored secrets cannot be read.
 */
interface Settings {
  readonly serviceType: readonly string[];
  /** The image's tag. */
  readonly version: string;
  /** Which side of a migration this is, for the sign-in page. */
  readonly side: string;
  readonly port: number | undefined;
  readonly encryptionKey: string | undefined;
  readonly mayMigrate: boolean;
  readonly database: pg.PoolConfig;
}

/** A heartbeat row every 5 s shows that a scheduler runs, and that a copy of the database was still being written. */
const HEARTBEAT_MS = 5_000;

function readSettings(env: NodeJS.ProcessEnv): Settings {
  const { POSTGRES_HOST: host, POSTGRES_PORT: port, POSTGRES_DB: database } = env;
  return {
    serviceType: (env.SERVICE_TYPE ?? 'MAIN_BACKEND').split(','),
    version: env.RETOOL_VERSION ?? 'unknown',
    side: env.SAMPLE_SIDE ?? `${host}:${port}/${database}`,
    port: env.PORT ? Number(env.PORT) : undefined,
    encryptionKey: env.ENCRYPTION_KEY,
    mayMigrate: env.DISABLE_DATABASE_MIGRATIONS !== 'true',
    database: {
      host,
      port: Number(port ?? 5432),
      database,
      user: env.POSTGRES_USER,
      password: env.POSTGRES_PASSWORD,
      ssl: env.POSTGRES_SSL_ENABLED === 'true' ? { rejectUnauthorized: false } : false,
      application_name: 'retool',
      // A few connections a process, as all processes of the world share two small clusters.
      max: 3,
      idleTimeoutMillis: 10_000,
      connectionTimeoutMillis: 10_000,
    },
  };
}

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const serves = (role: string) => settings.serviceType.includes(role);
  const pool = new pg.Pool(settings.database);
  // A fence ends sessions that are idle, too: the next query opens another, or fails.
  pool.on('error', (error) => console.log(`A database session ended: ${error.message}`));

  if (settings.mayMigrate && (serves('MAIN_BACKEND') || serves('JOBS_RUNNER'))) {
    await migrate(pool, settings.version);
  }
  if (serves('JOBS_RUNNER')) await beat(pool);
  const heartbeat = serves('JOBS_RUNNER') ? setInterval(() => void beat(pool), HEARTBEAT_MS) : undefined;
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing, pool, settings).catch((error: Error) => {
      console.log(`${incoming.method} ${incoming.url} failed: ${error.message}`);
      answer(outgoing, 503, { error: error.message });
    });
  });
  // Workers have no port, yet stay up.
  const idle = setInterval(() => undefined, 60_000);
  if (settings.port !== undefined) {
    server.listen(settings.port, '127.0.0.1', () => {
      console.log(`[Worker] Worker 01 started and listening on ${settings.port}`);
    });
  }
  process.once('SIGTERM', () => {
    clearInterval(heartbeat);
    clearInterval(idle);
    server.close(() => void pool.end().finally(() => process.exit(0)));
    server.closeIdleConnections();
    if (!server.listening) void pool.end().finally(() => process.exit(0));
  });
}

async function beat(pool: pg.Pool): Promise<void> {
  try {
    await pool.query(`INSERT INTO audit_trail_events ("actionType", metadata) VALUES ('JOBS_RUNNER_HEARTBEAT', $1)`, [
      { pid: process.pid },
    ]);
  } catch (error) {
    console.log(`The heartbeat could not be written: ${(error as Error).message}`);
  }
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  pool: pg.Pool,
  settings: Settings,
): Promise<void> {
  const { serviceType, version, side } = settings;
  const path = (incoming.url ?? '/').replace(/\?.*$/, '');
  const route = `${incoming.method} ${path}`;
  if (route === 'GET /api/checkHealth' || route === 'GET /api/checkJobsRunnerHealth') {
    await pool.query('SELECT 1');
    return answer(outgoing, 200, { status: 'HEALTHY', version });
  }
  if (!serviceType.includes('MAIN_BACKEND')) return answer(outgoing, 404, { error: 'not found' });
  const managed = await manage(incoming, path, { pool, encryptionKey: settings.encryptionKey });
  if (managed) return answer(outgoing, managed.status, managed.body);
  switch (route) {
    case 'GET /':
      outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(signInPage(side, version));
      return;
    case 'POST /api/events': {
      const { writer, number } = JSON.parse((await incoming.toArray()).join('')) as Record<string, unknown>;
      if (typeof writer !== 'string' || !Number.isSafeInteger(number)) {
        return answer(outgoing, 400, { error: 'an event has a writer (text) and a number' });
      }
      await storeEvent(pool, writer, number as number);
      return answer(outgoing, 201, { number, side });
    }
    case 'GET /api/events/count': {
      const { rows } = await pool.query<{ count: string }>(
        `SELECT count(*) FROM audit_trail_events WHERE metadata ? 'writer'`,
      );
      return answer(outgoing, 200, { count: Number(rows[0]?.count), side });
    }
    default:
      return answer(outgoing, 404, { error: 'not found' });
  }
}

/** Returns when the row is committed. An event that is there already (its answer was lost) is not stored again. */
async function storeEvent(pool: pg.Pool, writer: string, number: number): Promise<void> {
  await pool.query(
    `INSERT INTO audit_trail_events ("userName", "actionType", "pageName", metadata)
     SELECT $1::text, 'QUERY_RUN', 'Sample', jsonb_build_object('writer', $2::bigint, 'writerName', $1::text)
      WHERE NOT EXISTS (SELECT FROM audit_trail_events
                         WHERE metadata ? 'writer' AND (metadata ->> 'writer')::bigint = $2::bigint
                           AND metadata ->> 'writerName' = $1::text)`,
    [writer, number],
  );
}

function answer(outgoing: ServerResponse, status: number, body?: object): void {
  if (outgoing.headersSent) return;
  if (!body) {
    outgoing.writeHead(status).end();
    return;
  }
  outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

const signInPage = (side: string, version: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Sign in</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; display: grid; place-items: center; min-height: 90vh; color: #1f2933; background: #f5f7fa; }
  main { background: #fff; padding: 2rem 2.5rem; border-radius: 8px; box-shadow: 0 1px 4px rgb(0 0 0 / 15%); }
  input { display: block; width: 16rem; margin: 0 0 1rem; padding: .5rem; border: 1px solid #9aa5b1; border-radius: 4px; }
  p { color: #52606d; margin: 1rem 0 0; font-size: 14px; }
</style>
<main>
  <h1>Sign in</h1>
  <label>Email <input type="email" autocomplete="off"></label>
  <label>Password <input type="password" autocomplete="off"></label>
  <p>Served by <strong>${escapeHtml(side)}</strong>, version ${escapeHtml(version)}</p>
</main>
</html>
`;

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error: Error) => {
    console.log(`Retool could not start: ${error.message}`);
    process.exit(1);
  });
}
