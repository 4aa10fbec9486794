import { type ErrorName, WorkflowError } from '../workflow/errors.ts';

/** Errors whose text may carry what must not travel are named, not quoted. */
const named = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : 'an unknown failure';

/**
 * An API's refusal as a declared error, once the SDK's own retries are over.
 * @param what the attempt, as in "Could not <what>"
 */
export function refused(what: string, error: unknown, name: ErrorName = 'ServiceUnavailable'): WorkflowError {
  if (error instanceof WorkflowError) return error;
  return new WorkflowError(name, `Could not ${what}: ${named(error)}`, { cause: error });
}
