import { admitCutover } from '../../lambdas/admit-cutover/handler.ts';
import { passPointOfNoReturn } from '../../lambdas/pass-point-of-no-return/handler.ts';
import { recordRehearsal } from '../../lambdas/record-rehearsal/handler.ts';
import { recordRequester } from '../../lambdas/record-requester/handler.ts';
import { releaseLease } from '../../lambdas/release-lease/handler.ts';
import { takeLease } from '../../lambdas/take-lease/handler.ts';
import { s3Ledgers } from '../../lib/adapters/ledger.ts';
import { digestOf } from '../../lib/domain/digest.ts';
import { keys } from '../../lib/domain/run.ts';
import { Prediction } from '../../lib/workflow/documents/measurement.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import {
  copyProof,
  databases,
  deployed,
  later,
  lease,
  measurement,
  migrationFile,
  noon,
  plan,
  rehearsal,
} from '../support/run-documents.ts';
import { type Account, account, call, refusedBy, withRun } from './account.ts';

const arn = (name: string) => `arn:aws:states:eu-west-1:111111111111:execution:RetoolEcsToEks:${name}`;
const ledgerKey = keys.ledger('acme-retool');

describe('TakeLease', () => {
  const take = (of: Account, name: string, more: object = {}, configuration = deployed()) =>
    takeLease.run(
      { ...of, configuration: async () => configuration },
      {
        request: { migration: 'acme-retool', mode: 'rehearsal', reason: 'Monday', ...more },
        execution: arn(name),
        startedAt: noon,
      },
      call,
    );

  test('takes the lease, fixes the configuration by its digest and writes the plan', async () => {
    const it = account();
    expect(await take(it, 'monday')).toEqual({
      lease: { migration: 'acme-retool', run: 'monday', epoch: 1 },
      mode: 'rehearsal',
      level: 'boot',
      decide: { go: 7200, switch: 3600 },
    });
    const digest = digestOf(deployed());
    expect(it.documents.json(keys.configuration('acme-retool', digest))).toEqual(deployed());
    expect(it.documents.json(keys.document('monday', 'plan'))).toMatchObject({
      run: 'monday',
      execution: arn('monday'),
      configurationDigest: digest,
      databasesOnly: false,
      keep: false,
      mail: false,
    });
    expect(it.ledger()).toMatchObject({ phase: 'collecting', holder: { run: 'monday', configurationDigest: digest } });
  });

  test('of two runs at the same time exactly one wins, and the other is told who', async () => {
    const it = account();
    const both = await Promise.allSettled([take(it, 'one'), take(it, 'two')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const winner = both[0].status === 'fulfilled' ? 'one' : 'two';
    const loser = both.find((result) => result.status === 'rejected');
    expect(loser?.reason).toEqual(refusedBy('LeaseHeld', new RegExp(`held by run ${winner} .*Nothing was started`)));
    expect(it.ledger()).toMatchObject({ epoch: 1, holder: { run: winner } });
  });

  test('of ten runs at the same time exactly one wins', async () => {
    const it = account();
    const all = await Promise.allSettled(Array.from({ length: 10 }, (_, index) => take(it, `run${index}`)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(it.ledger().epoch).toBe(1);
  });

  test('a run that is faster between reading and writing wins', async () => {
    const it = account();
    it.documents.before(ledgerKey, () => take(it, 'faster'));
    await expect(take(it, 'slower')).rejects.toEqual(refusedBy('LeaseHeld', /held by run faster/));
  });

  test('after a lost reply its own nonce means that it won', async () => {
    const it = account();
    it.documents.loseReplyOf(ledgerKey);
    expect((await take(it, 'monday')).lease).toEqual({ migration: 'acme-retool', run: 'monday', epoch: 1 });
    expect(it.documents.writes.filter((key) => key === ledgerKey)).toHaveLength(1);
  });

  test('twice is once: the same lease and the same plan', async () => {
    const it = account();
    const first = await take(it, 'monday');
    const objects = new Map(it.documents.objects);
    expect(await take(it, 'monday')).toEqual(first);
    expect(new Map(it.documents.objects)).toEqual(objects);
  });

  test('a name that an earlier run bore is refused, because its approvals would count again', async () => {
    const it = account();
    const { lease: first } = await take(it, 'monday');
    await releaseLease.run(it, { lease: first }, call);
    const request = { migration: 'acme-retool', mode: 'cutover', reason: 'once more' } as const;
    const again = takeLease.run(
      { ...it, configuration: async () => deployed() },
      { request, execution: arn('monday'), startedAt: '2099-03-01T10:00:00.000Z' },
      call,
    );
    await expect(again).rejects.toEqual(refusedBy('InvalidInput', /There has been a run monday, started at/));
    expect(it.ledger().holder).toBeNull();
  });

  test('a run that was begun under one configuration keeps it when another is deployed', async () => {
    const it = account();
    await take(it, 'monday');
    const changed = deployed({ ...migrationFile(), rehearsalFreshForHours: 1 });
    const { lease: again } = await take(it, 'monday', {}, changed);
    expect((await it.evidence.configuration(again)).rehearsalFreshForHours).toBe(168);
  });

  test('a cutover of databases alone is refused before the lease is taken', async () => {
    const it = account();
    const { dns: _, approvals: __, ...file } = migrationFile();
    const alone = deployed({
      ...file,
      source: { database: file.source.database },
      target: { eks: file.target.eks, database: file.target.database },
    });
    await expect(take(it, 'monday', { mode: 'cutover' }, alone)).rejects.toEqual(
      refusedBy('ConfigurationInvalid', /nothing to switch/),
    );
    expect(it.documents.objects.has(ledgerKey)).toBe(false);
    expect(await take(it, 'monday', {}, alone)).toMatchObject({ decide: { go: 60, switch: 60 } });
  });

  test('only a rehearsal of an application boots it, unless it is to copy only', async () => {
    const { dns: _, approvals: __, ...file } = migrationFile();
    const alone = deployed({
      ...file,
      source: { database: file.source.database },
      target: { eks: file.target.eks, database: file.target.database },
    });
    const levels = await Promise.all([
      take(account(), 'one'),
      take(account(), 'one', { level: 'copy' }),
      take(account(), 'one', {}, alone),
      take(account(), 'one', { mode: 'cutover' }),
      take(account(), 'one', { mode: 'preflight' }),
    ]);
    expect(levels.map(({ level }) => level)).toEqual(['boot', 'copy', 'copy', 'copy', 'copy']);
    const it = account();
    await expect(take(it, 'one', { level: 'boot' }, alone)).rejects.toEqual(
      refusedBy('ConfigurationInvalid', /no application to boot/),
    );
    expect(it.documents.objects.has(ledgerKey)).toBe(false);
  });

  test('a rehearsal may ask to keep its scratch database', async () => {
    const it = account();
    await take(it, 'monday', { keep: true });
    expect(it.documents.json(keys.document('monday', 'plan'))).toMatchObject({ keep: true });
  });

  test('the plan digest is that of configuration and product, not of the run', async () => {
    const [one, two] = [account(), account()];
    await take(one, 'one');
    await take(two, 'two', { mode: 'cutover', reason: 'CHG-1' });
    const digests = [one.documents.json('runs/one/plan.json'), two.documents.json('runs/two/plan.json')];
    const [a, b] = digests.map((document) => (document as { planDigest: string }).planDigest);
    expect(a).toBe(b);
  });
});

describe('AdmitCutover', () => {
  test('admits on a green rehearsal and puts it among the evidence', async () => {
    const it = withRun();
    it.setLedger({ lastRehearsal: rehearsal() });
    expect(await admitCutover.run(it, { lease }, call)).toEqual({ rehearsal: 'monday' });
    expect(it.documents.json(keys.document('autumn', 'rehearsal'))).toEqual(rehearsal());
    expect(it.ledger().phase).toBe('deciding');
  });

  test.each([
    ['none', null],
    ['one of another plan', rehearsal({ planDigest: 'other' })],
    ['a stale one', rehearsal({ finishedAt: later(-200 * 3600) })],
  ])('refuses with %s, and says what to do', async (_, lastRehearsal) => {
    const it = withRun();
    it.setLedger({ lastRehearsal });
    await expect(admitCutover.run(it, { lease }, call)).rejects.toEqual(
      refusedBy('RehearsalMissing', /Rehearse migration "acme-retool" first/),
    );
    expect(it.ledger().phase).toBe('collecting');
  });

  test.each([
    ['before its window', 3600, 7200, /has not begun/],
    ['after it', -7200, -3600, /is over/],
    ['when the longest predicted freeze no longer fits', -3600, 159, /must be decided by/],
  ])('refuses %s', async (_, from, to, says) => {
    const it = withRun('cutover', { window: { from: later(from), to: later(to) } });
    it.setLedger({ lastRehearsal: rehearsal() });
    await expect(admitCutover.run(it, { lease }, call)).rejects.toEqual(refusedBy('OutsideWindow', says));
    expect(it.ledger().phase).toBe('collecting');
  });

  test('judges the window by what is predicted for the size of today', async () => {
    const it = withRun('cutover', { window: { from: later(-3600), to: later(160) } });
    it.setLedger({ lastRehearsal: rehearsal() });
    const prediction = { low: 30, high: 60, parts: [], samples: [], method: [] };
    it.documents.tamper(keys.document('autumn', 'prediction'), prediction);
    await expect(admitCutover.run(it, { lease }, call)).rejects.toEqual(
      refusedBy('OutsideWindow', /must be decided by/),
    );
    it.documents.tamper(keys.document('autumn', 'prediction'), { ...prediction, high: 35 });
    await admitCutover.run(it, { lease }, call);
    // The window's deadlines and the approvers' page go by the evidence.
    expect(it.documents.json(keys.document('autumn', 'rehearsal'))).toMatchObject({
      run: 'monday',
      predictedFreezeSeconds: { low: 30, high: 35 },
    });
  });

  test('admits while the longest predicted freeze still fits', async () => {
    const it = withRun('cutover', { window: { from: later(-3600), to: later(160) } });
    it.setLedger({ lastRehearsal: rehearsal() });
    expect(await admitCutover.run(it, { lease }, call)).toEqual({ rehearsal: 'monday' });
  });
});

describe('RecordRehearsal', () => {
  test('writes what was measured into evidence and ledger, where the next cutover looks for it', async () => {
    const it = withRun('rehearsal');
    it.documents.tamper(keys.document('autumn', 'copy-main'), copyProof({ into: 'scratch' }));
    await recordRehearsal.run(it, { lease }, call);
    const written = it.documents.json(keys.document('autumn', 'rehearsal'));
    expect(written).toMatchObject({ run: 'autumn', planDigest: plan().planDigest, copySeconds: 8, finishedAt: noon });
    expect(it.ledger().lastRehearsal).toEqual(written);
  });

  test('leaves its measurement to later runs, and predicts from it and from those before', async () => {
    const it = withRun('rehearsal');
    await it.measurements.record(lease.migration, measurement());
    it.documents.tamper(keys.document('autumn', 'copy-main'), copyProof({ into: 'scratch' }));
    await recordRehearsal.run(it, { lease }, call);
    const prediction = Prediction.parse(it.documents.json(keys.document('autumn', 'prediction')));
    expect(prediction.samples.map(({ run }) => run)).toEqual(['autumn', 'monday']);
    const { low, high } = prediction;
    expect(it.ledger().lastRehearsal?.predictedFreezeSeconds).toEqual({ low, high });
    expect(await it.measurements.read(lease.migration)).toMatchObject([
      { run: 'monday' },
      { run: 'autumn', mode: 'rehearsal', copy: { seconds: 8 }, predicted: { low, high }, freezeSeconds: null },
    ]);
  });

  test('a source that grows may take longer until the rehearsal is stale', async () => {
    const longest = async (bytesPerDay: number) => {
      const it = withRun('rehearsal');
      const found = databases();
      const growth = { since: later(-86_400), bytes: bytesPerDay, bytesPerDay };
      it.documents.tamper(keys.document('autumn', 'databases'), { ...found, source: { ...found.source, growth } });
      it.documents.tamper(keys.document('autumn', 'copy-main'), copyProof({ into: 'scratch' }));
      await recordRehearsal.run(it, { lease }, call);
      const { parts } = Prediction.parse(it.documents.json(keys.document('autumn', 'prediction')));
      return parts.find(({ name }) => name === 'Copy and prove')!;
    };
    const [still, growing] = [await longest(-5), await longest(6_000_000)];
    // 168 hours are seven days of 6 MB, on 60 MB.
    expect(growing.high / still.high).toBeCloseTo(1.7);
    expect(growing.low).toBeCloseTo(still.low);
  });

  test('twice keeps the first figures', async () => {
    const it = withRun('rehearsal');
    it.documents.tamper(keys.document('autumn', 'copy-main'), copyProof({ into: 'scratch' }));
    await recordRehearsal.run(it, { lease }, call);
    it.time.now += 60_000;
    await recordRehearsal.run(it, { lease }, call);
    expect(it.ledger().lastRehearsal?.finishedAt).toBe(noon);
  });
});

describe('PassPointOfNoReturn', () => {
  test('says in one write that the target is the side that may be written', async () => {
    const it = withRun();
    it.setLedger({ phase: 'switching', writable: 'none' });
    const before = it.documents.writes.length;
    expect(await passPointOfNoReturn.run(it, { lease }, call)).toEqual({ at: noon });
    expect(it.documents.writes.slice(before)).toEqual([ledgerKey]);
    expect(it.ledger()).toMatchObject({ phase: 'switched', writable: 'target', pointOfNoReturn: noon });
  });

  test('twice keeps the first moment', async () => {
    const it = withRun();
    await passPointOfNoReturn.run(it, { lease }, call);
    it.time.now += 5000;
    expect(await passPointOfNoReturn.run(it, { lease }, call)).toEqual({ at: noon });
  });
});

describe('ReleaseLease', () => {
  test('gives the lease back, and a second time does nothing', async () => {
    const it = withRun();
    await releaseLease.run(it, { lease }, call);
    expect(it.ledger()).toMatchObject({ holder: null, phase: 'idle', epoch: 1 });
    await releaseLease.run(it, { lease }, call);
    expect(it.ledger().epoch).toBe(1);
  });

  test('does not take it from the next holder', async () => {
    const it = withRun();
    await releaseLease.run(it, { lease }, call);
    it.setLedger({
      epoch: 2,
      holder: { run: 'winter', execution: 'x', mode: 'cutover', since: noon, configurationDigest: 'c' },
    });
    await expect(releaseLease.run(it, { lease }, call)).rejects.toEqual(refusedBy('LeaseLost'));
    expect(it.ledger().holder?.run).toBe('winter');
  });
});

describe('RecordRequester', () => {
  const started = (more: object = {}) => ({
    detail: {
      eventName: 'StartExecution' as const,
      userIdentity: { arn: 'arn:aws:sts::111111111111:assumed-role/Ops/dave@example.com' },
      responseElements: { executionArn: arn('autumn') },
      eventTime: '2026-03-01T12:00:00Z',
      ...more,
    },
  });

  test('writes once which principal started an execution', async () => {
    const it = account();
    await recordRequester.run(it, started(), call);
    await recordRequester.run(it, started({ userIdentity: { arn: 'arn:somebody-else' } }), call);
    expect(it.documents.json(keys.requester('autumn'))).toEqual({
      execution: arn('autumn'),
      principal: 'arn:aws:sts::111111111111:assumed-role/Ops/dave@example.com',
      at: noon,
    });
  });

  test('a start that AWS refused leaves nothing', async () => {
    const it = account();
    await recordRequester.run(it, started({ responseElements: null }), call);
    expect(it.documents.objects.size).toBe(0);
  });
});

describe('the ledger', () => {
  test('a swap that is always lost ends with a declared error, not for ever', async () => {
    const it = withRun();
    const always = { ...it.documents, swap: async () => false as const };
    await expect(s3Ledgers(always).changeHeld(lease, (ledger) => ({ ...ledger }))).rejects.toEqual(
      refusedBy('ServiceUnavailable', /20 times in a row/),
    );
  });

  test('a swap whose reply was lost is not done twice', async () => {
    const it = withRun();
    it.documents.loseReplyOf(ledgerKey);
    const next = await it.ledgers.change('acme-retool', (ledger) => ({ ...ledger, epoch: ledger.epoch + 1 }));
    expect([next.epoch, it.ledger().epoch]).toEqual([2, 2]);
  });

  test('a change sees the newest ledger, whoever wrote it', async () => {
    const it = withRun();
    it.documents.before(ledgerKey, () => it.ledgers.changeHeld(lease, (ledger) => ({ ...ledger, writable: 'none' })));
    await it.ledgers.changeHeld(lease, (ledger) => ({ ...ledger, phase: 'frozen' }));
    expect(it.ledger()).toMatchObject({ writable: 'none', phase: 'frozen' });
  });

  test('a refusal inside of a change writes nothing', async () => {
    const it = withRun();
    const before = it.documents.writes.length;
    const refuse = () => {
      throw new WorkflowError('Fenced', 'no');
    };
    await expect(it.ledgers.changeHeld(lease, refuse)).rejects.toEqual(refusedBy('Fenced'));
    expect(it.documents.writes).toHaveLength(before);
  });
});
