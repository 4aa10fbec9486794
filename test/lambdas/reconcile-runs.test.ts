import { beginUnwind } from '../../lambdas/begin-unwind/handler.ts';
import { reconcileRuns } from '../../lambdas/reconcile-runs/handler.ts';
import type { Execution } from '../../lib/adapters/executions.ts';
import { keys } from '../../lib/domain/run.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { journeyArn, lease, noon, people, unwindArn } from '../support/run-documents.ts';
import { type Account, call, refusedBy, withRun } from './account.ts';

const migration = lease.migration;
const begin = (of: Account, more: { lease?: typeof lease } = {}, execution = unwindArn) =>
  beginUnwind.run(of, { migration, execution, ...more }, call);
const ended: readonly Execution['status'][] = ['FAILED', 'ABORTED', 'TIMED_OUT', 'SUCCEEDED'];

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
