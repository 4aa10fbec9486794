import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evaluated } from './authorize.ts';
import type { Policies } from './policies.ts';

/** What was asked of IAM, and how often. */
export interface RecordedCall extends Evaluated {
  readonly times: number;
}

interface Recorder {
  add(call: Evaluated, first: boolean): void;
  /** Writes how often each call came again, as far as that is not written. */
  close(): void;
}

const files = (directory: string) => ({
  calls: join(directory, 'calls.ndjson'),
  policies: join(directory, 'policies.sha256'),
});

/** A copy reads and writes thousands of objects: what is counted of them is written before it fills memory. */
const MOST_COUNTED = 10_000;

/**
 * Opens the record of every call that IAM is asked about: a line when a call is first made, before it is answered. It
 * goes on over restarts of the account, and begins anew when the policies are others.
 */
export function openRecord(directory: string, policies: Policies): Recorder {
  const { calls, policies: file } = files(directory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const digest = digestOf([[...policies.identityPolicies], [...policies.resourcePolicies]]);
  if (!existsSync(file) || readFileSync(file, 'utf8') !== digest) {
    rmSync(calls, { force: true });
    writeFileSync(file, digest);
  }
  if (existsSync(calls)) truncateSync(calls, readFileSync(calls).lastIndexOf('\n') + 1);
  const again = new Map<Evaluated, number>();
  const line = (call: Evaluated, times: number) => `${JSON.stringify({ ...call, times })}\n`;
  const writeAgain = () => {
    appendFileSync(calls, Array.from(again, ([call, times]) => line(call, times)).join(''));
    again.clear();
  };
  return {
    add(call, first) {
      if (first) return appendFileSync(calls, line(call, 1));
      again.set(call, (again.get(call) ?? 0) + 1);
      if (again.size >= MOST_COUNTED) writeAgain();
    },
    close: writeAgain,
  };
}

/** What an account has recorded, the same call once; none where there is no record. A last line that was cut off is left out. */
export function readRecord(directory: string): readonly RecordedCall[] {
  const { calls } = files(directory);
  return existsSync(calls) ? parseCalls(readFileSync(calls, 'utf8')) : [];
}

/** Calls as lines of JSON, each ended by a newline; the same call once, with all its times. */
export function parseCalls(text: string): readonly RecordedCall[] {
  const byCall = new Map<string, RecordedCall>();
  for (const line of text.split('\n').slice(0, -1)) {
    const { times, ...call } = JSON.parse(line) as RecordedCall;
    const key = digestOf(call);
    byCall.set(key, { ...call, times: (byCall.get(key)?.times ?? 0) + times });
  }
  return [...byCall.values()];
}

const digestOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/**
 * The calls of one account as another one would have recorded them: ids that are drawn by lot (a key's, the end of a
 * secret's ARN) and those that change with what is deployed (a task definition's) are those that the policies name.
 */
export function readdressed(calls: readonly RecordedCall[], policies: Policies): readonly RecordedCall[] {
  const named = new Set(JSON.stringify([...policies.identityPolicies]).match(/arn:aws:[^"]+/g) ?? []);
  const keys = [...policies.resourcePolicies.keys()].filter((arn) => arn.startsWith('arn:aws:kms:'));
  const ends = [/-\w{6}$/, /-[0-9a-f]{8}:\d+$/];
  const byStem = new Map<string, string>();
  for (const arn of named) {
    if (!/:secret:[^*?]+$|:task-definition\//.test(arn)) continue;
    for (const end of ends) if (end.test(arn)) byStem.set(arn.replace(end, ''), arn);
  }
  return calls.map((call) => {
    const { resource } = call;
    if (named.has(resource)) return call;
    if (/^arn:aws:kms:.*:key\//.test(resource) && keys.length === 1) return { ...call, resource: keys[0]! };
    const other = ends.map((end) => byStem.get(resource.replace(end, ''))).find((arn) => arn !== undefined);
    return other ? { ...call, resource: other } : call;
  });
}
