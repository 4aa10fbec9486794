import { nextSteps } from '../../lib/domain/advice.ts';
import { markOf, openPoints, pointText, readinessOf } from '../../lib/domain/readiness.ts';
import type { Preflight } from '../../lib/workflow/documents/preflight.ts';
import type { Summary } from '../../lib/workflow/summary.ts';

type Finding = Preflight['findings'][number];
type Run = Parameters<typeof readinessOf>[0];

const finding = (severity: Finding['severity'], more: Partial<Finding> = {}): Finding => ({
  id: 'image-tag',
  title: 'Both sides run the same version',
  severity,
  stopsCutover: severity === 'BLOCKER',
  saw: 'They do not.',
  todo: 'Upgrade the source.',
  overridden: null,
  runbook: 'docs/runbook.md#image-tag',
  ...more,
});
const unknownCheck = (more: Partial<Finding> = {}) => finding('WARNING', { id: 'variables-unknown', ...more });
const variable = (name: string, fate: Summary['variables'][number]['fate']): Summary['variables'][number] => ({
  name,
  fate,
  services: ['main'],
  because: 'is known',
  secret: true,
  value: null,
  from: 'environment',
  collected: null,
  agrees: true,
});
const run = (more: Partial<Run> = {}): Run => ({
  verdict: 'rehearsed',
  plan: { mode: 'rehearsal', databasesOnly: false, level: 'boot' },
  checks: [finding('PASS'), finding('INFO')],
  variables: [variable('BASE_DOMAIN', 'carry')],
  boot: { decryption: { proved: true } },
  sourceOpen: true,
  pointOfNoReturn: false,
  approved: false,
  freshUntil: '2026-03-02T12:00:00.000Z',
  error: null,
  ...more,
});

describe('may we go', () => {
  test('yes only after a rehearsal that leaves nothing open, and for as long as it is fresh', () => {
    expect(readinessOf(run())).toEqual({
      go: 'yes',
      sentence: 'Yes. Rehearsed, and nothing stands open.',
      open: [],
      freshUntil: '2026-03-02T12:00:00.000Z',
    });
  });

  test('not yet while warnings or variables are undecided, each counted once', () => {
    const checks = [finding('WARNING'), finding('WARNING', { id: 'dns-ttl' }), unknownCheck()];
    const told = readinessOf(run({ checks, variables: [variable('FOO', 'ask'), variable('BAR', 'carry')] }));
    expect(told.go).toBe('not yet');
    expect(told.sentence).toBe('Not yet. Rehearsed; before a cutover: 3 warnings to decide.');
    expect(told.open).toEqual([{ kind: 'warning', count: 3, section: 'checks' }]);
  });

  test('what would stop a cutover comes before warnings, though a rehearsal goes on', () => {
    const open = openPoints([finding('WARNING'), finding('WARNING', { stopsCutover: true })], []);
    expect(open.map(pointText)).toEqual(['1 finding that stops a cutover', '1 warning to decide']);
  });

  test('a warning that is overridden with a reason is answered, and so are the variables it is about', () => {
    const checks = [finding('WARNING', { overridden: 'CHG-4711' }), unknownCheck({ overridden: 'they are unused' })];
    expect(readinessOf(run({ checks, variables: [variable('FOO', 'ask')] })).go).toBe('yes');
  });

  test('an unknown variable is open even where no check speaks of it', () => {
    const told = readinessOf(run({ variables: [variable('FOO', 'ask')] }));
    expect(told.go).toBe('not yet');
    expect(told.open).toEqual([{ kind: 'unknown variable', count: 1, section: 'variables' }]);
  });

  test('in a word: only a rehearsal that leaves nothing open is READY, and a cutover that is done is OK', () => {
    const mark = (more: Partial<Run>) => markOf({ verdict: run(more).verdict, readiness: readinessOf(run(more)) });
    expect(mark({})).toBe('READY');
    expect(mark({ checks: [finding('WARNING')] })).toBe('NOT YET');
    expect(mark({ verdict: 'checked' })).toBe('NOT YET');
    expect(mark({ verdict: 'cut over', checks: [finding('WARNING')] })).toBe('OK');
    expect(mark({ verdict: 'unwound' })).toBe('PUT BACK');
  });

  test('not by preflight alone, nor by databases alone, however clean', () => {
    expect(readinessOf(run({ verdict: 'checked' }))).toMatchObject({ go: 'not yet', freshUntil: null });
    expect(readinessOf(run({ plan: { mode: 'rehearsal', databasesOnly: true, level: 'copy' } })).go).toBe('not yet');
  });

  test('not on a rehearsal that only copied, which admits no cutover', () => {
    const told = readinessOf(run({ plan: { mode: 'rehearsal', databasesOnly: false, level: 'copy' } }));
    expect(told).toMatchObject({ go: 'not yet', freshUntil: null });
    expect(told.sentence).toBe('Not yet. Rehearsed; before a cutover: a rehearsal that boots the target.');
  });

  test('not while the application itself did not prove that it has the key of the stored values', () => {
    const told = readinessOf(run({ boot: { decryption: { proved: false } } }));
    expect(told).toMatchObject({ go: 'not yet', freshUntil: null });
    expect(told.sentence).toBe('Not yet. Rehearsed; before a cutover: a key not proved by the application.');
    expect(told.open).toEqual([{ kind: 'unproved key', count: 1, section: 'boot' }]);
  });

  test('no after a failure, with where users work', () => {
    expect(readinessOf(run({ verdict: 'failed' })).sentence).toMatch(/^No\. .* users work on the source as before/);
    expect(readinessOf(run({ verdict: 'failed', checks: [finding('BLOCKER')] })).sentence).toBe(
      'No. 1 finding that stops a cutover, and the run ended there; users work on the source as before.',
    );
    expect(readinessOf(run({ verdict: 'failed', sourceOpen: false })).sentence).toMatch(/nobody can work/);
    expect(readinessOf(run({ verdict: 'failed', sourceOpen: false, pointOfNoReturn: true })).sentence).toMatch(
      /nothing may be put back/,
    );
    expect(readinessOf(run({ verdict: 'unwound' })).go).toBe('no');
  });

  test('a cutover that is done says what people approved it in spite of', () => {
    const checks = [finding('WARNING'), finding('WARNING', { id: 'license-key' }), unknownCheck()];
    const of = { verdict: 'cut over' as const, checks, variables: [variable('FOO', 'ask')] };
    expect(readinessOf(run({ ...of, approved: true }))).toEqual({
      go: 'done',
      sentence: 'Done. Users work on the target. People approved although this stood open: 3 warnings to decide.',
      open: [{ kind: 'warning', count: 3, section: 'checks' }],
      freshUntil: null,
    });
    expect(readinessOf(run(of)).sentence).toMatch(/^Done\..* When it began, this stood open: /);
    expect(readinessOf(run({ verdict: 'cut over', approved: true }))).toMatchObject({
      sentence: 'Done. Users work on the target.',
      open: [],
    });
  });
});

describe('what to do next', () => {
  const next = (checks: Finding[], variables: Summary['variables'] = [], proved = true) =>
    nextSteps({
      verdict: 'rehearsed',
      plan: { run: 'autumn', migration: 'acme', mode: 'rehearsal', databasesOnly: false, level: 'boot' },
      checks,
      variables,
      boot: { decryption: { proved } },
      error: null,
      sourceOpen: true,
      pointOfNoReturn: null,
      freeze: { high: 270, decide: 3600 },
    });

  test('stands in order: what stops a cutover, unknown variables, warnings, promises, another rehearsal', () => {
    const steps = next(
      [
        finding('WARNING', { title: 'A warning' }),
        unknownCheck({ title: 'not said twice' }),
        finding('WARNING', { title: 'A stop', saw: 'x.', stopsCutover: true }),
        finding('WARNING', { title: 'answered', overridden: 'yes' }),
      ],
      ['A', 'B', 'C', 'D', 'E'].map((name) => variable(name, 'ask')),
    );
    expect(steps.map((step) => step.split(':')[0])).toEqual([
      'x. → Upgrade the source.',
      'Say “carry” or “drop” in source.ecs.variables for A, B, C, D, E.',
      'They do not. → Upgrade the source.',
      'Overridden in this run',
      'Rehearse again once that is done',
    ]);
  });

  test('a key that was not proved is to be looked at, and no cutover is spoken of', () => {
    const steps = next([], [], false);
    expect(steps[0]).toMatch(/did not prove its key.*apiTokenSecret/);
    expect(steps.join()).not.toMatch(/Cut over/);
  });

  test('where nothing stands open is a window that holds freeze and decision, and the cutover', () => {
    expect(next([finding('PASS')])).toEqual([
      'Choose a window that holds the longest freeze, 4 min 30 s, and 1 h 00 min to decide on “switch”.',
      'Cut over while this rehearsal is fresh: start the journey in mode “cutover” (on this machine: npm run cutover).',
    ]);
  });

  test.each([
    ['ApprovalRejected', /^Agree with whoever said no/],
    ['ApprovalExpired', /^Agree with the approvers/],
    ['Interrupted', /^Nothing needs fixing/],
    ['ABORTED', /^Nothing needs fixing/],
    ['WorkerLost', /^Rehearse again/],
  ])('after %s fits how the run ended', (name, last) => {
    const error = { name, message: 'm', state: null, runbook: 'docs/runbook.md#x' };
    for (const verdict of [name === 'WorkerLost' ? 'failed' : 'called off', 'unwound'] as const) {
      const steps = nextSteps({
        verdict,
        plan: { run: 'autumn', migration: 'acme', mode: 'cutover', databasesOnly: false, level: 'boot' },
        checks: [],
        variables: [],
        boot: null,
        error,
        sourceOpen: true,
        pointOfNoReturn: null,
        freeze: { high: null, decide: null },
      });
      expect(steps.at(-1)).toMatch(last);
      expect(readinessOf(run({ verdict, error })).sentence).toMatch(
        name === 'WorkerLost'
          ? /^No/
          : /: (an approver said no|it was not approved in time|somebody stopped the run)\. /,
      );
    }
  });

  test('of overridden warnings is to see that what they promise is done', () => {
    expect(next([finding('WARNING', { id: 'license-key', overridden: 'It is set on the evening.' })])[0]).toBe(
      'Overridden in this run: license-key. Check that each reason still holds.',
    );
  });

  test('lists five warnings and counts the others', () => {
    const steps = next(Array.from({ length: 30 }, () => finding('WARNING')));
    expect(steps).toHaveLength(5 + 1 + 1);
    expect(steps[5]).toBe('Decide 25 more like these; each stands under the checks.');
  });
});
