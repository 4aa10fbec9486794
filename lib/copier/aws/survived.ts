import type { S3Client } from '@aws-sdk/client-s3';
import type { Log } from '../ports.ts';

/** What may happen to a call and be cured by another try, in the words of the log and the report. */
export type Incident = 'S3 reply lost' | 'S3 throttled' | 'S3 failed' | 'S3 body cut';

/** Throttling as S3 says it; the SDK waits longer after it. */
const THROTTLED = ['SlowDown', 'TooManyRequestsException', 'RequestLimitExceeded', 'Throttling', 'ThrottlingException'];

/** One line for what was survived: `incident`, the `object` and `call`, how many `tries` it took, and the `reason`. */
export const survived = (
  log: Log,
  told: { incident: Incident; object: string; call: string; tries: number; reason: string },
) => log('survived', told);

/** No answer at all, too many requests, or a failure of the server: not a refusal. */
function incidentOf(error: Error): Incident | undefined {
  const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  if (THROTTLED.includes(name) || status === 503 || status === 429) return 'S3 throttled';
  if (status === undefined) return 'S3 reply lost';
  return status >= 500 ? 'S3 failed' : undefined;
}

/**
 * Logs `survived` for every call of the client that the SDK tried more than once and that ended well. The SDK itself
 * tells nobody; so one middleware stands inside of its retries and sees each try, and one outside sees the end.
 */
export function logSurvived(s3: S3Client, log: Log): void {
  const FAILURES = 'passageFailures';
  s3.middlewareStack.add(
    (next, context) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        (context[FAILURES] as Error[] | undefined)?.push(error as Error);
        throw error;
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'passageTry', override: true },
  );
  s3.middlewareStack.add(
    (next, context) => async (args) => {
      const failures: Error[] = [];
      context[FAILURES] = failures;
      const result = await next(args);
      const [failure] = failures;
      const incident = failure && incidentOf(failure);
      if (incident) {
        survived(log, {
          incident,
          object: String((args.input as { Key?: string }).Key ?? ''),
          call: String(context.commandName ?? '').replace(/Command$/, ''),
          tries: failures.length + 1,
          reason: `${failure.name}: ${failure.message}`,
        });
      }
      return result;
    },
    { step: 'initialize', priority: 'high', name: 'passageSurvived', override: true },
  );
}
