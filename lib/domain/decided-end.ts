/** An end that is no fault: people wanted it, or did not want it in time. */
interface DecidedEnd {
  /** After "Not moved: ", in a sentence of its own. */
  readonly because: string;
  /** What comes next. */
  readonly next: string;
}

const stopped: DecidedEnd = {
  because: 'somebody stopped the run',
  next: 'Nothing needs fixing; start it again.',
};

const ends: Readonly<Record<string, DecidedEnd>> = {
  ApprovalRejected: {
    because: 'an approver said no',
    next: 'Agree with whoever said no on what has to change; their comment stands under the approvals. Then start the cutover again; if the plan changes, rehearse first.',
  },
  ApprovalExpired: {
    because: 'it was not approved in time',
    next: 'Agree with the approvers on when they decide, then start the cutover again.',
  },
  OutsideWindow: {
    because: 'it was outside its window',
    next: 'Start the cutover again within its window, or agree on another "window".',
  },
  // Ctrl-C of the command line, and StopExecution without a name.
  Interrupted: stopped,
  ABORTED: stopped,
};

/** What an error tells that is a decision of people; null for one that is to be mended. */
export const decidedEnd = (error: string | null): DecidedEnd | null =>
  error !== null && Object.hasOwn(ends, error) ? (ends[error] ?? null) : null;

/** Whether a run was stopped by hand. */
export const isStopped = (error: string): boolean => decidedEnd(error) === stopped;
