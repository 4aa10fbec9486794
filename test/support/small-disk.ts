import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stepDownUser } from '../../lib/local/postgres/step-down.ts';

export interface SmallDisk {
  /** An empty folder that PostgreSQL owns. */
  readonly path: string;
  /** Makes room. */
  enlarge(): void;
  unmount(): void;
}

/** A disk of that size in memory; undefined where this user or this machine may not mount one. */
export function mountSmallDisk(size: string): SmallDisk | undefined {
  const mountPoint = mkdtempSync(join(tmpdir(), 'passage-small-disk-'));
  const mount = (...options: string[]) => spawnSync('mount', options, { stdio: 'ignore' }).status === 0;
  if (!mount('-t', 'tmpfs', '-o', `size=${size},mode=0755`, 'tmpfs', mountPoint)) {
    rmSync(mountPoint, { recursive: true });
    return undefined;
  }
  const path = join(mountPoint, 'tablespace');
  mkdirSync(path, { mode: 0o700 });
  const user = stepDownUser();
  if (user) chownSync(path, user.uid, user.gid);
  return {
    path,
    enlarge: () => void mount('-o', 'remount,size=1g', mountPoint),
    unmount() {
      spawnSync('umount', [mountPoint]);
      rmSync(mountPoint, { recursive: true });
    },
  };
}
