import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** When a living process started: its id alone may be somebody else's by now. */
interface ProcessStart {
  /** Equal for the same process, and for no other of the same id. */
  readonly token: string;
  /** Milliseconds since the epoch, to the second or so. */
  readonly at: number;
}

/** Linux counts start times in hundredths of a second since boot, whatever the processor's own clock. */
const TICK_MS = 10;

/** Undefined when there is no such process, or it is dead and only not yet collected by its parent. */
export function processStart(pid: number): ProcessStart | undefined {
  try {
    return existsSync('/proc/self/stat') ? fromProc(pid) : fromPs(pid);
  } catch {
    return undefined;
  }
}

/** A bare Debian has no `ps`, but every Linux has this. */
function fromProc(pid: number): ProcessStart | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The program's name, in parentheses, may hold anything; the state follows, and the start is 19 fields on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, ticks] = [fields[0], fields[19]];
  if (!ticks || state === 'Z' || state === 'X') return undefined;
  const boot = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]) * 1000;
  return { token: ticks, at: boot + Number(ticks) * TICK_MS };
}

function fromPs(pid: number): ProcessStart | undefined {
  const printed = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  const [, state, start] = /^\s*(\S+)\s+(.+?)\s*$/.exec(printed) ?? [];
  if (!state || !start || state.startsWith('Z')) return undefined;
  return { token: start, at: Date.parse(start) };
}
