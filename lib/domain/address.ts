import type { Address } from '../workflow/documents/findings.ts';

/** A login as a secret holds it; RDS writes all of it, or only name and password. */
export interface LoginSecret {
  readonly username: string;
  readonly password: string;
  readonly host?: string;
  readonly port?: number;
  readonly dbname?: string;
  readonly sslmode?: 'disable' | 'require';
}

/** Where the database is: what the secret says, else what was discovered; null when neither knows. */
export function addressOf(
  secretArn: string,
  secret: LoginSecret,
  discovered: { host?: string; port?: number; database?: string; ssl?: 'disable' | 'require' } = {},
): Address | null {
  const host = secret.host ?? discovered.host;
  const database = secret.dbname ?? discovered.database;
  if (!host || !database) return null;
  return {
    secretArn,
    host,
    port: secret.port ?? discovered.port ?? 5432,
    database,
    ssl: secret.sslmode ?? discovered.ssl ?? 'disable',
  };
}
