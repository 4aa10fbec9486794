import type { ReadLogin } from '../domain/named-database.ts';
import type { Address } from '../workflow/documents/findings.ts';
import { WorkflowError } from '../workflow/errors.ts';
import type { Login, Side } from './postgres/connect.ts';
import type { Secrets } from './secrets.ts';

/**
 * Where a side's database is, as this run has collected it.
 * @throws SecretUnavailable where nobody said; preflight stops before anything else needs it
 */
export function knownAddress(address: Address | null): Address {
  if (address) return address;
  throw new WorkflowError(
    'SecretUnavailable',
    'Nobody says where the database is: neither the application nor the login\'s secret. Write "host" and "dbname" into that secret.',
  );
}

/** A login's secret, by its name in the configuration. That it cannot be read is a problem and no error. */
export async function readLogin(secrets: Secrets, side: Side, name: string): Promise<ReadLogin> {
  try {
    return { login: await secrets.login(name), secretArn: await secrets.arnOf(name) };
  } catch (error) {
    if (!(error instanceof WorkflowError) || error.name !== 'SecretUnavailable') throw error;
    const todo = `Write it as JSON with "username" and "password", or correct its name; Passage's deployment may read the secrets that its migrations name.`;
    return {
      problem: {
        kind: 'secret-unreadable',
        severity: 'BLOCKER',
        what: error.message,
        where: `${side}.database.loginSecret`,
        todo,
      },
    };
  }
}

/** Opens what an address points to: the password is read at each use, because RDS rotates it. */
export async function loginAt(secrets: Secrets, to: Address | null): Promise<Login> {
  const address = knownAddress(to);
  const { username, password } = await secrets.login(address.secretArn);
  return {
    host: address.host,
    port: address.port,
    database: address.database,
    user: username,
    password,
    ssl: address.ssl,
  };
}
