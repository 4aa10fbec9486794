import { join } from 'node:path';
import { readRecord } from '../../lib/local/iam/record.ts';

/** What IAM has refused in the simulated account of a work directory. Throws where it was never asked. */
export function refusedCalls(directory: string): string[] {
  const calls = readRecord(join(directory, 'iam'));
  if (calls.length === 0) throw new Error(`${directory} has no record of what IAM was asked.`);
  return calls
    .filter(({ refused }) => refused !== undefined)
    .map(({ principal, action, resource, refused }) => `${principal}: ${action} on ${resource} ${refused}`);
}
