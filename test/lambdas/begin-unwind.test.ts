import { beginUnwind } from '../../lambdas/begin-unwind/handler.ts';
import { passPointOfNoReturn } from '../../lambdas/pass-point-of-no-return/handler.ts';
import type { Execution } from '../../lib/adapters/executions.ts';
import { keys } from '../../lib/domain/run.ts';
import { journeyArn, later, lease, noon, unwindArn } from '../support/run-documents.ts';
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
