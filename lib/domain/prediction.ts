import type { CopyProof } from '../workflow/documents.ts';
import type { Prediction } from '../workflow/summary.ts';

/**
 * What a freeze takes besides the copy, in seconds. `low` is what the steps need when every side answers at once,
 * `high` what its documentation allows before it is a failure. People deciding on "switch" are not in it: their
 * deadline is in the request.
 */
const constants: Prediction['parts'] = [
  {
    name: 'Stop the source services',
    low: 1,
    high: 140,
    because:
      '1 s for a task that ends at once; 120 s that Fargate leaves a task after SIGTERM + 20 s until ECS shows it',
  },
  {
    name: 'Fence and prove the fence',
    low: 0.5,
    high: 20,
    because: 'a transaction and some logins; at most 2 × 10 s with a cold function',
  },
  {
    name: 'Start the workers',
    low: 0.5,
    high: 90,
    because:
      '0.5 s where the image is there; 60 s for a Fargate task to be placed and pulled + 30 s for the pod beside it',
  },
  {
    name: 'Start the target',
    low: 1,
    high: 180,
    because: '1 s behind a warm image; 60 s to pull + 120 s for the application to become ready',
  },
  {
    name: 'Switch',
    low: 1,
    high: 85,
    because: '60 s is what Route 53 usually needs for INSYNC; + 10 s for asking + 15 s for seal, ledger and gate',
  },
];

/** How a copy in the freeze may differ from the rehearsed one: the source is at rest, but the target is another database. */
const copySpread = { low: 0.6, high: 1.5 } as const;

const seconds = (from: string, to: string): number => Math.max(0, Date.parse(to) - Date.parse(from)) / 1000;

/**
 * Predicts the freeze of a cutover from the copy that a rehearsal of the same plan made.
 * @returns an interval in seconds and the parts that it is the sum of; without the time in which people decide
 */
export function predictFreeze(copy: Pick<CopyProof, 'startedAt' | 'provedAt'>): Prediction {
  const rehearsed = seconds(copy.startedAt, copy.provedAt);
  const copying = {
    name: 'Copy and prove',
    low: rehearsed * copySpread.low,
    high: rehearsed * copySpread.high,
    because: `${rehearsed.toFixed(1)} s in the rehearsal, × ${copySpread.low} to × ${copySpread.high}`,
  };
  const parts = [...constants.slice(0, 3), copying, ...constants.slice(3)];
  const sum = (bound: 'low' | 'high'): number => parts.reduce((total, part) => total + part[bound], 0);
  return { low: sum('low'), high: sum('high'), parts };
}

export type Grade = 'inside' | 'shorter' | 'longer';

/** Where a measured freeze, without the time in which people decided, lies against its prediction. */
export function grade(predicted: { readonly low: number; readonly high: number }, measured: number): Grade {
  if (measured < predicted.low) return 'shorter';
  return measured > predicted.high ? 'longer' : 'inside';
}
