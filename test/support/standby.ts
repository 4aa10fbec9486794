import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '../../lib/local/postgres/cluster.ts';
import { asSuperuser } from '../../lib/local/postgres/master.ts';
import { prepareClusterDirectory, stepDownUser } from '../../lib/local/postgres/step-down.ts';
import { createLogin, type TestCluster } from './postgres.ts';

/** A streaming standby of a test's cluster: the same logins and databases on another port. */
export interface TestStandby extends Cluster {
  /** Stops, and goes on, replaying what arrives. Takes the superuser, whom no customer has. */
  replay(on: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Copies the cluster's files over a replication login and starts a hot standby on them. Takes about 2 s. */
export async function startTestStandby(
  primary: TestCluster,
  options: { settings?: Record<string, string> } = {},
): Promise<TestStandby> {
  const replication = await createLogin(primary, 'replication', { attributes: 'REPLICATION' });
  const user = stepDownUser();
  const directory = prepareClusterDirectory(user ? tmpdir() : mkdtempSync(join(tmpdir(), 'passage-test-standby-')));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const copied = spawnSync(
      join(primary.binaries.directory, 'pg_basebackup'),
      [
        ...['--host', primary.host, '--port', String(primary.port), '--username', replication.user, '--no-password'],
        ...['--pgdata', join(directory, 'data'), '--write-recovery-conf', '--checkpoint=fast', '--no-sync'],
      ],
      {
        encoding: 'utf8',
        cwd: directory,
        env: {
          PATH: process.env.PATH ?? '',
          LC_ALL: 'C',
          HOME: directory,
          PGPASSWORD: replication.password,
          PGAPPNAME: 'standby',
        },
        ...(user && { uid: user.uid, gid: user.gid }),
      },
    );
    if (copied.status !== 0) throw new Error(`pg_basebackup failed:\n${copied.stderr || copied.error}`);
    const standby = await startCluster({ directory, name: 'standby', durable: false, settings: options.settings });
    return {
      ...standby,
      replay: (on) =>
        asSuperuser(standby, 'postgres', async (client) => {
          await client.query(on ? 'SELECT pg_wal_replay_resume()' : 'SELECT pg_wal_replay_pause()');
        }),
      async close() {
        await standby.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
