import { beginUnwind } from '../../lambdas/begin-unwind/handler.ts';
import { changeDns } from '../../lambdas/change-dns/handler.ts';
import { dropCopy } from '../../lambdas/drop-copy/handler.ts';
import { emptyStaging } from '../../lambdas/empty-staging/handler.ts';
import { passPointOfNoReturn } from '../../lambdas/pass-point-of-no-return/handler.ts';
import { reconcileRuns } from '../../lambdas/reconcile-runs/handler.ts';
import { restoreDns } from '../../lambdas/restore-dns/handler.ts';
import { startSource } from '../../lambdas/start-source/handler.ts';
import { startTarget } from '../../lambdas/start-target/handler.ts';
import { stopSource } from '../../lambdas/stop-source/handler.ts';
import { stopTarget } from '../../lambdas/stop-target/handler.ts';
import { stopWorkers } from '../../lambdas/stop-workers/handler.ts';
import { unfenceSource } from '../../lambdas/unfence-source/handler.ts';
import type { Execution } from '../../lib/adapters/executions.ts';
import { scratchDatabaseName } from '../../lib/adapters/postgres/names.ts';
import { keys } from '../../lib/domain/run.ts';
import type { SavedState } from '../../lib/workflow/documents/ledger.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { journeyArn, later, lease, noon, people, plan, record, unwindArn } from '../support/run-documents.ts';
import { type Account, call, refusedBy, withRun } from './account.ts';

const migration = lease.migration;
const begin = (of: Account, more: { lease?: typeof lease } = {}, execution = unwindArn) =>
  beginUnwind.run(of, { migration, execution, ...more }, call);
const ended: readonly Execution['status'][] = ['FAILED', 'ABORTED', 'TIMED_OUT', 'SUCCEEDED'];

describe('BeginUnwind', () => {
  test.each(ended)('takes over from an execution that is %s, under the next epoch', async (status) => {
    const it = withRun();
    it.running.set(journeyArn, status);
    expect(await begin(it)).toMatchObject({ lease: { ...lease, epoch: 2 } });
    expect(it.ledger()).toMatchObject({
      epoch: 2,
      phase: 'unwinding',
      holder: { run: 'autumn', execution: unwindArn },
    });
  });

  test('takes over from an execution that Step Functions has forgotten', async () => {
    const it = withRun();
    it.running.delete(journeyArn);
    expect(await begin(it)).toMatchObject({ lease: { ...lease, epoch: 2 } });
  });

  test.each<[string, Parameters<ReturnType<typeof withRun>['setLedger']>[0], boolean]>([
    ['nothing but a scratch database', {}, false],
    ['the side that may be written', { writable: 'none' }, true],
  ])('says whether more was changed than the copy: %s', async (_, ledger, changed) => {
    const it = withRun();
    it.setLedger(ledger);
    it.running.set(journeyArn, 'ABORTED');
    expect(await begin(it)).toMatchObject({ changed });
  });

  test('refuses while the holder runs, and names it', async () => {
    const it = withRun();
    await expect(begin(it)).rejects.toEqual(refusedBy('LeaseHeld', new RegExp(`${journeyArn} .* still runs`)));
    expect(it.ledger().epoch).toBe(1);
  });

  test("waits for the former holder's last effect, to the second", async () => {
    const it = withRun();
    it.running.set(journeyArn, 'ABORTED');
    it.setLedger({ effect: { task: 'ChangeDns', until: later(12) } });
    await expect(begin(it)).rejects.toEqual(refusedBy('EffectInFlight', /ChangeDns .* for 12 s/));
    it.time.now += 11_999;
    await expect(begin(it)).rejects.toEqual(refusedBy('EffectInFlight'));
    it.time.now += 1;
    expect(await begin(it)).toMatchObject({ lease: { ...lease, epoch: 2 } });
  });

  test('twice is harmless: the same lease, no further epoch', async () => {
    const it = withRun();
    it.running.set(journeyArn, 'FAILED');
    const first = await begin(it);
    it.running.set(unwindArn, 'RUNNING');
    expect(await begin(it)).toEqual(first);
    expect(it.ledger().epoch).toBe(2);
  });

  test('of two unwinds at the same time one goes on, and the other ends', async () => {
    const it = withRun();
    it.running.set(journeyArn, 'FAILED');
    it.running.set('arn:unwind:a', 'RUNNING').set('arn:unwind:b', 'RUNNING');
    const both = await Promise.allSettled([begin(it, {}, 'arn:unwind:a'), begin(it, {}, 'arn:unwind:b')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find((result) => result.status === 'rejected')?.reason).toEqual(refusedBy('LeaseLost'));
    expect(it.ledger().epoch).toBe(2);
  });

  test('takes over from an unwind that failed', async () => {
    const it = withRun();
    it.running.set(journeyArn, 'FAILED');
    await begin(it);
    it.running.set(unwindArn, 'FAILED');
    expect(await begin(it, {}, 'arn:second-unwind')).toMatchObject({ lease: { ...lease, epoch: 3 } });
  });

  test('goes on with the lease of the run that asks, whose execution still runs', async () => {
    const it = withRun('rehearsal');
    expect(await begin(it, { lease })).toEqual({ lease, changed: false });
    expect(it.ledger()).toMatchObject({ epoch: 1, phase: 'unwinding', holder: { execution: journeyArn } });
  });

  test('has nothing to put back where nobody holds', async () => {
    const it = withRun();
    it.setLedger({ holder: null });
    await expect(begin(it)).rejects.toEqual(refusedBy('LeaseLost', /Nobody holds/));
  });

  describe('after the point of no return', () => {
    test('refuses, and changes nothing, with and without a lease', async () => {
      const it = withRun();
      it.running.set(journeyArn, 'FAILED');
      it.setLedger({ pointOfNoReturn: noon, phase: 'switched', writable: 'target' });
      const before = it.ledger();
      await expect(begin(it)).rejects.toEqual(refusedBy('PastPointOfNoReturn', /users may be writing to the target/));
      await expect(begin(it, { lease })).rejects.toEqual(refusedBy('PastPointOfNoReturn'));
      expect(it.ledger()).toEqual(before);
    });

    test('refuses even if a call that outlived its execution writes it at the last moment', async () => {
      const it = withRun();
      it.running.set(journeyArn, 'ABORTED');
      it.documents.before(keys.ledger(migration), () => passPointOfNoReturn.run(it, { lease }, call));
      await expect(begin(it)).rejects.toEqual(refusedBy('PastPointOfNoReturn'));
      expect(it.ledger()).toMatchObject({ epoch: 1, writable: 'target', phase: 'switched' });
    });

    test('cannot be reached any more once unwind has begun', async () => {
      const it = withRun();
      it.running.set(journeyArn, 'ABORTED');
      it.documents.before(keys.ledger(migration), () => begin(it));
      await expect(passPointOfNoReturn.run(it, { lease }, call)).rejects.toEqual(refusedBy('LeaseLost'));
      expect(it.ledger()).toMatchObject({ epoch: 2, pointOfNoReturn: null });
    });
  });
});

describe('ReconcileRuns', () => {
  const unwindMachine = 'arn:aws:states:eu-west-1:111111111111:stateMachine:Unwind';
  const reconcile = (of: Account, event: Parameters<typeof reconcileRuns.run>[1] = {}) =>
    reconcileRuns.run({ ...of, unwindMachine }, event, call);
  const arnOf = (name: string) => `${unwindMachine.replace(':stateMachine:', ':execution:')}:${name}`;

  test.each(ended)('starts unwind, once, for a holder that is %s', async (status) => {
    const it = withRun();
    it.running.set(journeyArn, status);
    expect(await reconcile(it)).toEqual({ started: [arnOf('unwind-autumn-1-1')], called: [] });
    expect(it.starts).toEqual([{ machine: unwindMachine, name: 'unwind-autumn-1-1', input: { migration } }]);
    expect(await reconcile(it)).toEqual({ started: [], called: [] });
    expect(it.starts).toHaveLength(1);
  });

  test('by event and by the minute at the same time it starts one', async () => {
    const it = withRun();
    it.running.set(journeyArn, 'ABORTED');
    await Promise.all([reconcile(it), reconcile(it)]);
    expect(it.starts).toHaveLength(1);
  });

  test('leaves a run alone that is running', async () => {
    const it = withRun();
    expect(await reconcile(it)).toEqual({ started: [], called: [] });
  });

  test('leaves a migration alone that nobody holds', async () => {
    const it = withRun();
    it.running.set(journeyArn, 'SUCCEEDED');
    it.setLedger({ holder: null });
    expect(await reconcile(it)).toEqual({ started: [], called: [] });
  });

  test('puts nothing back past the point of no return, but calls people when the run ended unfinished', async () => {
    const it = withRun();
    it.running.set(journeyArn, 'FAILED');
    it.setLedger({ pointOfNoReturn: noon });
    expect(await reconcile(it)).toEqual({ started: [], called: ['acme-retool'] });
    expect(it.outbox).toHaveLength(3);
    expect(it.outbox[0]?.text).toMatch(/passed its point of no return.*Nothing is put back/s);
    // Once a run.
    expect(await reconcile(it)).toEqual({ started: [], called: [] });
  });

  test('calls nobody while a run past its point of no return is still finishing', async () => {
    const it = withRun();
    it.setLedger({ pointOfNoReturn: noon });
    expect(await reconcile(it)).toEqual({ started: [], called: [] });
  });

  test('tries again after an unwind that failed before it took over', async () => {
    const it = withRun();
    it.running.set(journeyArn, 'FAILED');
    await reconcile(it);
    it.running.set(arnOf('unwind-autumn-1-1'), 'FAILED');
    expect(await reconcile(it)).toMatchObject({ started: [arnOf('unwind-autumn-1-2')] });
  });

  test('tries again after an unwind that failed once it had taken over', async () => {
    const it = withRun();
    it.running.set(journeyArn, 'FAILED');
    const [first = ''] = (await reconcile(it)).started;
    await begin(it, {}, first);
    it.running.set(first, 'FAILED');
    // The event of its failure may have been lost: the minute calls people too, once a run.
    expect(await reconcile(it)).toEqual({ started: [arnOf('unwind-autumn-2-1')], called: [migration] });
    expect(it.outbox.map(({ to }) => to)).toEqual(people);
    await begin(it, {}, arnOf('unwind-autumn-2-1'));
    it.running.set(arnOf('unwind-autumn-2-1'), 'TIMED_OUT');
    expect(await reconcile(it)).toEqual({ started: [arnOf('unwind-autumn-3-1')], called: [] });
  });

  test('gives up on an epoch at which ten unwinds failed', async () => {
    const it = withRun();
    it.running.set(journeyArn, 'FAILED');
    for (let attempt = 1; attempt <= 10; attempt++) {
      const [arn = ''] = (await reconcile(it)).started;
      expect(arn).toBe(arnOf(`unwind-autumn-1-${attempt}`));
      it.running.set(arn, 'FAILED');
    }
    expect(await reconcile(it)).toEqual({ started: [], called: [] });
  });

  test('drops no migration: one whose ledger cannot be read does not keep the others waiting', async () => {
    const it = withRun();
    it.running.set(journeyArn, 'FAILED');
    it.documents.tamper(keys.ledger('aaa-broken'), { epoch: 'not a number' });
    await expect(reconcile(it)).rejects.toEqual(refusedBy('ServiceUnavailable', /aaa-broken/));
    expect(it.starts.map(({ name }) => name)).toEqual(['unwind-autumn-1-1']);
  });

  describe('when an unwind has failed', () => {
    const failed = (more: object = {}) => ({
      detail: {
        stateMachineArn: unwindMachine,
        status: 'FAILED',
        input: JSON.stringify({ migration, ...more }),
        cause: 'no',
      },
    });
    const broken = () => {
      const it = withRun();
      it.running.set(journeyArn, 'FAILED');
      return it;
    };

    test('calls every approver, once a run, and leaves the next attempt to the minute', async () => {
      const it = broken();
      expect(await reconcile(it, failed())).toEqual({ started: [], called: [migration] });
      expect(it.outbox.map(({ to }) => to)).toEqual(people);
      expect(await reconcile(it, failed())).toEqual({ started: [], called: [] });
      expect(it.outbox).toHaveLength(3);
    });

    test('calls again when a mail could not be sent: rather twice than not at all', async () => {
      const it = broken();
      const silent = { ...it, sendMail: async () => Promise.reject(new WorkflowError('ServiceUnavailable', 'SES')) };
      await expect(reconcile(silent, failed())).rejects.toEqual(refusedBy('ServiceUnavailable'));
      expect(await reconcile(it, failed())).toMatchObject({ called: [migration] });
    });

    test('calls nobody for a run that was cleaning up after itself: its own failure brings an unwind', async () => {
      const it = broken();
      expect(await reconcile(it, failed({ lease }))).toEqual({ started: [], called: [] });
    });

    test('calls nobody about another migration', async () => {
      const it = broken();
      expect(await reconcile(it, failed({ migration: 'beta' }))).toEqual({ started: [], called: [] });
    });
  });

  test('looks at every migration', async () => {
    const it = withRun();
    it.running.set(journeyArn, 'FAILED');
    const other = 'arn:aws:states:eu-west-1:111111111111:execution:RetoolEcsToEks:other';
    const holder = { ...it.ledger().holder!, run: 'other', execution: other };
    it.documents.tamper(keys.ledger('beta'), { ...it.ledger(), migration: 'beta', holder });
    expect((await reconcile(it)).started).toEqual([arnOf('unwind-autumn-1-1'), arnOf('unwind-other-1-1')]);
  });
});

describe('putting back', () => {
  /** A cutover that has stopped the source, started the target and changed DNS, and whose unwind has begun. */
  const frozen = async () => {
    const it = withRun();
    await stopSource.run(it, { lease }, call);
    await startTarget.run(it, { lease }, call);
    await changeDns.run(it, { lease }, call);
    it.running.set(journeyArn, 'FAILED');
    const { lease: held } = await begin(it);
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
