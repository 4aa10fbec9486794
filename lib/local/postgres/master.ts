import pg from 'pg';
import type { Cluster } from './cluster.ts';

/** Connects as the provider's superuser over the socket. For the simulated world and for tests, never for the product. */
export async function asSuperuser<T>(
  cluster: Cluster,
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    host: cluster.socketDirectory,
    port: cluster.port,
    user: cluster.superuser,
    database,
    application_name: 'provider',
    // A fenced database is read-only by default.
    options: '-c default_transaction_read_only=off',
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Creates the login that a customer gets from RDS: it may create databases and roles, watch and end other sessions,
 * and is no superuser. Run again it sets the password again, and opens a login that a fence has locked.
 */
export async function createMaster(cluster: Cluster, login: { user: string; password: string }): Promise<void> {
  await asSuperuser(cluster, 'postgres', async (client) => {
    const name = client.escapeIdentifier(login.user);
    const has = async (role: string) =>
      (await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role])).rowCount === 1;
    await client.query('BEGIN');
    if (!(await has('rds_superuser'))) {
      await client.query('CREATE ROLE rds_superuser NOLOGIN NOSUPERUSER');
      await client.query('GRANT pg_monitor, pg_signal_backend TO rds_superuser WITH ADMIN OPTION');
      if (cluster.binaries.major >= 15) {
        await client.query('GRANT pg_checkpoint TO rds_superuser WITH ADMIN OPTION');
        await client.query('GRANT SET ON PARAMETER session_replication_role TO rds_superuser');
      }
      // RDS 14 and newer lets its master hand this out; on 16 that needs the admin option.
      await client.query('GRANT pg_read_all_data TO rds_superuser WITH ADMIN OPTION');
    }
    if (!(await has(login.user))) {
      await client.query(`CREATE ROLE ${name} LOGIN CREATEDB CREATEROLE NOSUPERUSER`);
      await client.query(`GRANT rds_superuser TO ${name}`);
    }
    await client.query(`ALTER ROLE ${name} LOGIN PASSWORD ${client.escapeLiteral(login.password)}`);
    await client.query('COMMIT');
  });
}
