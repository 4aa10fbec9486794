import type { Catcher, Retrier } from './definition.ts';
import { HeartbeatFailure, type StateFailure } from './failure.ts';

/** `States.ALL` leaves these two alone: they must be named. */
const NOT_IN_ALL = new Set(['States.DataLimitExceeded', 'States.Runtime']);

/** Whether a list of error names matches, by AWS's rules for the wildcards. */
function matches(names: readonly string[], failure: StateFailure): boolean {
  const { error } = failure;
  return names.some((name) => {
    if (name === 'States.ALL') return !NOT_IN_ALL.has(error ?? '');
    if (name === 'States.TaskFailed') return error !== 'States.Timeout' && error !== 'States.Runtime';
    // Documented for Retry and Catch; the history says States.Timeout [recorded].
    if (name === 'States.HeartbeatTimeout' && failure instanceof HeartbeatFailure) return true;
    return name === error;
  });
}

interface Retry {
  /** Index of the retrier. */
  readonly retrier: number;
  readonly delaySeconds: number;
}

/** Index of the retrier that decides; below 0 when none matches. */
export const findRetrier = (retriers: readonly Retrier[], failure: StateFailure): number =>
  retriers.findIndex(({ ErrorEquals }) => matches(ErrorEquals, failure));

/**
 * Whether a failed state is tried again, and after how long.
 * `used` counts the attempts of each retrier so far; the first that matches the error decides alone.
 */
export function nextRetry(
  retriers: readonly Retrier[],
  used: readonly number[],
  failure: StateFailure,
  random: () => number,
): Retry | undefined {
  const index = findRetrier(retriers, failure);
  const retrier = retriers[index];
  const attempts = used[index] ?? 0;
  if (retrier === undefined || attempts >= retrier.MaxAttempts) return undefined;
  const backoff = retrier.IntervalSeconds * retrier.BackoffRate ** attempts;
  const delay = Math.min(backoff, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return { retrier: index, delaySeconds: retrier.JitterStrategy === 'FULL' ? random() * delay : delay };
}

export const findCatcher = (catchers: readonly Catcher[], failure: StateFailure): number =>
  catchers.findIndex(({ ErrorEquals }) => matches(ErrorEquals, failure));
