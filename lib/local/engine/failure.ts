import type { FailureMemo } from './history.ts';

/** A state that failed with an error name, as Retry and Catch see it. Either part may be absent, as on AWS. */
export class StateFailure extends Error {
  readonly error: string | undefined;
  readonly reason: string | undefined;
  constructor(error: string | undefined, reason: string | undefined) {
    super(`${error ?? 'no error name'}: ${reason ?? 'no cause'}`);
    this.error = error;
    this.reason = reason;
  }
}

/** A failure as a history remembers it. */
export const failureMemo = ({ error, reason }: StateFailure): FailureMemo => ({
  ...(error !== undefined && { error }),
  ...(reason !== undefined && { cause: reason }),
});

/** No heartbeat came in time: recorded as States.Timeout, but caught by the name States.HeartbeatTimeout, too. */
export class HeartbeatFailure extends StateFailure {
  constructor() {
    super('States.Timeout', undefined);
  }
}

/** The failure that a history remembers. */
export const restored = ({ error, cause, heartbeat }: FailureMemo & { readonly heartbeat?: boolean }): StateFailure =>
  heartbeat ? new HeartbeatFailure() : new StateFailure(error, cause);

/** What AWS calls States.Runtime: no Retry and no Catch sees it, not even one that names it; the execution fails at once. */
export class RuntimeFailure extends StateFailure {
  constructor(place: { readonly state: string; readonly entered: number }, text: string) {
    super('States.Runtime', about(place, text));
  }
}

/** AWS's sentence about what went wrong inside a state. */
export const about = ({ state, entered }: { readonly state: string; readonly entered: number }, text: string): string =>
  `An error occurred while executing the state '${state}' (entered at the event id #${entered}). ${text}`;

/** How the event of a failed task may end: before its service has taken the work, or after. */
export type FailedAs = 'SubmitFailed' | 'Failed';

/**
 * An integration's declared failure: recorded as TaskFailed (or, where a job was not accepted, as TaskSubmitFailed) with this
 * `error` and `cause`; either may be absent. `as` says which of the two it is, where that is known better.
 */
export class TaskFailure extends Error {
  readonly error: string | undefined;
  override readonly cause: string | undefined;
  readonly as: FailedAs | undefined;
  constructor(error: string | undefined, cause: string | undefined, as?: FailedAs) {
    super(`${error ?? 'no error name'}: ${cause ?? 'no cause'}`);
    this.error = error;
    this.cause = cause;
    this.as = as;
  }
}

/** The execution (or the branch) ended: whatever still runs in it must stop without a word. */
export class Ended extends Error {}

/** What `$states.errorOutput` shows; a timeout has an empty cause, other absences are null [recorded]. */
export const errorOutput = (failure: StateFailure) => ({
  Error: failure.error ?? null,
  Cause: failure.reason ?? (failure.error === 'States.Timeout' ? '' : null),
});
