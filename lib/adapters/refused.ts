import { type ErrorName, WorkflowError } from '../workflow/errors.ts';

/** What an API says, in its own words. */
const quoted = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : 'an unknown failure';

/** Whether IAM refused a call: XML services say `AccessDenied`, JSON ones `AccessDeniedException`. */
export const isDenied = (error: unknown): boolean => error instanceof Error && error.name.startsWith('AccessDenied');

/**
 * An API's refusal as a declared error, once the SDK's own retries are over.
 * @param what the attempt, as in "Could not <what>"
 */
export function refused(what: string, error: unknown, name: ErrorName = 'ServiceUnavailable'): WorkflowError {
  if (error instanceof WorkflowError) return error;
  return new WorkflowError(name, `Could not ${what}: ${quoted(error)}`, { cause: error });
}

/** As `refused`, for calls that carry a secret: a validation message may echo it, so the error is only named. */
export function refusedSecretly(what: string, error: unknown, name: ErrorName = 'ServiceUnavailable'): WorkflowError {
  if (error instanceof WorkflowError) return error;
  return new WorkflowError(name, `Could not ${what}: ${error instanceof Error ? error.name : 'an unknown failure'}.`);
}
