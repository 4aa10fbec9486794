import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Executions, stepFunctions } from '../../lib/adapters/executions.ts';
import { type Ledgers, s3Ledgers } from '../../lib/adapters/ledger.ts';
import { changedMoreThanTheCopy, effectEndsIn, leaseOf, takenOver } from '../../lib/domain/ledger.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import type { Ledger } from '../../lib/workflow/documents/ledger.ts';
import type { Lease } from '../../lib/workflow/documents/run.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  ledgers: Ledgers;
  executions: Executions;
  now: () => number;
}

/** After the point of no return of a cutover nothing is put back without a person. */
function refuseWhenSwitched({ migration, holder, pointOfNoReturn }: Ledger): void {
  if (!pointOfNoReturn || holder?.mode !== 'cutover') return;
  throw new WorkflowError(
    'PastPointOfNoReturn',
    `Migration "${migration}" passed its point of no return at ${pointOfNoReturn}: users may be writing to the target. Run "diagnose" to see what is left to do.`,
  );
}

export const beginUnwind = task('BeginUnwind')(async (deps: Deps, { migration, lease, execution }) => {
  const { ledgers, executions, now } = deps;
  if (lease) {
    const held = await ledgers.changeHeld(lease, (current) => {
      refuseWhenSwitched(current);
      return { ...current, phase: 'unwinding' };
    });
    return { lease, changed: changedMoreThanTheCopy(held) };
  }
  const ledger = await ledgers.read(migration);
  const { holder } = ledger;
  if (!holder) {
    throw new WorkflowError('LeaseLost', `Nobody holds migration "${migration}": there is nothing to put back.`);
  }
  refuseWhenSwitched(ledger);
  if (holder.execution !== execution && (await executions.describe(holder.execution))?.status === 'RUNNING') {
    throw new WorkflowError(
      'LeaseHeld',
      `Execution ${holder.execution} of run ${holder.run} still runs; stop it first.`,
    );
  }
  const after = await ledgers.change(migration, (current) => {
    if (current.holder?.execution === execution) return current;
    // Asked again at the very swap: a call of the former holder may have outlived its execution.
    refuseWhenSwitched(current);
    if (current.epoch !== ledger.epoch) {
      throw new WorkflowError('LeaseLost', `Somebody else has taken migration "${migration}" over meanwhile.`);
    }
    const left = effectEndsIn(current, now());
    if (left > 0) {
      throw new WorkflowError(
        'EffectInFlight',
        `${current.effect?.task} of run ${holder.run} may still act for ${Math.ceil(left / 1000)} s; it is waited for.`,
      );
    }
    return takenOver(current, execution);
  });
  return { lease: leaseOf(after) as Lease, changed: changedMoreThanTheCopy(after) };
});

export const handler = onLambda(beginUnwind, (environment) => ({
  ledgers: s3Ledgers(s3Documents(new S3Client({}), environment.ledgers)),
  executions: stepFunctions(new SFNClient({})),
  now: Date.now,
}));
