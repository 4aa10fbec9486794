import { spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../processes/free-port.ts';
import { findPostgres, type PostgresBinaries } from './binaries.ts';
import { type StepDownUser, sharedTemporaryFolder, stepDownUser } from './step-down.ts';

/** The provider's own login, as RDS names it: superuser, reached over the socket by this operating system user only. */
const SUPERUSER = 'rdsadmin';

interface ClusterOptions {
  /** From `prepareClusterDirectory`. A directory that holds a cluster is started again, after a crash too. */
  readonly directory: string;
  /** Shown in process titles and logs: `source`, `target`. */
  readonly name: string;
  /** Server settings on top of the defaults, for example `{ max_connections: '200' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Tried first: the port of the last time, which others may have written down. */
  readonly port?: number;
  /** False only for clusters that a test throws away: no fsync, so that start and stop are fast. Default true. */
  readonly durable?: boolean;
  readonly binaries?: PostgresBinaries;
}

export interface Cluster {
  readonly name: string;
  readonly directory: string;
  readonly host: '127.0.0.1';
  readonly port: number;
  /** As `host` of a PostgreSQL client it connects over the unix socket: the superuser's only way in, without a password. */
  readonly socketDirectory: string;
  readonly superuser: typeof SUPERUSER;
  readonly pid: number;
  readonly binaries: PostgresBinaries;
  /** Fast shutdown: open transactions are rolled back, the data directory stays. Twice is harmless. */
  stop(): Promise<void>;
}

/** Small enough for two clusters on a laptop; nothing that RDS would not let its master set in a parameter group. */
const defaultSettings = {
  shared_buffers: '128MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  max_connections: '100',
  max_prepared_transactions: '10',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // What the provider's master may create. RDS's list is longer; these are the ones that PostgreSQL trusts to anyone.
  'rds.extensions':
    'btree_gin,btree_gist,citext,cube,dict_int,earthdistance,fuzzystrmatch,hstore,intarray,isn,lo,ltree,pg_trgm,pgcrypto,plpgsql,seg,tablefunc,tcn,tsm_system_rows,tsm_system_time,unaccent,uuid-ossp',
};

/** A crashed cluster replays its log before it answers: at most max_wal_size, 2 GB, at 15 MB/s. */
const START_TIMEOUT_MS = 150_000;
/** Longer than its last checkpoint, which syncs some gigabytes to a slow disk; then it is stopped without one. */
const STOP_TIMEOUT_MS = 90_000;
/** Another process may take the port between its choice and its use. */
const START_ATTEMPTS = 5;

/**
 * Creates the cluster if the directory has none, and starts it on a free port of 127.0.0.1.
 * It ends with this process, whatever ends it. A server that an earlier process left behind in the directory is
 * stopped first. Throws with the end of the server's log when it does not start.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const binaries = options.binaries ?? findPostgres();
  const place = new Place(options.directory, binaries, stepDownUser());
  if (!existsSync(join(place.data, 'PG_VERSION'))) place.initialize(options.durable ?? true);
  await place.stopOrphan();

  for (let attempt = 1; ; attempt++) {
    const port = (attempt === 1 && options.port) || (await freePort());
    const settings = {
      ...defaultSettings,
      ...(options.durable === false ? { fsync: 'off', full_page_writes: 'off' } : {}),
      ...options.settings,
      cluster_name: options.name,
      listen_addresses: '127.0.0.1',
      port: String(port),
    };
    const started = await launch(place, settings);
    if ('pid' in started) return { ...started, name: options.name, directory: options.directory, port, binaries };
    if (attempt === START_ATTEMPTS || !/could not bind|Address already in use/.test(started.log)) {
      throw new Error(`PostgreSQL cluster ${options.name} in ${options.directory} did not start:\n${started.log}`);
    }
  }
}

/** One cluster's folder: `data`, `server.log`, and the socket where its path is short enough. */
class Place {
  readonly data: string;
  readonly log: string;
  readonly directory: string;
  readonly binaries: PostgresBinaries;
  readonly user: StepDownUser | undefined;

  constructor(directory: string, binaries: PostgresBinaries, user: StepDownUser | undefined) {
    this.directory = directory;
    this.data = join(directory, 'data');
    this.log = join(directory, 'server.log');
    this.binaries = binaries;
    this.user = user;
  }

  /** For children: the step-down user, and an environment without the caller's PG variables and locale. */
  get spawnOptions() {
    return {
      cwd: this.directory,
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', HOME: this.directory },
      ...(this.user && { uid: this.user.uid, gid: this.user.gid }),
    };
  }

  initialize(durable: boolean): void {
    // What a process left that died in the middle of initdb.
    rmSync(this.data, { recursive: true, force: true });
    const initdb = (locale: string) =>
      spawnSync(
        this.binaries.tool('initdb'),
        [
          ...['--pgdata', this.data, '--username', SUPERUSER, '--encoding', 'UTF8', '--locale', locale],
          ...['--auth', 'reject', '--no-instructions', ...(durable ? [] : ['--no-sync'])],
        ],
        { ...this.spawnOptions, encoding: 'utf8' },
      );
    let result = initdb('C.UTF-8');
    // Older macOS has no C.UTF-8.
    if (result.status !== 0 && /invalid locale/.test(result.stderr)) result = initdb('C');
    if (result.status !== 0) throw new Error(`initdb in ${this.data} failed:\n${result.stderr || result.error}`);

    const owners = new Set([userInfo().username, this.user?.name].filter((name) => name !== undefined));
    this.write('pg_ident.conf', [...owners].map((owner) => `keeper ${owner} ${SUPERUSER}\n`).join(''));
    this.write(
      'pg_hba.conf',
      [
        `local all         ${SUPERUSER}              peer map=keeper`,
        `host  all         ${SUPERUSER} 127.0.0.1/32 reject`,
        'host  all         all         127.0.0.1/32 scram-sha-256',
        'host  replication all         127.0.0.1/32 scram-sha-256\n',
      ].join('\n'),
    );
  }

  private write(name: string, text: string): void {
    const path = join(this.data, name);
    writeFileSync(path, text, { mode: 0o600 });
    if (this.user) chownSync(path, this.user.uid, this.user.gid);
  }

  /** A unix socket's path holds at most 103 bytes on macOS, 107 on Linux; `/.s.PGSQL.65535` takes 15 of them. */
  openSocketDirectory(): string {
    const directory =
      Buffer.byteLength(this.directory) <= 103 - 15
        ? join(this.directory, 'socket')
        : mkdtempSync(join(sharedTemporaryFolder(), 'passage-socket-'));
    // A killed server left its lock: its number counts as taken until its parent has collected it.
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (this.user) chownSync(directory, this.user.uid, this.user.gid);
    return directory;
  }

  /** Stops a server of this directory that outlived its parent, and removes a pid file whose server is gone. */
  async stopOrphan(): Promise<void> {
    const file = join(this.data, 'postmaster.pid');
    const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : 0;
    if (!pid) return;
    if (isServerOf(pid, this.data)) {
      const stopped = spawnSync(
        this.binaries.tool('pg_ctl'),
        ['stop', '--pgdata', this.data, '--mode', 'fast', '--wait', '--timeout', String(STOP_TIMEOUT_MS / 1000)],
        this.spawnOptions,
      );
      if (stopped.status !== 0) await signalAndWait(pid, 'SIGQUIT');
    }
    // The server removes it itself; a killed one cannot, and its number may now be another process's.
    rmSync(file, { force: true });
  }

  logSince(offset: number): string {
    const bytes = existsSync(this.log) ? readFileSync(this.log) : Buffer.alloc(0);
    return bytes.subarray(offset).toString('utf8').slice(-4000);
  }
}

/**
 * The server is the shell's own process after `exec`; beside it a reader waits on descriptor 3. When this process
 * ends, however it ends, the pipe closes and the reader asks for a fast shutdown; a word in the pipe sends it home.
 * Two subshells, so that the reader is no child of the server, which would take its death for a crash.
 */
const guarded = '( (read -r word <&3 || kill -INT $$) & ); exec "$@" 3<&-';

type Started = Pick<Cluster, 'host' | 'socketDirectory' | 'superuser' | 'pid' | 'stop'>;

async function launch(place: Place, settings: Record<string, string>): Promise<Started | { log: string }> {
  const socketDirectory = place.openSocketDirectory();
  const dismissSocket = () => rmSync(socketDirectory, { recursive: true, force: true });
  const logOffset = existsSync(place.log) ? statSync(place.log).size : 0;
  const log = openSync(place.log, 'a', 0o600);
  const settingArguments = Object.entries({ ...settings, unix_socket_directories: socketDirectory }).flatMap(
    ([name, value]) => ['-c', `${name}=${value}`],
  );
  const child = spawn(
    '/bin/sh',
    ['-c', guarded, 'sh', place.binaries.tool('postgres'), '-D', place.data, ...settingArguments],
    // In a session of its own: Ctrl-C is for the command, which stops the cluster after its own work.
    { ...place.spawnOptions, detached: true, stdio: ['ignore', log, log, 'pipe'] },
  );
  closeSync(log);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const guard = child.stdio[3] as Duplex & { unref?: () => void };
  guard.on('error', () => {});
  let running = true;
  void exited.then(() => {
    running = false;
    guard.end('stopped\n');
  });
  // Nothing of the cluster keeps this process alive.
  child.unref();
  guard.unref?.();

  const stop = async () => {
    if (running && child.pid) {
      child.kill('SIGINT');
      const late = setTimeout(() => child.kill('SIGQUIT'), STOP_TIMEOUT_MS);
      child.ref();
      await exited;
      clearTimeout(late);
    }
    dismissSocket();
  };

  const deadline = performance.now() + START_TIMEOUT_MS;
  while (running && performance.now() < deadline) {
    if (child.pid && isReady(place.data, child.pid)) {
      return { host: '127.0.0.1', socketDirectory, superuser: SUPERUSER, pid: child.pid, stop };
    }
    await sleep(15);
  }
  await stop();
  return { log: place.logSince(logOffset) };
}

/** The eighth line of postmaster.pid says what pg_ctl waits for. */
function isReady(data: string, pid: number): boolean {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

/** A process number alone proves nothing: after a reboot it may be anybody's. */
function isServerOf(pid: number, data: string): boolean {
  const procfs = `/proc/${pid}/cmdline`;
  const command = existsSync('/proc/self')
    ? existsSync(procfs)
      ? readFileSync(procfs, 'utf8').replaceAll('\0', ' ')
      : ''
    : spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
  return command.includes(`-D ${data} `);
}

async function signalAndWait(pid: number, signal: NodeJS.Signals): Promise<void> {
  try {
    for (process.kill(pid, signal); ; process.kill(pid, 0)) await sleep(20);
  } catch {
    // Gone.
  }
}
