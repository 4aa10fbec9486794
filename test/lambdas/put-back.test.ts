import { beginUnwind } from '../../lambdas/begin-unwind/handler.ts';
import { changeDns } from '../../lambdas/change-dns/handler.ts';
import { dropCopy } from '../../lambdas/drop-copy/handler.ts';
import { emptyStaging } from '../../lambdas/empty-staging/handler.ts';
import { restoreDns } from '../../lambdas/restore-dns/handler.ts';
import { startSource } from '../../lambdas/start-source/handler.ts';
import { startTarget } from '../../lambdas/start-target/handler.ts';
import { stopSource } from '../../lambdas/stop-source/handler.ts';
import { stopTarget } from '../../lambdas/stop-target/handler.ts';
import { stopWorkers } from '../../lambdas/stop-workers/handler.ts';
import { unfenceSource } from '../../lambdas/unfence-source/handler.ts';
import { scratchDatabaseName } from '../../lib/adapters/postgres/names.ts';
import { keys } from '../../lib/domain/run.ts';
import type { SavedState } from '../../lib/workflow/documents/ledger.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { journeyArn, later, lease, noon, plan, record, unwindArn } from '../support/run-documents.ts';
import { type Account, call, refusedBy, withRun } from './account.ts';

describe('putting back', () => {
  /** A cutover that has stopped the source, started the target and changed DNS, and whose unwind has begun. */
  const frozen = async () => {
    const it = withRun();
    await stopSource.run(it, { lease }, call);
    await startTarget.run(it, { lease }, call);
    await changeDns.run(it, { lease }, call);
    it.running.set(journeyArn, 'FAILED');
    const { lease: held } = await beginUnwind.run(it, { migration: lease.migration, execution: unwindArn }, call);
    it.did.length = 0;
    return { it, held };
  };

  test('StopTarget: pods first, then the gate as it was', async () => {
    const { it, held } = await frozen();
    await stopTarget.run(it, { lease: held }, call);
    expect(it.did).toEqual(['scale retool 0', 'gate open to retool:80']);
  });

  test('StopTarget: opens the gate only once the pods are gone', async () => {
    const { it, held } = await frozen();
    const pods = [['retool-1', 'retool-2'], ['retool-2'], []];
    const asked: (readonly string[])[] = [];
    it.application().pods = async (names) => {
      asked.push(names);
      expect(it.did).toEqual(['scale retool 0']);
      return pods.shift() ?? [];
    };
    await stopTarget.run(it, { lease: held }, call);
    expect(asked).toEqual([['retool'], ['retool'], ['retool']]);
    expect(it.did.at(-1)).toBe('gate open to retool:80');
  });

  test.each([
    ['that do not end', ['retool-1'], /still ending: retool-1/],
    ['that it may not see', null, /RBAC file/],
  ])('StopTarget: pods %s keep the gate closed', async (_, pods, words) => {
    const { it, held } = await frozen();
    it.application().pods = async () => pods;
    await expect(stopTarget.run(it, { lease: held }, call)).rejects.toEqual(refusedBy('TargetStillRunning', words));
    expect(it.did).toEqual(['scale retool 0']);
    expect(it.ledger().effect).toBeNull();
  });

  test('RestoreDns: exactly the records that were there, and nothing the second time', async () => {
    const { it, held } = await frozen();
    await restoreDns.run(it, { lease: held }, call);
    expect(it.zone()).toEqual([record()]);
    await restoreDns.run(it, { lease: held }, call);
    expect(it.did).toHaveLength(1);
  });

  test('StartSource: the saved counts, and only then the source is the side that may be written', async () => {
    const { it, held } = await frozen();
    await startSource.run(it, { lease: held }, call);
    expect(it.did).toEqual(['ecs scale web 2', 'ecs scale jobs 1']);
    expect(it.seen.at(-1)?.writable).toBe('none');
    expect(it.ledger().writable).toBe('source');
  });

  test.each([
    ['StopTarget', 'scale', stopTarget],
    ['RestoreDns', 'dns', restoreDns],
    ['StartSource', 'ecs scale', startSource],
  ] as const)(
    '%s: marks its effect, and leaves the mark where the outcome is unknown',
    async (name, first, handler) => {
      const { it, held } = await frozen();
      it.failures.set(first, new WorkflowError('ServiceUnavailable', 'timed out'));
      await expect(handler.run(it, { lease: held }, call)).rejects.toEqual(refusedBy('ServiceUnavailable'));
      const mark = { task: name, until: later(30) };
      expect([it.seen.at(-1)?.effect, it.ledger().effect]).toEqual([mark, mark]);
      it.failures.clear();
      await handler.run(it, { lease: held }, call);
      expect(it.ledger().effect).toBeNull();
    },
  );

  test('UnfenceSource: goes to the database where a fence was saved', async () => {
    const { it, held } = await frozen();
    it.setLedger({ saved: { ...it.ledger().saved, fence: {} } });
    await expect(unfenceSource.run(it, { lease: held }, call)).rejects.toEqual(refusedBy('SourceUnreachable'));
  });

  test('each does nothing where nothing was saved', async () => {
    const it = withRun();
    for (const handler of [stopTarget, restoreDns, unfenceSource, startSource, dropCopy]) {
      await handler.run(it, { lease }, call);
    }
    expect(it.did).toEqual([]);
  });

  test('StopWorkers: the dump of this run and its restore Jobs, in as many calls at any epoch', async () => {
    const it = withRun();
    it.setLedger({ epoch: 1000 });
    await stopWorkers.run({ ...it, workerCluster: 'w' }, { lease: { ...lease, epoch: 1000 } }, call);
    expect(it.did).toEqual(['ecs stop autumn', 'job remove autumn']);
  });

  test("EmptyStaging: all of this run and its tokens, nothing of another's", async () => {
    const it = withRun();
    const ours = ['runs/autumn/main-scratch-1/a', 'runs/autumn/main-scratch-2/b', 'approvals/autumn-go'];
    const others = ['runs/autumn2/main-scratch-1/a', 'approvals/autumn2-go', 'approvals/winter-go'];
    for (const key of [...ours, ...others]) await it.staging.put(key, 'x', 'text/plain');
    expect(await emptyStaging.run(it, { lease }, call)).toEqual({ deleted: 2 });
    expect([...it.staging.objects.keys()]).toEqual(others);
    expect(await emptyStaging.run(it, { lease }, call)).toEqual({ deleted: 0 });
  });

  test('EmptyStaging: every secret that a rehearsal of this run may have kept, and none of the migration', async () => {
    const it = withRun('rehearsal');
    await emptyStaging.run(it, { lease }, call);
    const names = ['application-login', 'encryption-key', 'carried', 'held-back', 'undecided'];
    expect(it.did).toEqual(names.map((name) => `secret forget passage/acme-retool/rehearsals/autumn/${name}`));
  });
});

describe('DropCopy', () => {
  const drop = (of: Account) => dropCopy.run(of, { lease }, call);
  const restoring = (of: Account, into: 'scratch' | 'target', more: object = {}) =>
    of.setLedger({
      saved: {
        ...of.ledger().saved,
        restoring: { database: scratchDatabaseName('autumn'), into },
      } satisfies SavedState,
      ...more,
    });
  /** In this account nothing listens where the target database is said to be: whoever goes there is told so. */
  const wentThere = refusedBy('TargetUnreachable');

  test('drops the scratch database of a rehearsal', async () => {
    const it = withRun('rehearsal');
    restoring(it, 'scratch');
    await expect(drop(it)).rejects.toEqual(wentThere);
  });

  test('keeps it where the run was asked to and ended well by itself', async () => {
    const it = withRun('rehearsal');
    restoring(it, 'scratch');
    it.documents.tamper(keys.document('autumn', 'plan'), plan({ mode: 'rehearsal', keep: true }));
    expect(await drop(it)).toEqual({});
  });

  test('drops it all the same after a failure: then an unwind is the holder', async () => {
    const it = withRun('rehearsal');
    restoring(it, 'scratch', { holder: { ...it.ledger().holder!, execution: unwindArn } });
    it.documents.tamper(keys.document('autumn', 'plan'), plan({ mode: 'rehearsal', keep: true }));
    await expect(drop(it)).rejects.toEqual(wentThere);
  });

  test('empties the target before the point of no return', async () => {
    const it = withRun();
    restoring(it, 'target');
    await expect(drop(it)).rejects.toEqual(wentThere);
  });

  test('never touches a target that is live', async () => {
    const it = withRun();
    restoring(it, 'target', { pointOfNoReturn: noon });
    await expect(drop(it)).rejects.toEqual(refusedBy('PastPointOfNoReturn', /is live since/));
    expect(it.ledger().effect).toBeNull();
  });
});
