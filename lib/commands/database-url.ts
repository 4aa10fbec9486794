import type { Login, Side } from '../adapters/postgres/connect.ts';
import { WorkflowError } from '../workflow/errors.ts';
import { usage } from './command.ts';

/** Where the password of a side is looked for. */
const passwordVariables = (side: Side) => [`${side.toUpperCase()}_PASSWORD`, 'PGPASSWORD'] as const;

const isLoopback = (host: string) => ['localhost', '127.0.0.1', '[::1]'].includes(host);
const example = 'postgresql://reader@db.example.com:5432/app?sslmode=require';

/**
 * Reads `postgresql://user@host:port/database?sslmode=require`. Without sslmode the connection is encrypted, unless
 * the host is this machine. The password comes from the environment.
 * Throws InvalidInput for what it cannot be, ConfigurationInvalid when the environment has no password.
 */
export function databaseOfUrl(side: Side, text: string, env: NodeJS.ProcessEnv = process.env): Login {
  // The text itself is never repeated: it may hold a password.
  const wrong = (what: string) => usage(`--${side}: ${what} It looks like this: ${example}`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) throw wrong('this is not the URL of a PostgreSQL database.');
  const [variable, fallback] = passwordVariables(side);
  if (url.password) {
    throw wrong(
      `the URL holds a password, which every user of this machine can see in the list of processes. Take it out, change it, and export ${variable} instead.`,
    );
  }
  const user = decodeURIComponent(url.username);
  const database = decodeURIComponent(url.pathname.slice(1));
  if (!user) throw wrong('the URL names no user.');
  if (!url.hostname) throw wrong('the URL names no host.');
  if (!database || database.includes('/')) throw wrong('the URL names no database.');
  const { sslmode = isLoopback(url.hostname) ? 'disable' : 'require', ...others } = Object.fromEntries(
    url.searchParams,
  );
  if (sslmode !== 'disable' && sslmode !== 'require') throw wrong('sslmode must be "require" or "disable".');
  const [other] = Object.keys(others);
  if (other !== undefined) throw wrong(`the URL's parameter "${other}" is not known.`);
  const password = env[variable] ?? env[fallback];
  if (password === undefined) {
    throw new WorkflowError(
      'ConfigurationInvalid',
      `--${side}: there is no password. Export ${variable} (or ${fallback} for both sides; empty where none is needed), then try again.`,
    );
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(url.port || 5432), database, user, password, ssl: sslmode };
}
