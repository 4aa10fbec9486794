import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processStart } from '../processes/process-start.ts';

/** Who has the world up. `T` is what a second command needs to join it; it is there once the world is. */
interface Holder<T> {
  readonly pid: number;
  /** When the process started: a process id alone may be somebody else's by now. */
  readonly started: string;
  /** `passage rehearse acme-retool` */
  readonly command: string;
  readonly info?: T;
}

interface Lock<T> {
  /** Tells those who want to join that the world is up. */
  publish(info: T): void;
  /** The world is about to end: who wants to join waits, and then has one of its own. */
  retract(): void;
  release(): void;
}

/** Another command has the world up, and there is one a folder. */
export class WorldBusy extends Error {}

type Taken<T> =
  /** We have it; `stale` says that its last holder died with it. */
  | { readonly lock: Lock<T>; readonly stale: boolean }
  /** Somebody else has it and the world is up. */
  | { readonly holder: Holder<T> & { readonly info: T } };

/** A world that is starting or ending is waited for; the first start takes some seconds, a PostgreSQL that replays its log more. */
const POLL_MS = 100;

/** Takes the lock at `path`, or waits until its living holder has the world up, or has ended it. */
export async function takeLock<T>(path: string, command: string): Promise<Taken<T>> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const mine: Holder<T> = { pid: process.pid, started: processStart(process.pid)?.token ?? '', command };
  let stale = false;
  for (;;) {
    if (create(path, mine)) return { lock: held(path, mine), stale };
    const holder = read<T>(path);
    if (!holder) continue;
    if (!isAlive(holder)) {
      removeIfStill(path, holder);
      stale = true;
    } else if (holder.info !== undefined) return { holder: { ...holder, info: holder.info } };
    else await sleep(POLL_MS);
  }
}

/** The living holder of the lock at `path`; undefined when nobody has the world up. */
export function currentHolder<T>(path: string): Holder<T> | undefined {
  const holder = read<T>(path);
  return holder && isAlive(holder) ? holder : undefined;
}

function held<T>(path: string, mine: Holder<T>): Lock<T> {
  const write = (holder: Holder<T>) => {
    const next = `${path}.${process.pid}`;
    // It carries keys of the simulated account.
    writeFileSync(next, JSON.stringify(holder), { mode: 0o600 });
    renameSync(next, path);
  };
  const isMine = () => {
    const holder = read<T>(path);
    return holder?.pid === mine.pid && holder.started === mine.started;
  };
  return {
    publish: (info) => write({ ...mine, info }),
    retract() {
      if (isMine()) write(mine);
    },
    release() {
      if (isMine()) rmSync(path, { force: true });
    },
  };
}

/** Whole or not at all: the file is written aside, then linked to its name. */
function create<T>(path: string, holder: Holder<T>): boolean {
  const aside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(aside, JSON.stringify(holder), { mode: 0o600 });
  try {
    linkSync(aside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Two commands may find the same dead holder: what one of them has put there since is put back. */
function removeIfStill<T>(path: string, dead: Holder<T>): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch {
    return; // The other was faster.
  }
  const moved = read<T>(aside);
  if (moved && (moved.pid !== dead.pid || moved.started !== dead.started)) {
    try {
      linkSync(aside, path);
    } catch {
      // A third has it by now; the one whose file this is will notice when it publishes.
    }
  }
  rmSync(aside, { force: true });
}

function read<T>(path: string): Holder<T> | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder<T>;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, started }: Holder<unknown>): boolean {
  return processStart(pid)?.token === started;
}
