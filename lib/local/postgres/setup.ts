import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findPostgres, type PostgresBinaries, PostgresMissing } from './binaries.ts';

interface Step {
  readonly command: string;
  readonly arguments: readonly string[];
}

/** What of this machine decides how PostgreSQL gets onto it. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly root: boolean;
  /** True when the program is there. */
  has(program: string): boolean;
  /** True when sudo asks for no password. */
  sudo(): boolean;
}

/** The commands that install PostgreSQL here; `undefined` when only the person at the keyboard can. */
export function installation(machine: Machine): readonly Step[] | undefined {
  if (machine.platform === 'darwin' && machine.has('brew')) {
    return [{ command: 'brew', arguments: ['install', 'postgresql@16'] }];
  }
  if (machine.platform !== 'linux' || !machine.has('apt-get')) return undefined;
  if (!machine.root && !machine.sudo()) return undefined;
  const asRoot = (command: string, ...rest: string[]): Step =>
    machine.root ? { command, arguments: rest } : { command: 'sudo', arguments: ['-n', command, ...rest] };
  return [
    // Debian's package would otherwise create and start a cluster of its own on port 5432.
    asRoot('mkdir', '-p', '/etc/postgresql-common/createcluster.d'),
    asRoot('sh', '-c', 'echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.d/passage.conf'),
    asRoot('apt-get', 'update'),
    asRoot(
      ...(['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '--yes'] as const),
      ...['postgresql', 'postgresql-client'],
    ),
  ];
}

/** The one command to run where nothing can be installed unasked. */
export function advice(machine: Machine): string {
  if (machine.platform === 'darwin')
    return 'Install Homebrew from https://brew.sh, then run: brew install postgresql@16';
  if (machine.has('apt-get'))
    return 'Run: sudo apt-get update && sudo apt-get install --yes postgresql postgresql-client';
  if (machine.has('dnf')) return 'Run: sudo dnf install --assumeyes postgresql-server postgresql-contrib';
  return "Install PostgreSQL 14 or newer (server and client tools) with this system's package manager.";
}

const thisMachine: Machine = {
  platform: process.platform,
  root: process.getuid?.() === 0,
  has: (program) =>
    (process.env.PATH ?? '').split(':').some((folder) => folder !== '' && existsSync(`${folder}/${program}`)),
  sudo: () => spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0,
};

/**
 * Finds PostgreSQL, or installs it after `say` has announced each command. Throws `PostgresMissing` with the one
 * command to run when it may not install. Installing takes about a minute and needs the network.
 */
export function ensurePostgres(say: (line: string) => void, machine: Machine = thisMachine): PostgresBinaries {
  try {
    return findPostgres();
  } catch (error) {
    if (!(error instanceof PostgresMissing) || process.env.PASSAGE_PG_BIN) throw error;
  }
  const steps = installation(machine);
  if (!steps) throw new PostgresMissing(`PostgreSQL 14 or newer is needed and not here. ${advice(machine)}`);
  say('PostgreSQL is not on this machine. Installing it:');
  for (const step of steps) {
    const line = [step.command, ...step.arguments].join(' ');
    say(`  ${line}`);
    const result = spawnSync(step.command, step.arguments, { stdio: ['ignore', 'ignore', 'inherit'] });
    if (result.status !== 0) throw new PostgresMissing(`\`${line}\` failed. ${advice(machine)}`);
  }
  return findPostgres();
}
