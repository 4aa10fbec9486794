import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deployed, grantsOf } from '../../lib/commands/permissions/judge.ts';
import { parseCalls, type RecordedCall, readdressed, readRecord } from '../../lib/local/iam/record.ts';

const recorded = (directory: string): readonly RecordedCall[] => {
  const calls = readRecord(join(directory, 'iam'));
  if (calls.length === 0) throw new Error(`${directory} has no record of what IAM was asked.`);
  return calls;
};

/** What IAM has refused in the simulated account of a work directory. Throws where it was never asked. */
export function refusedCalls(directory: string): string[] {
  return recorded(directory)
    .filter(({ refused }) => refused !== undefined)
    .map(({ principal, action, resource, refused }) => `${principal}: ${action} on ${resource} ${refused}`);
}

/**
 * What kept calls of these roles need, and the runs of a work directory did not ask for. Whether an object is missing
 * (`s3:ListBucket`) depends on which of two was faster, and is left out.
 */
export async function askedNoMore(directory: string, roles: RegExp): Promise<string[]> {
  const now = await deployed();
  const kept = readFileSync(new URL('../../lib/commands/permissions/kept-calls.ndjson', import.meta.url), 'utf8');
  const neededBy = (calls: readonly RecordedCall[]) =>
    grantsOf(
      readdressed(calls, now.policies).filter(({ identity }) => roles.test(now.logicalIds.get(identity) ?? '')),
      now,
    )
      .filter(({ side, action, found }) => side === 'identity' && action !== 's3:ListBucket' && found === 'needed')
      .map(({ of, action, on }) => `${of}: ${action} on ${on}`);
  const needed = new Set(neededBy(recorded(directory)));
  const before = neededBy(parseCalls(kept));
  if (before.length === 0) throw new Error(`No kept call is one of ${roles}.`);
  return before.filter((grant) => !needed.has(grant));
}
