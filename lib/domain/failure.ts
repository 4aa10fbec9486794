import type { Step, Summary } from '../workflow/summary.ts';
import { isStopped } from './decided-end.ts';
import type { ExecutionHistory } from './timeline.ts';

/** The section of a declared error: its heading is the error's name; a run may be stopped under several. */
const runbookOf = (error: string): string =>
  `docs/runbook.md#${isStopped(error) ? 'aborted' : error.toLowerCase().replace(/[^a-z0-9_-]/g, '')}`;

/** Ends of an execution that no state of it can catch or explain. */
const unexplained: Readonly<Record<string, string>> = {
  ABORTED: 'Somebody stopped the execution.',
  TIMED_OUT: 'The machine ran longer than its TimeoutSeconds.',
};

/**
 * A cause in plain words. Lambda puts its error into JSON, and a nested execution puts its whole description, with
 * the cause inside, into another.
 */
export function plainCause(cause: string, depth = 0): string {
  if (depth > 4 || !cause.trimStart().startsWith('{')) return cause;
  let parsed: unknown;
  try {
    parsed = JSON.parse(cause);
  } catch {
    return cause;
  }
  const { errorMessage, Cause } = parsed as { errorMessage?: unknown; Cause?: unknown };
  const inner = typeof errorMessage === 'string' ? errorMessage : Cause;
  return typeof inner === 'string' ? plainCause(inner, depth + 1) : cause;
}

/** The innermost step that failed. */
function culprit(steps: readonly Step[]): Step | null {
  for (const step of steps) {
    const inner = culprit(step.steps);
    if (inner !== null) return inner;
    if (step.status === 'failed') return step;
  }
  return null;
}

/** Why a journey did not reach its goal, or null while it runs or once it has. */
export function failureOf(
  execution: ExecutionHistory['execution'] | undefined,
  phases: readonly Step[],
): Summary['error'] {
  if (execution === undefined || execution.status === 'SUCCEEDED' || execution.status === 'RUNNING') return null;
  const name = execution.error || execution.status;
  return {
    name,
    message: plainCause(execution.cause || unexplained[execution.status] || 'No cause was recorded.').slice(0, 2000),
    state: (culprit(phases) ?? phases.findLast(({ status }) => status === 'stopped'))?.name ?? null,
    runbook: runbookOf(name),
  };
}
