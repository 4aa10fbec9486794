import type { Mode } from '../workflow/documents/run.ts';
import { sha256 } from './digest.ts';

/** What a run may be called so that its name fits object keys, Job names (63) and database names (63). */
const FITS = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/**
 * The run of an execution: its name where that fits, else sixteen hexadecimal digits of its ARN's hash.
 * Derived, never stored, so that a step which runs twice arrives at the same run.
 */
export function runOf(executionArn: string): string {
  const name = executionArn.split(':').at(-1) ?? '';
  return FITS.test(name) ? name : sha256(executionArn).slice(0, 16);
}

/** A run looks at both sides first of all, and a cutover once more after "go": people may have taken days to decide. */
type Look = 'first' | 'last';

/** Where a look keeps its documents: the first with the run's own, the last beside them. */
export const whereOf = (run: string, look: Look): string => (look === 'first' ? run : `${run}/last-look`);

/** The looks that a run may have made, the newest first: what the report says of both sides is of the last that there was. */
export const looksOf = (mode: Mode): readonly Look[] => (mode === 'cutover' ? ['last', 'first'] : ['first']);

/** Keys of the evidence bucket. */
export const keys = {
  ledger: (migration: string) => `migrations/${migration}/ledger.json`,
  configuration: (migration: string, digest: string) => `migrations/${migration}/configuration/${digest}.json`,
  measurements: (migration: string) => `migrations/${migration}/measurements/`,
  /** Keys sort as their runs began. */
  measurement: (migration: string, { at, run }: { at: string; run: string }) =>
    `migrations/${migration}/measurements/${new Date(at).toISOString()}-${run}.json`,
  document: (run: string, name: string) => `runs/${run}/${name}.json`,
  file: (run: string, name: string) => `runs/${run}/files/${name}`,
  report: (run: string) => `runs/${run}/report.html`,
  text: (run: string) => `runs/${run}/report.txt`,
  requester: (run: string) => `requesters/${run}.json`,
  request: (approval: string) => `approvals/${approval}/request.json`,
  votes: (approval: string) => `approvals/${approval}/votes/`,
  vote: (approval: string, email: string) =>
    `approvals/${approval}/votes/${sha256(email.toLowerCase()).slice(0, 32)}.json`,
  outcome: (approval: string) => `approvals/${approval}/outcome.json`,
} as const;

/** Keys of the staging bucket. */
export const stagingKeys = {
  run: (run: string) => `runs/${run}/`,
  copy: (run: string, copy: string, into: string, epoch: number) => `runs/${run}/${copy}-${into}-${epoch}`,
  bootMemory: (run: string) => `runs/${run}/boot-memory.json`,
  token: (approval: string) => `approvals/${approval}`,
} as const;

/** One approval a subject and run. */
export const approvalOf = (run: string, subject: string): string => `${run}-${subject}`;
