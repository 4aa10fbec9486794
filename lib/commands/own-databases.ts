import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { LocalMigration } from '../workflow/configuration.ts';
import { WorkflowError } from '../workflow/errors.ts';
import type { Call } from './command.ts';
import { DIRECTORY, openWorld, withWorld } from './open-world.ts';
import { sampleMigration } from './sample.ts';
import { type SimulatedAccount, simulatedAccount } from './simulated-account.ts';
import { takeUp, type Wanted } from './under-way.ts';

type Database = LocalMigration['source']['database'];

/**
 * Has the simulated account up with a deployment of a user's own migration: the databases alone, their logins as
 * secrets of that account. What the account runs, its roles included, is synthesized for this very migration.
 */
export async function withOwnDatabases(
  call: Call,
  {
    command,
    wanted,
    file,
    migration,
  }: { readonly command: string; readonly wanted: Wanted; readonly file: string; readonly migration: LocalMigration },
  use: (account: SimulatedAccount) => Promise<number>,
): Promise<number> {
  const secretOf = (side: 'source' | 'target') => `passage/${migration.name}/${side}-login`;
  const { throttle } = migration.source.database;
  const deployed = {
    name: migration.name,
    journey: migration.journey,
    platform: 'aws',
    source: { database: { loginSecret: secretOf('source'), throttle } },
    // Restore Jobs run in the simulated cluster of the sample's name.
    target: { eks: sampleMigration().target.eks, database: { loginSecret: secretOf('target') } },
    ...(migration.copy && { copy: migration.copy }),
  };
  const folder = join(DIRECTORY, 'deployments', migration.name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${migration.name}.json`), `${JSON.stringify(deployed, null, 2)}\n`);
  const secrets = {
    [secretOf('source')]: login('source', migration.source.database, file),
    [secretOf('target')]: login('target', migration.target.database, file),
  };
  const opening = {
    command: `${command} ${file}`,
    console: call.console,
    sample: false,
    migrations: resolve(folder),
    secrets,
    databases: `${placeOf(migration.source.database)} and ${placeOf(migration.target.database)}`,
  };
  const opened = await openWorld(opening);
  return withWorld(
    opening,
    async (world) => {
      const account = simulatedAccount(world);
      const { console, signal } = call;
      try {
        const code = await takeUp(opened, migration.name, { console, signal, directory: DIRECTORY, wanted });
        return code ?? (await use(account));
      } finally {
        // The passwords were needed for this command alone.
        for (const name of Object.keys(secrets)) await account.forgetSecret(name);
      }
    },
    opened,
  );
}

/** Where a database is and who logs in to it, for people. */
const placeOf = ({ user, host, port, database }: Database): string => `${user}@${host}:${port}/${database}`;

/** As RDS writes a login's secret. */
const login = (side: string, database: Database, file: string): string =>
  JSON.stringify({
    username: database.user,
    password: passwordOf(side, database, file),
    host: database.host,
    port: database.port,
    dbname: database.database,
    sslmode: database.ssl,
  });

/** From a variable or a file beside the configuration; never from the command line. */
export function passwordOf(side: string, { password }: Database, file: string): string {
  const missing = (what: string) => new WorkflowError('ConfigurationInvalid', `${side}.database.password: ${what}`);
  if ('env' in password) {
    const value = process.env[password.env];
    if (!value)
      throw missing(`the environment variable ${password.env} is not set, or empty; export it, then try again.`);
    return value;
  }
  const path = resolve(dirname(file), password.file);
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch {
    throw missing(`the file ${path} cannot be read.`);
  }
}
