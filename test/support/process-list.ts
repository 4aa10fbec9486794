import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

const PROC = '/proc';

export interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Every process: its id, its parent's and its command line, as any user of the machine can see them. */
export function processList(): ListedProcess[] {
  if (!existsSync(`${PROC}/self/stat`)) return listOfPs();
  return readdirSync(PROC).flatMap((name) => (/^\d+$/.test(name) ? (listed(Number(name)) ?? []) : []));
}

/** False for one that is dead and only not yet collected by its parent, too. */
export function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) throw new Error(`${pid} is no process id`);
  if (existsSync(`${PROC}/self/stat`)) return listed(pid) !== undefined;
  return listOfPs().some((each) => each.pid === pid);
}

/** A bare Debian has no `ps`, but every Linux has this. */
function listed(pid: number): ListedProcess | undefined {
  const [stat, line] = ['stat', 'cmdline'].map((file) =>
    attempt(() => readFileSync(`${PROC}/${pid}/${file}`, 'utf8'), ''),
  );
  // The program's name, in parentheses, may hold anything; the state and the parent's id follow.
  const name = stat!.slice(stat!.indexOf('('), stat!.lastIndexOf(')') + 1);
  const [state, parent] = stat!.slice(stat!.lastIndexOf(')') + 2).split(' ');
  if (!parent || isDead(state)) return undefined;
  return { pid, parent: Number(parent), command: line!.replaceAll('\0', ' ').trim() || name };
}

/** Z, X: dead already, not yet collected by its parent. */
const isDead = (state = '') => /^[ZX]/.test(state);

function listOfPs(): ListedProcess[] {
  const printed = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args='], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return printed.split('\n').flatMap((line) => {
    const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid && command && !isDead(state) ? [{ pid: Number(pid), parent: Number(parent), command }] : [];
  });
}

/** What this process has started, and what that has started, and so on. */
export function descendants(pid: number): number[] {
  const all = processList();
  const below = (parent: number): number[] =>
    all.filter((each) => each.parent === parent).flatMap((each) => [each.pid, ...below(each.pid)]);
  return below(pid);
}

/**
 * The processes other than ours that have to do with one of the folders: by command line, working directory,
 * environment or open files (of which the latter three only where there is `/proc`).
 */
export function processesOf(folders: readonly string[]): string[] {
  const concerns = (text: string) => folders.some((folder) => text.includes(folder));
  return processList()
    .filter(({ pid }) => pid !== process.pid)
    .filter(({ pid, command }) => concerns(command) || tracesOf(pid).some(concerns))
    .map(({ pid, command }) => `${pid} ${command}`);
}

/**
 * What was killed dies in its own time, and a database's watcher goes home when its server is gone; whoever is only
 * asked to end has 30 s, and would be a finding.
 */
const LINGER_MS = 20_000;

/** Those of `processesOf` that do not go within a moment. */
export async function lastingProcessesOf(folders: readonly string[]): Promise<string[]> {
  const deadline = Date.now() + LINGER_MS;
  for (;;) {
    const found = processesOf(folders);
    if (found.length === 0 || Date.now() > deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function attempt<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    // Gone meanwhile, or somebody else's.
    return otherwise;
  }
}

function tracesOf(pid: number): string[] {
  const folder = `${PROC}/${pid}`;
  if (!existsSync(folder)) return [];
  const files = attempt(() => readdirSync(`${folder}/fd`), []);
  return [
    attempt(() => readlinkSync(`${folder}/cwd`), ''),
    attempt(() => readFileSync(`${folder}/environ`, 'utf8'), ''),
    ...files.map((file) => attempt(() => readlinkSync(`${folder}/fd/${file}`), '')),
  ];
}
