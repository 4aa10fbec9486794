import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The operating system user that PostgreSQL runs as when this process is root, whom PostgreSQL refuses. */
export interface StepDownUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** `undefined` when this process is an ordinary user and PostgreSQL can run as that user. */
export function stepDownUser(): StepDownUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout));
    if (uid && gid) return { name, uid, gid };
  }
  throw new Error('PostgreSQL refuses to run as root, and neither a user `postgres` nor `nobody` exists. Create one.');
}

/**
 * The folder that a cluster may live in. An ordinary user gets `preferred` itself. Root gets a fresh folder of the
 * step-down user outside of the checkout, because that user may not pass through root's own folders: record the
 * path, it cannot be guessed again, and remove the folder when the cluster is thrown away.
 */
export function prepareClusterDirectory(preferred: string): string {
  const user = stepDownUser();
  if (!user) {
    mkdirSync(preferred, { recursive: true, mode: 0o700 });
    return resolve(preferred);
  }
  const directory = mkdtempSync(join(sharedTemporaryFolder(), 'passage-'));
  chownSync(directory, user.uid, user.gid);
  chmodSync(directory, 0o700);
  return directory;
}

/** The first temporary folder that every user may pass through: root's TMPDIR is often private. */
export function sharedTemporaryFolder(): string {
  const shared = [tmpdir(), '/tmp', '/var/tmp'].find(everyoneMayPass);
  if (!shared) throw new Error('No temporary folder that other users may enter. Set TMPDIR to one, for example /tmp.');
  return shared;
}

function everyoneMayPass(path: string): boolean {
  try {
    for (let at = resolve(path); ; at = dirname(at)) {
      if ((statSync(at).mode & 0o001) === 0) return false;
      if (at === dirname(at)) return true;
    }
  } catch {
    return false;
  }
}
