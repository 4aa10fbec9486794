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

/** An integration's declared failure: recorded as TaskFailed with this `error` and `cause`. */
export class TaskFailure extends Error {
  readonly error: string;
  override readonly cause: string;
  constructor(error: string, cause: string) {
    super(`${error}: ${cause}`);
    this.error = error;
    this.cause = cause;
  }
}

/** The execution (or the branch) ended: whatever still runs in it must stop without a word. */
export class Ended extends Error {}

/** What `$states.errorOutput` shows; a timeout has an empty cause, other absences are null [recorded]. */
export const errorOutput = (failure: StateFailure) => ({
  Error: failure.error ?? null,
  Cause: failure.reason ?? (failure.error === 'States.Timeout' ? '' : null),
});
