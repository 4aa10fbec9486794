import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second (USER_HZ). */
const TICKS_PER_SECOND = 100;

interface Stat {
  readonly parent: number;
  /** Ticks of itself. */
  readonly own: number;
  /** Ticks of the children that have ended, and of theirs. */
  readonly ended: number;
}

function statOf(pid: number | 'self'): Stat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name, in parentheses, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const at = (index: number) => Number(fields[index]);
    return { parent: at(1), own: at(11) + at(12), ended: at(13) + at(14) };
  } catch {
    return undefined;
  }
}

/**
 * Processor seconds, user and system, of a server: of its postmaster, of the children that live, and of those that
 * have ended, which it has collected. Undefined on systems without /proc.
 */
export function serverSeconds(postmaster: number): number | undefined {
  for (;;) {
    const [before, living, after] = [statOf(postmaster), childrenOf(postmaster), statOf(postmaster)];
    if (!before || !after) return undefined;
    // A child that was collected meanwhile is in neither: not among the living any more, not among the ended yet.
    if (before.ended !== after.ended) continue;
    const ticks = living.reduce((sum, { own, ended }) => sum + own + ended, after.own + after.ended);
    return ticks / TICKS_PER_SECOND;
  }
}

const childrenOf = (parent: number): Stat[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat): stat is Stat => stat?.parent === parent);

/** Of the children of this process that have ended, and of theirs. */
export function endedChildrenSeconds(): number | undefined {
  const self = statOf('self');
  return self && self.ended / TICKS_PER_SECOND;
}

/** Of this process alone. */
export function ownSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
