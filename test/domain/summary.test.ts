import { type RunDocuments, summarize } from '../../lib/domain/summary.ts';
import { SHORT, shortText } from '../../lib/pages/short-text.ts';
import { summaryText } from '../../lib/pages/terminal.ts';
import { Summary } from '../../lib/workflow/summary.ts';
import { outcome, vote } from '../pages/fixtures/approvals.ts';
import { copyProof, ledger, plan, preflight } from '../pages/fixtures/documents.ts';
import { at, play } from '../pages/fixtures/play.ts';
import { cutoverRun, failedRun, rehearsalRun } from '../pages/fixtures/runs.ts';
import { knownVariables, unknownVariable } from '../pages/fixtures/variables.ts';
import { pageOf } from '../support/report.ts';

const START = '2026-11-21T20:14:03.120Z';

test.each([
  ['a rehearsal', rehearsalRun()],
  ['a cutover', cutoverRun()],
  ['a failed run', failedRun()],
])('the summary of %s is what the published schema says', (_, documents) => {
  expect(Summary.parse(summarize(documents))).toEqual(summarize(documents));
});

test('preflight alone is told as checked, with what it did not do, and goes on to a rehearsal', () => {
  const run = rehearsalRun();
  const summary = summarize({ ...run, plan: { ...run.plan, mode: 'preflight' }, copies: [], rehearsal: null });
  expect(summary).toMatchObject({ verdict: 'checked', mode: 'preflight', totals: null });
  expect(summary.leftOut.map(({ what }) => what)).toEqual(
    expect.arrayContaining(['Copy and proof', 'Freeze, DNS and users']),
  );
  expect(summary.next.at(-1)).toMatch(/^Rehearse:/);
});

describe('a rehearsal', () => {
  const summary = summarize(rehearsalRun());

  test('is told with its verdict, totals and prediction', () => {
    expect(summary).toMatchObject({ verdict: 'rehearsed', mode: 'rehearsal', error: null });
    expect(summary.totals).toMatchObject({ rows: 206_747, bytes: 60_403_783, seconds: 8.3 });
    expect(summary.totals!.bytesPerSecond).toBeCloseTo(60_403_783 / 8.3);
    expect(summary.freeze).toMatchObject({ from: null, measuredSeconds: null, grade: null });
    expect(summary.freeze.parts.length).toBeGreaterThan(3);
  });

  test('its overhead is what its copy and proof do not cover', () => {
    expect(summary.overheadSeconds).toEqual({ rehearsal: 4.4, freeze: null });
    // 8.3 s from the first byte to the proof, 0.1 s of which lie between the restore's end and the comparison.
    expect(summary.overheadSeconds.rehearsal).toBeCloseTo(summary.seconds - 8.2);
  });

  test('says what the workers used, which memory was aimed at, and what the proof took', () => {
    const aimBytes = 256_000_000 + 2 * 1_048_600;
    expect(summary.workers).toEqual([
      { worker: 'dump', cpuSeconds: 61.5, peakBytes: 148_400_000, aimBytes },
      { worker: 'restore', cpuSeconds: 74.2, peakBytes: 171_200_000, aimBytes },
    ]);
    expect(summary.totals?.proofShare).toBe(0.23);
  });

  test('puts warnings before the next rehearsal among what to do next', () => {
    expect(summary.next[0]).toContain('set the tag of the target to 3.114.3-stable');
    expect(summary.next.at(-1)).toMatch(/^Rehearse again once that is done/);
  });

  test('names what its copy does not hold, as source and target told it', () => {
    const leftOut = [{ what: '2 roles: app, reader', because: 'roles belong to a server' }];
    const { copies } = rehearsalRun();
    const told = summarize(rehearsalRun({ copies: copies.map((copy) => ({ ...copy, leftOut })) }));
    expect(told.leftOut).toEqual(expect.arrayContaining(leftOut));
  });

  test('of databases alone says what was left out, and promises no cutover here', () => {
    const alone = summarize(rehearsalRun({ plan: plan('rehearsal', { databasesOnly: true }) }));
    expect(alone.leftOut).toContainEqual({ what: 'ECS, EKS and DNS', because: 'only databases were given' });
    expect(alone.next.join(' ')).not.toContain('npm run cutover');
    expect(summary.leftOut.map(({ what }) => what)).not.toContain('ECS, EKS and DNS');
  });
});

describe('a cutover', () => {
  const summary = summarize(cutoverRun());

  test('is told with the measured freeze, without the time in which people decided in its grade', () => {
    expect(summary.verdict).toBe('cut over');
    expect(summary.freeze.measuredSeconds).toBeCloseTo(146.53);
    expect(summary.freeze.waitingSeconds).toBeCloseTo(126.5);
    expect(summary.freeze.grade).toBe('inside');
  });

  test('a freeze longer than predicted is said to be longer', () => {
    const prediction = { ...rehearsalRun().prediction!, low: 1, high: 19 };
    expect(summarize(cutoverRun({ prediction })).freeze.grade).toBe('longer');
  });

  test('names who decided what, when and on which digest', () => {
    expect(
      summary.approvals.map(({ subject, decision, votes }) => [subject, decision, votes.map(({ email }) => email)]),
    ).toEqual([
      ['go', 'approved', ['bob@example.com', 'carol@example.com']],
      ['switch', 'approved', ['carol@example.com', 'dan@example.com']],
    ]);
    expect(summary.approvals[0]).toMatchObject({ digest: expect.stringMatching(/^[0-9a-f]{64}$/), required: 2 });
  });
});

test('of databases alone no freeze is predicted, as no cutover of them is possible', () => {
  const run = rehearsalRun();
  const summary = summarize({ ...run, plan: { ...run.plan, databasesOnly: true, level: 'copy' } });
  expect(summary.freeze).toMatchObject({ predicted: null, parts: [] });
  expect(summary.history.map(({ predicted }) => predicted)).toEqual([null]);
  expect(summaryText(summary)).not.toContain('Freeze predicted');
});

test('a run that was to boot nothing tells of no booted backend that was removed', () => {
  const histories = play('RetoolEcsToEks', START, [
    {
      name: 'Clean up',
      nested: {
        machine: 'Unwind',
        states: ['Take over', 'Remove the booted backend'].map((name) => ({ name, seconds: 1 })),
      },
    },
  ]);
  const steps = (level: 'copy' | 'boot') =>
    summarize(rehearsalRun({ histories, plan: plan('rehearsal', { level }) })).phases.flatMap((phase) =>
      phase.steps.map(({ name }) => name),
    );
  expect(steps('boot')).toEqual(['Take over', 'Remove the booted backend']);
  expect(steps('copy')).toEqual(['Take over']);
});

describe('a cutover that was approved with open points', () => {
  const finding = (id: string, saw: string, todo: string, severity: 'WARNING' | 'INFO' = 'WARNING') => ({
    id,
    title: id,
    severity,
    stopsCutover: false,
    saw,
    todo,
    overridden: null,
    runbook: `docs/runbook.md#${id}`,
  });
  const findings = [
    finding('carried-variables', 'Missing on the target: JWT_SECRET.', 'Run files/create-secrets.mjs --write.'),
    finding('variables-unknown', 'ACME_FLAGS', 'Say what becomes of it.'),
    finding('dns-ttl', 'The TTL is 3600 s.', 'Lower it.'),
    finding('source-autoscaling', 'web: an alarm starts up to 4.', 'Suspend it before the cutover.'),
    finding('sso-held-back', 'Held back: OIDC_CLIENT_SECRET.', 'Set it later.', 'INFO'),
  ];
  const summary = summarize(
    cutoverRun({
      variables: [...knownVariables, unknownVariable('ACME_FLAGS')],
      preflight: { ...preflight, findings },
    }),
  );

  test('says so, and what is still to be set on the target', () => {
    expect(summary.readiness.sentence).toMatch(/People approved although this stood open: 4 warnings to decide\./);
    expect(summary.readiness.open).toMatchObject([{ kind: 'warning', count: 4 }]);
    expect(summary.next).toEqual([
      expect.stringMatching(/^Sign in/),
      expect.stringMatching(/^Leave the old services/),
      expect.stringMatching(/^Remove the auto scaling of the old services/),
      expect.stringMatching(/^Left open: ACME_FLAGS is not set on the target/),
      expect.stringMatching(
        /^Single sign-on was not set when “go” was asked .*OIDC_CLIENT_SECRET.*create-secrets\.mjs --write --held/,
      ),
      'Left open: Missing on the target: JWT_SECRET. → Run files/create-secrets.mjs --write.',
      expect.stringMatching(/^After that.*never the stack as a whole/),
    ]);
    expect(pageOf(summary)).toMatch(/<h1 class="good">Cut over/);
    expect(pageOf(summary)).toMatch(/href="#checks">4 warnings to decide<.*href="#variables">1 unknown variable</);
  });

  test('its steps stand in the terminal to the last; the short text counts those that it has no room for', () => {
    expect(summaryText(summary)).toMatch(/\n {2}7\. After that, remove the old services/);
    expect(summaryText(summary)).not.toContain('more in the report');
    expect(shortText(summary, 'report.html')).toContain('… and 2 more in the report');
    expect(shortText(summary, 'report.html').length).toBeLessThanOrEqual(SHORT);
  });
});

test('what a report is itself written in is timed until then, and said to be', () => {
  const page = pageOf(summarize(rehearsalRun()));
  expect(page).toContain(
    'Not over when this report was written, and timed until then: “Clean up”, “Write the report”.',
  );
  expect(page).not.toContain('so far</span>');
});

describe('a run that failed', () => {
  test('names the error, the step that raised it and the section that helps', () => {
    expect(summarize(failedRun())).toMatchObject({
      verdict: 'failed',
      error: {
        name: 'WorkerLost',
        state: 'Restore',
        message: expect.stringContaining('stopped reporting'),
        runbook: 'docs/runbook.md#workerlost',
      },
      totals: null,
    });
  });

  test('its cause is in plain words, however often it was wrapped', () => {
    const lambda = JSON.stringify({
      errorType: 'DataDiffers',
      errorMessage: 'public.users: 3 rows are missing',
      trace: [],
    });
    const cause = JSON.stringify({ ExecutionArn: 'arn', Cause: lambda, Error: 'DataDiffers' });
    const histories = play('RetoolEcsToEks', START, [{ name: 'Copy', seconds: 1, fails: 'open' }], {
      error: 'DataDiffers',
      cause,
    });
    expect(summarize(failedRun({ histories })).error).toMatchObject({
      name: 'DataDiffers',
      message: 'public.users: 3 rows are missing',
      state: 'Copy',
    });
    expect(
      summarize(
        failedRun({ histories: [{ ...histories[0]!, execution: { ...histories[0]!.execution, cause: '{broken' } }] }),
      ).error!.message,
    ).toBe('{broken');
  });

  test('an abort has a name and a sentence of its own', () => {
    const histories = play('RetoolEcsToEks', START, [{ name: 'Copy', seconds: 1 }], { status: 'ABORTED' });
    expect(summarize(failedRun({ histories }))).toMatchObject({
      verdict: 'called off',
      error: {
        name: 'ABORTED',
        message: 'Somebody stopped the execution.',
        runbook: 'docs/runbook.md#aborted',
      },
    });
  });

  const frozen = (more: Partial<RunDocuments>) => {
    const run = cutoverRun();
    const [go] = run.approvals;
    return summarize({
      ...run,
      histories: play(
        'RetoolEcsToEks',
        START,
        [
          { name: 'Freeze', seconds: 3 },
          { name: 'Ask for switch', seconds: 9, fails: 'open' },
        ],
        { error: 'ApprovalRejected', cause: 'carol@example.com said no' },
      ),
      approvals: [
        {
          request: go!.request,
          votes: [vote(go!.request, 'carol@example.com', 'reject', at(START, 4))],
          outcome: outcome(go!.request, 'rejected', ['carol@example.com'], at(START, 4)),
        },
      ],
      ...more,
    });
  };

  test('and gave the source back is unwound', () => {
    const summary = frozen({ ledger: ledger({ writable: 'source', phase: 'unwinding' }) });
    expect(summary).toMatchObject({ verdict: 'unwound', freeze: { grade: null } });
    expect(summary.headline).toContain('The source serves again');
  });

  test('while the fence is still up says so, and what to look at', () => {
    const summary = frozen({ ledger: ledger({ writable: 'none', phase: 'frozen' }) });
    expect(summary.verdict).toBe('failed');
    expect(summary.headline).toContain('still closed');
    expect(summary.next[0]).toContain('diagnose');
  });

  test('after the point of no return never advises to start the source', () => {
    const summary = frozen({ ledger: ledger({ writable: 'target', pointOfNoReturn: at(START, 11) }) });
    expect(summary.verdict).toBe('failed');
    expect(summary.headline).toContain('after its point of no return');
    expect(summary.next[0]).toContain('Do not start the old services');
  });

  test('because a table differs says that the copy is not equal', () => {
    const good = copyProof('scratch', at(START, 2));
    const tables = good.tables.map((table, index) =>
      index === 2 ? { ...table, rowsTarget: 213, equal: false } : table,
    );
    const summary = summarize(
      failedRun({ copies: [{ ...good, tables, differences: ['public.pages: 214 rows, 213 arrived'] }] }),
    );
    expect(summary.headline).toContain('not equal');
    expect(summary.tables.filter(({ equal }) => !equal)).toMatchObject([
      { table: 'public.pages', rows: 214, rowsTarget: 213 },
    ]);
  });
});
