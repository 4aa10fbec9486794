import type { FreezePart, Interval } from '../workflow/documents/measurement.ts';
import type { Predicting } from './prediction.ts';
import { size, wholeDuration } from './quantities.ts';

/** `deregistration_delay.timeout_seconds` of a target group that sets nothing else. */
const DRAINING_SECONDS = 300;

/** Reading a disk from end to end: 125 MiB/s is what a gp3 volume has without paying for more. */
const READ_BYTES_PER_SECOND = 125 * 1024 ** 2;

interface Bound extends Interval {
  readonly because: string;
}

/**
 * What a part takes where nobody has measured it: `low` is what its steps need when every side answers at once, `high`
 * what AWS documents as the time until it is a failure. The copy has no such bound: a rehearsal measures it.
 */
export function documented(
  part: Exclude<FreezePart, 'Copy and prove'>,
  { sourceBytes, balanced }: Pick<Predicting, 'sourceBytes' | 'balanced'>,
): Bound {
  const counting = sourceBytes / READ_BYTES_PER_SECOND;
  switch (part) {
    case 'Stop the source services':
      return {
        low: 1,
        high: 140 + (balanced ? DRAINING_SECONDS : 0),
        because: `1 s for a task that ends at once; 120 s that Fargate leaves a task after SIGTERM + 20 s until ECS shows it${balanced ? ` + ${DRAINING_SECONDS} s in which its load balancer waits for open connections, where the target group sets no shorter deregistration delay` : ''}`,
      };
    case 'Fence and prove the fence':
      return {
        low: 0.5,
        high: 20 + counting,
        because: `a transaction and some logins; at most 2 × 10 s with a cold function + ${wholeDuration(counting)} to count ${size(sourceBytes)} at the 125 MiB/s of a gp3 volume`,
      };
    case 'Start the workers':
      return {
        low: 0.5,
        high: 90,
        because:
          '0.5 s where the image is there; 60 s for a Fargate task to be placed and pulled + 30 s for the pod beside it',
      };
    case 'Start the target':
      return {
        low: 1,
        high: 180,
        because: '1 s behind a warm image; 60 s to pull + 120 s for the application to become ready',
      };
    case 'Switch':
      return {
        low: 1,
        high: 85,
        because: '60 s is what Route 53 usually needs for INSYNC; + 10 s for asking + 15 s for seal, ledger and gate',
      };
  }
}
