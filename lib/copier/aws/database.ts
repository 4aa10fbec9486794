import type { Secrets } from '../../adapters/secrets.ts';
import { WorkflowError } from '../../workflow/errors.ts';
import type { Address } from '../contract.ts';
import type { Database, Holder, Side } from '../postgres/session.ts';

const POSTGRESQL_PORT = 5432;

/** A database from its address and secret, which fills what the address leaves out. Throws SecretUnavailable. */
export async function openDatabase(secrets: Secrets, side: Side, address: Address, holder: Holder): Promise<Database> {
  const secret = await secrets.login(address.secretArn);
  const host = address.host ?? secret.host;
  const database = address.database ?? secret.dbname;
  if (!host || !database) {
    throw new WorkflowError(
      'SecretUnavailable',
      `Secret "${address.secretArn}" names no ${host ? 'dbname' : 'host'}, and the input neither. Write it into one of them.`,
    );
  }
  return {
    side,
    host,
    port: address.port ?? secret.port ?? POSTGRESQL_PORT,
    database,
    user: secret.username,
    password: secret.password,
    ssl: address.ssl ?? secret.sslmode ?? 'require',
    run: holder.run,
    epoch: holder.epoch,
  };
}
