import type { HistoryEvent as AwsEvent } from '@aws-sdk/client-sfn';
import { compareCopy } from '../../lambdas/compare-copy/handler.ts';
import { prepareTarget } from '../../lambdas/prepare-target/handler.ts';
import { writeReport } from '../../lambdas/write-report/handler.ts';
import type { Execution } from '../../lib/adapters/executions.ts';
import { seal } from '../../lib/copier/sealed.ts';
import { keys, whereOf } from '../../lib/domain/run.ts';
import type { CopyProof } from '../../lib/workflow/documents/proofs.ts';
import { Summary } from '../../lib/workflow/summary.ts';
import { play } from '../pages/fixtures/play.ts';
import { copyProof, journeyArn, later, lease, measurement, noon, plan, rehearsal } from '../support/run-documents.ts';
import { type Account, call, refusedBy, withRun } from './account.ts';

describe('PrepareTarget', () => {
  const prepare = (of: Account, into: 'scratch' | 'target') =>
    prepareTarget.run({ ...of, bucket: 'staging', seconds: 60 }, { lease, copy: 'main', into }, call);

  test.each([
    ['scratch', /autumn/],
    ['target', /^retool$/],
  ] as const)('into %s: says which database it is about to write before it goes there', async (into, database) => {
    const it = withRun();
    await expect(prepare(it, into)).rejects.toEqual(refusedBy('TargetUnreachable'));
    expect(it.ledger().saved.restoring).toEqual({ database: expect.stringMatching(database), into });
  });

  test('never restores over a target that is live', async () => {
    const it = withRun();
    it.setLedger({ pointOfNoReturn: noon });
    for (const into of ['scratch', 'target'] as const) {
      await expect(prepare(it, into)).rejects.toEqual(refusedBy('PastPointOfNoReturn', /never restored over/));
    }
  });
});

describe('CompareCopy', () => {
  const table = (name: string, rows: number) => ({
    schema: 'public',
    name,
    rows,
    bytes: rows * 10,
    hash: ['1', '2'],
    seconds: 1.5,
    chunks: 1,
  });
  const manifest = (role: 'dump' | 'restore', tables: ReturnType<typeof table>[], from: number) => ({
    role,
    run: 'autumn',
    epoch: 1,
    copy: 'main',
    attempt: 1,
    plan: 'p',
    snapshot: 's',
    serverVersion: 150_004,
    tables,
    sequences: [],
    largeObjects: { count: 0, bytes: 0, hash: ['0', '0'] },
    startedAt: later(from),
    finishedAt: later(from + 4),
    seconds: 4,
    largestRowBytes: 1_048_600,
    memoryBytes: role === 'dump' ? 100 : 200,
    cpuSeconds: role === 'dump' ? 2 : 3,
    sessionSeconds: role === 'dump' ? 10 : 30,
    proofSeconds: role === 'dump' ? 2 : 6,
    incidents: [`The ${role} was interrupted.`],
    ...(role === 'restore' && {
      proof: { located: [], catalog: { objects: 1, differences: [], remarks: [] } },
    }),
  });
  const output = (key: string, tables: { rows: number; bytes: number }[]) => ({
    manifest: key,
    tables: tables.length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
    seconds: 4,
  });
  const compare = async (of: Account, from: ReturnType<typeof table>[], to: ReturnType<typeof table>[]) => {
    await of.staging.put(
      'runs/autumn/main-target-1/dump.json',
      seal(manifest('dump', from, 0)).toString(),
      'application/json',
    );
    await of.staging.put(
      'runs/autumn/main-target-1/restore.json',
      seal(manifest('restore', to, 2)).toString(),
      'application/json',
    );
    const dump = output('runs/autumn/main-target-1/dump.json', from);
    const restore = output('runs/autumn/main-target-1/restore.json', to);
    return compareCopy.run(of, { lease, copy: 'main', into: 'target', dump, restore }, call);
  };
  const proof = (of: Account) => of.documents.json(keys.document('autumn', 'copy-main')) as CopyProof;

  test('proves a copy that is equal, with every figure measured by the workers', async () => {
    const it = withRun();
    it.setLedger({ saved: { ...it.ledger().saved, restoring: { database: 'retool', into: 'target' } } });
    expect(await compare(it, [table('users', 3)], [table('users', 3)])).toEqual({
      document: 'copy-main',
      tables: 1,
      rows: 3,
      bytes: 30,
    });
    expect(proof(it)).toMatchObject({
      database: 'retool',
      startedAt: noon,
      dumpedAt: later(4),
      restoredAt: later(6),
      provedAt: noon,
      memoryBytes: { dump: 100, restore: 200 },
      cpuSeconds: { dump: 2, restore: 3 },
      // (2 + 6) of (10 + 30) seconds.
      proofShare: 0.2,
      largestRowBytes: 1_048_600,
      incidents: ['The dump was interrupted.', 'The restore was interrupted.'],
      differences: [],
      tables: [{ table: 'public.users', rowsSource: 3, rowsTarget: 3, seconds: 1.5, equal: true }],
    });
    expect(proof(it).stagedBytes).toBeGreaterThan(0);
  });

  test.each([
    ['a row less', [table('users', 3)], [table('users', 2)]],
    ['a table less', [table('users', 3), table('apps', 1)], [table('users', 3)]],
    ['a table more', [table('users', 3)], [table('users', 3), table('apps', 1)]],
  ])('%s on the target is a difference, which is written before it stops the run', async (_, from, to) => {
    const it = withRun();
    await expect(compare(it, from, to)).rejects.toEqual(refusedBy('DataDiffers', /^1 difference .* must not be used/));
    expect(proof(it).differences).toHaveLength(1);
    expect(proof(it).tables.some(({ equal }) => !equal)).toBe(true);
  });
});

describe('WriteReport', () => {
  const write = (of: Account) => writeReport.run(of, { lease }, call);

  test('writes a page and its data, which fit the published schema', async () => {
    const it = withRun();
    expect(await write(it)).toEqual({ report: 'runs/autumn/report.html', summary: 'runs/autumn/summary.json' });
    expect(Summary.parse(it.documents.json('runs/autumn/summary.json'))).toMatchObject({
      run: 'autumn',
      mode: 'cutover',
    });
    expect(it.documents.objects.get('runs/autumn/report.html')?.text).toMatch(/^<!doctype html>/i);
    expect(it.documents.objects.get('runs/autumn/report.txt')?.text).toMatch(
      /^acme-retool, cutover: .*Report: runs\/autumn\/report\.html\n$/s,
    );
  });

  describe('of a cutover that looked again', () => {
    const about = { id: 'versions', title: 'Versions', saw: 'as approved', todo: '', runbook: '' };
    const finding = { ...about, stopsCutover: false, overridden: null };
    const looked = (saw: string) => ({
      at: noon,
      findings: [{ ...finding, severity: 'PASS' as const, saw }],
    });
    const reported = async (mode: 'rehearsal' | 'cutover', again: boolean) => {
      const it = withRun(mode);
      it.documents.tamper(keys.document(lease.run, 'preflight'), looked('at first'));
      if (again) it.documents.tamper(keys.document(whereOf(lease.run, 'last'), 'preflight'), looked('at last'));
      await write(it);
      return Summary.parse(it.documents.json('runs/autumn/summary.json')).checks.map(({ saw }) => saw);
    };

    test('tells what it saw then, and before that what it saw first', async () => {
      expect(await reported('cutover', true)).toEqual(['at last']);
      expect(await reported('cutover', false)).toEqual(['at first']);
    });
  });

  test('twice keeps the first', async () => {
    const it = withRun();
    await write(it);
    const first = it.documents.objects.get('runs/autumn/report.html');
    it.time.now += 60_000;
    await write(it);
    expect(it.documents.objects.get('runs/autumn/report.html')).toEqual(first);
  });

  test('of a cutover leaves what it measured to later runs, once, with its grade', async () => {
    const it = withRun();
    const [history, ...nested] = play('RetoolEcsToEks', noon, [
      {
        name: 'Freeze',
        nested: {
          machine: 'Freeze',
          states: [
            { name: 'Stop the source services', seconds: 5 },
            { name: 'Fence the source database', seconds: 2 },
          ],
        },
      },
      { name: 'Copy into the target', seconds: 9 },
      { name: 'Ask for switch', seconds: 1 },
      { name: 'Switch', seconds: 3 },
    ]);
    const played = new Map([history!, ...nested].map((each) => [each.execution.arn, each]));
    const playedAs = (arn: string) => played.get(arn === journeyArn ? history!.execution.arn : arn);
    const executions = {
      ...it.executions,
      describe: async (arn: string) => (playedAs(arn)?.execution ?? null) as Execution | null,
      history: async (arn: string) => (playedAs(arn)?.events ?? []) as AwsEvent[],
    };
    it.documents.tamper(
      keys.document('autumn', 'copy-main'),
      copyProof({ startedAt: later(7.5), provedAt: later(15) }),
    );
    it.documents.tamper(keys.document('autumn', 'rehearsal'), rehearsal());
    await it.measurements.record(lease.migration, measurement());
    for (const _ of ['once', 'twice']) await write({ ...it, executions });
    const [before, own, ...more] = await it.measurements.read(lease.migration);
    expect([before?.run, more]).toEqual(['monday', []]);
    expect(own).toMatchObject({
      run: 'autumn',
      mode: 'cutover',
      sourceBytes: 60_000_000,
      copy: { seconds: 7.5 },
      parts: {
        'Stop the source services': 5,
        'Fence and prove the fence': 2,
        'Start the workers': 0.5,
        'Copy and prove': 7.5,
        'Start the target': 1,
        Switch: 4,
      },
      predicted: { low: 20, high: 40 },
      freezeSeconds: 20,
      grade: 'inside',
    });
    const { history: told } = Summary.parse(it.documents.json('runs/autumn/summary.json'));
    expect(told.map(({ run }) => run)).toEqual(['monday', 'autumn']);
  });

  test('of a cutover that never froze leaves no measurement', async () => {
    const it = withRun();
    await write(it);
    expect(await it.measurements.read(lease.migration)).toEqual([]);
  });

  test('mails its text to the approvers where the run is to, once', async () => {
    const it = withRun();
    await write(it);
    expect(it.outbox).toEqual([]);
    const unwatched = withRun();
    unwatched.documents.tamper('runs/autumn/plan.json', plan({ mode: 'cutover', mail: true }));
    await write(unwatched);
    await write(unwatched);
    expect(unwatched.outbox.map(({ to }) => to)).toEqual(['alice@example.com', 'bob@example.com', 'carol@example.com']);
    expect(unwatched.outbox[0]).toMatchObject({
      subject: expect.stringMatching(/^acme-retool, cutover: /),
      text: unwatched.documents.objects.get('runs/autumn/report.txt')?.text,
    });
  });

  test('asks for no lease: after a failure the report is written for whoever cleans up', async () => {
    const it = withRun();
    it.setLedger({ holder: null });
    expect(await write(it)).toMatchObject({ report: 'runs/autumn/report.html' });
  });
});
