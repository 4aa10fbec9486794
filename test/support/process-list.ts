import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

const PROC = '/proc';

/** Every process: its id, its parent's and its command line, as any user of the machine can see them. */
export function processList(): { readonly pid: number; readonly parent: number; readonly command: string }[] {
  const printed = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args='], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return printed.split('\n').flatMap((line) => {
    const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    // Z: dead already, not yet collected by its parent.
    return pid && command && !state?.startsWith('Z') ? [{ pid: Number(pid), parent: Number(parent), command }] : [];
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

function tracesOf(pid: number): string[] {
  const folder = `${PROC}/${pid}`;
  if (!existsSync(folder)) return [];
  const attempt = <T>(look: () => T, otherwise: T): T => {
    try {
      return look();
    } catch {
      // Gone meanwhile, or somebody else's.
      return otherwise;
    }
  };
  const files = attempt(() => readdirSync(`${folder}/fd`), []);
  return [
    attempt(() => readlinkSync(`${folder}/cwd`), ''),
    attempt(() => readFileSync(`${folder}/environ`, 'utf8'), ''),
    ...files.map((file) => attempt(() => readlinkSync(`${folder}/fd/${file}`), '')),
  ];
}
