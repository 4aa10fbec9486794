import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { type Documents, s3Documents } from '../../lib/adapters/documents.ts';
import { type Executions, stepFunctions } from '../../lib/adapters/executions.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { Ledger } from '../../lib/workflow/documents.ts';

interface Deps {
  documents: Documents;
  executions: Executions;
  unwindMachine: string;
}

/** After so many failed attempts at one epoch only a person can help; the runbook says how. */
const ATTEMPTS = 10;

export const reconcileRuns = task('ReconcileRuns')(async ({ documents, executions, unwindMachine }: Deps) => {
  const started: string[] = [];
  for (const key of await documents.keys('migrations/')) {
    if (!key.endsWith('/ledger.json')) continue;
    const ledger = (await documents.read(key, Ledger))?.value;
    if (!ledger?.holder) continue;
    // After the point of no return nothing is put back without a person.
    if (ledger.pointOfNoReturn) continue;
    const holder = await executions.describe(ledger.holder.execution);
    if (holder?.status === 'RUNNING') continue;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const name = `unwind-${ledger.holder.run}-${ledger.epoch}-${attempt}`;
      const before = await executions.describe(`${unwindMachine.replace(':stateMachine:', ':execution:')}:${name}`);
      if (before?.status === 'RUNNING') break;
      if (before) continue;
      started.push(await executions.start(unwindMachine, name, { migration: ledger.migration }));
      break;
    }
  }
  return { started };
});

export const handler = onLambda(reconcileRuns, (told) => ({
  documents: s3Documents(new S3Client({}), told.ledgers),
  executions: stepFunctions(new SFNClient({})),
  unwindMachine: told.unwindMachine,
}));
