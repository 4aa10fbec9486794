import type { Address } from '../workflow/documents/findings.ts';
import type { Login } from './postgres/connect.ts';
import type { Secrets } from './secrets.ts';

/** Opens what an address points to: the password is read at each use, because RDS rotates it. */
export async function loginAt(secrets: Secrets, address: Address): Promise<Login> {
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
