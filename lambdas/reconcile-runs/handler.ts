import { S3Client } from '@aws-sdk/client-s3';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { parseDeployed } from '../../lib/adapters/configuration.ts';
import { type Documents, s3Documents } from '../../lib/adapters/documents.ts';
import { type Executions, stepFunctions } from '../../lib/adapters/executions.ts';
import { type SendMail, ses } from '../../lib/adapters/mail.ts';
import { keys } from '../../lib/domain/run.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { callMail } from '../../lib/pages/mail.ts';
import { Ledger } from '../../lib/workflow/documents/ledger.ts';

interface Deps {
  documents: Documents;
  executions: Executions;
  unwindMachine: string;
  sendMail: SendMail;
}

/** At one epoch; an unwind that took over has another. */
const ATTEMPTS = 10;

/** Starts unwind for a lease that nobody acts for any more; null when somebody does, or only a person may. */
async function startUnwind({ executions, unwindMachine }: Deps, ledger: Ledger): Promise<string | null> {
  if (!ledger.holder) return null;
  const holder = await executions.describe(ledger.holder.execution);
  if (holder?.status === 'RUNNING') return null;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const name = `unwind-${ledger.holder.run}-${ledger.epoch}-${attempt}`;
    const before = await executions.describe(`${unwindMachine.replace(':stateMachine:', ':execution:')}:${name}`);
    if (before?.status === 'RUNNING') return null;
    if (!before) return executions.start(unwindMachine, name, { migration: ledger.migration });
  }
  return null;
}

/** Something is closed that nobody but a person can open: the approvers are told, once a run. */
async function callPeople(deps: Deps, ledger: Ledger, cause: string): Promise<boolean> {
  const { documents, sendMail } = deps;
  if (!ledger.holder) return false;
  const { run, configurationDigest } = ledger.holder;
  const called = keys.document(run, 'people-called');
  if ((await documents.text(called)) !== null) return false;
  const text = await documents.text(keys.configuration(ledger.migration, configurationDigest));
  const people = text === null ? [] : (parseDeployed(ledger.migration, text).approvals?.approvers ?? []);
  // Mail first: rather called twice than not at all.
  for (const { email } of people) await sendMail(callMail({ to: email, ledger, run, cause }));
  await documents.create(called, { at: ledger.updatedAt, cause });
  return true;
}

export const reconcileRuns = task('ReconcileRuns')(async (deps: Deps, { detail }) => {
  const started: string[] = [];
  const called: string[] = [];
  const unwindFailed = detail?.stateMachineArn === deps.unwindMachine;
  const reconcile = async (key: string) => {
    const ledger = (await deps.documents.read(key, Ledger))?.value;
    if (!ledger?.holder) return;
    if (unwindFailed) {
      // Not at once again: whatever stopped it would stop it again. The minute tries.
      const { migration, lease } = JSON.parse(detail.input) as { migration?: unknown; lease?: unknown };
      // A run that cleaned up after itself has its own failure, and an unwind of its own coming.
      if (lease !== undefined) return;
      if (migration === ledger.migration && (await callPeople(deps, ledger, detail.cause ?? detail.status))) {
        called.push(ledger.migration);
      }
      return;
    }
    // Past the point of no return nothing is put back: an end before the gate is open is for people to finish.
    if (ledger.pointOfNoReturn) {
      const run = await deps.executions.describe(ledger.holder.execution);
      const ended = run?.status !== 'RUNNING';
      const cause = run?.cause ?? run?.error ?? run?.status ?? 'its execution is gone';
      if (ended && (await callPeople(deps, ledger, cause))) called.push(ledger.migration);
      return;
    }
    const execution = await startUnwind(deps, ledger);
    if (execution) started.push(execution);
    // An unwind that had taken over has failed. The event of that, or the mail after it, may have been lost.
    const executionsOfUnwind = `${deps.unwindMachine.replace(':stateMachine:', ':execution:')}:`;
    if (execution && ledger.holder.execution.startsWith(executionsOfUnwind)) {
      const failed = await deps.executions.describe(ledger.holder.execution);
      const cause = failed?.cause ?? failed?.error ?? failed?.status ?? 'its execution is gone';
      if (await callPeople(deps, ledger, cause)) called.push(ledger.migration);
    }
  };
  let failure: unknown;
  for (const key of await deps.documents.keys('migrations/')) {
    if (!key.endsWith('/ledger.json')) continue;
    // One migration that cannot be read must not keep the others waiting: it is told once they are served.
    await reconcile(key).catch((error: unknown) => {
      failure ??= error;
    });
  }
  if (failure) throw failure;
  return { started, called };
});

export const handler = onLambda(reconcileRuns, (environment) => ({
  documents: s3Documents(new S3Client({}), environment.ledgers),
  executions: stepFunctions(new SFNClient({})),
  unwindMachine: environment.unwindMachine,
  sendMail: ses(new SESv2Client({}), environment.mail),
}));
