import { FreezePart } from '../workflow/documents/measurement.ts';
import type { CopyProof } from '../workflow/documents/proofs.ts';
import type { Step, Work } from '../workflow/summary.ts';
import { coveredSeconds, flatten } from './timeline.ts';

/** The states at which parts of a freeze begin. A rehearsal copies into a scratch database instead. */
export const partStates = {
  freeze: 'Freeze',
  fence: 'Fence the source database',
  copy: 'Copy into the target',
  rehearsedCopy: 'Copy into the scratch database',
  ask: 'Ask for switch',
  switch: 'Switch',
} as const;

/**
 * What the parts of a freeze took, of those that ended: cut at the moments at which one thing is over and the next
 * begins, so that nothing lies between two parts. People deciding are left out.
 * @param phases of the run
 * @param copy of the run; the workers' start ends where it begins
 * @param work in which waiting for people is told
 */
export function measureParts(
  phases: readonly Step[],
  copy: Pick<CopyProof, 'startedAt' | 'provedAt'> | null,
  work: readonly Work[],
): Partial<Record<FreezePart, number>> {
  const all = flatten(phases);
  const begins = (...names: readonly string[]) => all.find(({ name }) => names.includes(name))?.startedAt ?? null;
  const switched = all.find(({ name, status }) => name === partStates.switch && status === 'done');
  const marks = [
    begins(partStates.freeze),
    begins(partStates.fence),
    begins(partStates.copy, partStates.rehearsedCopy),
    copy?.startedAt ?? null,
    copy?.provedAt ?? null,
    begins(partStates.ask),
    switched?.endedAt ?? null,
  ];
  const waits = work.filter(({ kind }) => kind === 'waiting');
  return Object.fromEntries(
    FreezePart.options.flatMap((name, index) => {
      const [from, to] = [marks[index] ?? null, marks[index + 1] ?? null];
      if (from === null || to === null) return [];
      // The clocks of a worker and of the state machines may be a little apart.
      const seconds = Math.max(0, Date.parse(to) - Date.parse(from)) / 1000;
      return [[name, seconds - coveredSeconds({ from, to }, waits)]];
    }),
  );
}
