import { z } from 'zod';
import { approvalOf, keys, looksOf, whereOf } from '../domain/run.ts';
import type { RunDocuments } from '../domain/summary.ts';
import { Ledger } from '../workflow/documents/ledger.ts';
import { type Lease, Requester, Subject } from '../workflow/documents/run.ts';
import type { Approvals } from './approvals.ts';
import type { Documents } from './documents.ts';
import type { Evidence, RunDocument } from './evidence.ts';
import type { Executions } from './executions.ts';
import { histories } from './histories.ts';
import type { Measurements } from './measurements.ts';

/** Of the configuration no more than is used here, so that nothing else in it can keep a report from being written. */
const Configured = z.object({
  rehearsalFreshForHours: z.number().positive().optional(),
  approvals: z
    .object({
      approvers: z.array(z.object({ email: z.string() })),
      minutesToDecide: z.object({ switch: z.number() }),
    })
    .optional(),
});

/** Where a run has left what its report tells. */
export interface RunSources {
  readonly documents: Documents;
  readonly evidence: Evidence;
  readonly approvals: Approvals;
  readonly executions: Executions;
  readonly measurements: Measurements;
}

/**
 * Everything that a run has left, as far as it came, and the approvers' addresses.
 * @throws ServiceUnavailable when it has left no plan
 */
export async function readRun(
  { documents, evidence, approvals, executions, measurements }: RunSources,
  { run, migration }: Pick<Lease, 'run' | 'migration'>,
  now: number,
): Promise<{ readonly left: RunDocuments; readonly approvers: readonly string[] }> {
  const plan = await evidence.read(run, 'plan');
  /** Of the last look that wrote it: a cutover that stopped there is told by what it saw then. */
  const latest = async <D extends RunDocument>(name: D): ReturnType<typeof evidence.find<D>> => {
    for (const look of looksOf(plan.mode)) {
      const found = await evidence.find(whereOf(run, look), name);
      if (found) return found;
    }
    return null;
  };
  const ledger = (await documents.read(keys.ledger(migration), Ledger))?.value ?? null;
  // After a failure the unwind that puts everything back is part of the story.
  const unwinding = ledger?.holder && ledger.holder.execution !== plan.execution ? [ledger.holder.execution] : [];
  const asked = async (subject: Subject) => {
    const id = approvalOf(run, subject);
    const request = await approvals.request(id);
    return request ? [{ request, votes: await approvals.votes(id), outcome: await approvals.outcome(id) }] : [];
  };
  const [
    copy,
    boot,
    source,
    configuration,
    preflight,
    files,
    rehearsal,
    prediction,
    drift,
    databases,
    history,
    requester,
    decisions,
    story,
  ] = await Promise.all([
    evidence.find(run, 'copy-main'),
    evidence.find(run, 'boot'),
    evidence.find(run, 'source'),
    documents.read(keys.configuration(migration, plan.configurationDigest), Configured),
    latest('preflight'),
    evidence.find(run, 'files'),
    evidence.find(run, 'rehearsal'),
    latest('prediction'),
    latest('drift'),
    latest('databases'),
    measurements.read(migration),
    documents.read(keys.requester(run), Requester),
    Promise.all(Subject.options.map(asked)),
    Promise.all([plan.execution, ...unwinding].map((arn) => histories(executions, arn))),
  ]);
  const configured = configuration?.value;
  const minutes = configured?.approvals?.minutesToDecide.switch;
  return {
    left: {
      plan,
      histories: story.flat(),
      writtenAt: new Date(now).toISOString(),
      requester: requester?.value.principal ?? null,
      preflight,
      variables: source?.variables ?? [],
      freshForHours: configured?.rehearsalFreshForHours ?? null,
      decideSeconds: minutes === undefined ? null : minutes * 60,
      files,
      copies: copy ? [copy] : [],
      boot,
      rehearsal,
      prediction,
      drift,
      history,
      sourceBytes: databases?.source.sizeBytes ?? null,
      approvals: decisions.flat(),
      ledger,
    },
    approvers: configured?.approvals?.approvers.map(({ email }) => email) ?? [],
  };
}
