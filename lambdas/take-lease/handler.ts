import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { deployedConfiguration } from '../../lib/adapters/configuration.ts';
import type { Documents } from '../../lib/adapters/documents.ts';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { digestOf } from '../../lib/domain/digest.ts';
import { refusalToTake, taken } from '../../lib/domain/ledger.ts';
import { planDigest } from '../../lib/domain/plan.ts';
import { keys, runOf } from '../../lib/domain/run.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import type { DeployedMigration } from '../../lib/workflow/configuration.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import product from '../../package.json' with { type: 'json' };

interface Deps {
  ledgers: Ledgers;
  documents: Documents;
  evidence: Evidence;
  configuration: (migration: string) => Promise<DeployedMigration>;
}

/** Nobody is asked in a run without approvals, so nobody's time is bounded. */
const NOBODY_IS_ASKED = 1;

export const takeLease = task('TakeLease')(async (deps: Deps, input) => {
  const { request, execution, startedAt } = input;
  const { migration, mode, reason, keep = false, mail = false } = request;
  const configuration = await deps.configuration(migration);
  const databasesOnly = configuration.source.ecs === undefined;
  if (databasesOnly && mode === 'cutover') {
    throw new WorkflowError(
      'ConfigurationInvalid',
      `Migration "${migration}" names databases only, so there is nothing to switch: it can be rehearsed, not cut over.`,
    );
  }
  if (databasesOnly && request.level === 'boot') {
    throw new WorkflowError(
      'ConfigurationInvalid',
      `Migration "${migration}" names databases only, so there is no application to boot: rehearse it with level "copy".`,
    );
  }
  const level = mode !== 'rehearsal' || databasesOnly ? 'copy' : (request.level ?? 'boot');
  const configurationDigest = digestOf(configuration);
  await deps.documents.create(keys.configuration(migration, configurationDigest), configuration);
  const run = runOf(execution);
  // What a run leaves is written once: under a name that was used before, old proofs and old approvals would count.
  const before = await deps.evidence.find(run, 'plan');
  if (before && (before.execution !== execution || before.startedAt !== startedAt)) {
    throw new WorkflowError(
      'InvalidInput',
      `There has been a run ${run}, started at ${before.startedAt}. Start the execution under another name.`,
    );
  }
  const taking = { run, execution, mode, configurationDigest, at: startedAt };
  const ledger = await deps.ledgers.change(migration, (current) => {
    const refusal = refusalToTake(current, taking);
    if (refusal) throw new WorkflowError('LeaseHeld', `${refusal} Nothing was started.`);
    return taken(current, taking);
  });
  const plan = {
    run,
    migration,
    mode,
    reason,
    execution,
    startedAt,
    configurationDigest,
    planDigest: planDigest(configuration, product.version),
    databasesOnly,
    keep,
    mail,
    level,
  };
  await deps.evidence.write(run, 'plan', plan);
  const minutes = configuration.approvals?.minutesToDecide;
  return {
    lease: { migration, run, epoch: ledger.epoch },
    mode,
    level,
    decide: { go: (minutes?.go ?? NOBODY_IS_ASKED) * 60, switch: (minutes?.switch ?? NOBODY_IS_ASKED) * 60 },
  };
});

export const handler = onLambda(takeLease, (environment) => {
  const ssm = new SSMClient({});
  return {
    ...evidenceBucket(new S3Client({}), environment.ledgers),
    configuration: (migration) => deployedConfiguration(ssm, environment.configurations, migration),
  };
});
