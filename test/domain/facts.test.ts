import { facts } from '../../lib/domain/facts.ts';
import { unknownVariable } from '../pages/fixtures/variables.ts';
import { copyProof, databases, fence, preflight, rehearsal, target, targetWrite } from '../support/run-documents.ts';

const nothingYet = {
  subject: 'go' as const,
  rehearsal: null,
  prediction: null,
  decideSeconds: null,
  window: null,
  fence: null,
  copy: null,
  write: null,
  target: null,
  record: null,
};
const known = { preflight: preflight(), variables: [], databases: databases(14, 16) };
const of = (told: ReturnType<typeof facts>, wanted: string) => told.find(({ label }) => label === wanted);
const part = (basis: 'measured' | 'documented') => ({ name: 'Switch' as const, low: 1, high: 2, because: '', basis });
const prediction = (...parts: ReturnType<typeof part>[]) => ({ low: 519, high: 1464, parts, samples: [], method: [] });

test('before the freeze an approver learns what stands open, both databases and the checks', () => {
  expect(facts({ ...known, ...nothingYet })).toEqual([
    { label: 'Stands open', value: 'Nothing.', points: [] },
    { label: 'Source', value: 'PostgreSQL 14.4, 60 MB on disk with indexes, 40 tables' },
    { label: 'Target', value: 'PostgreSQL 16.4' },
    { label: 'Checks', value: '0 checks' },
  ]);
});

const warning = {
  id: 'image-tag',
  title: 'Tag',
  severity: 'WARNING' as const,
  stopsCutover: false,
  saw: 'Source 1, target 2.',
  todo: 'Set one tag.',
  overridden: null,
  runbook: 'docs/runbook.md#x',
};

test('a warning is told in its own words, with what to do', () => {
  const told = facts({ ...known, ...nothingYet, preflight: preflight([warning]) });
  expect(of(told, 'Checks')?.value).toBe('1 check: 1 WARNING');
  expect(told[0]).toEqual({
    label: 'Stands open',
    value: '1 warning to decide. Whoever approves accepts what stands open.',
    points: [{ text: 'image-tag: Source 1, target 2.', note: 'Do: Set one tag.' }],
  });
});

test('the warning of unknown variables is one of the warnings, and is counted once', () => {
  const findings = [warning, { ...warning, id: 'variables-unknown' }];
  const unknown = { ...known, ...nothingYet, preflight: preflight(findings), variables: [unknownVariable('FOO')] };
  expect(facts(unknown)[0]?.value).toMatch(/^2 warnings to decide\. /);
  expect(facts(unknown)[0]?.points).toHaveLength(2);
});

test('an overridden warning is no warning any more, and its reason is told', () => {
  const overridden = { ...warning, overridden: 'the vendor said so' };
  const told = facts({ ...known, ...nothingYet, preflight: preflight([overridden]) });
  expect(told[0]).toMatchObject({ value: 'Nothing.', points: [] });
  expect(of(told, 'Checks')?.value).toBe('1 check: 1 WARNING (1 overridden)');
  expect(told[1]).toEqual({
    label: 'Overridden',
    value: '1 warning, seen again in this run and left as it is for the reason given.',
    points: [{ text: 'image-tag: Source 1, target 2.', note: 'Reason: the vendor said so' }],
  });
});

test('before "go" the worst of the outage is told: the longest freeze, the time to decide, what was never measured', () => {
  const told = (subject: 'go' | 'switch') =>
    facts({
      ...known,
      ...nothingYet,
      subject,
      rehearsal: rehearsal({ predictedFreezeSeconds: { low: 519, high: 1464 } }),
      prediction: prediction(part('measured'), part('documented')),
      decideSeconds: 3600,
    });
  expect(of(told('go'), 'Longest outage')?.value).toBe(
    '1 h 24 min: the longest predicted freeze (24 min 24 s) and up to 1 h 00 min to decide on “switch”. If “switch” is not approved, users wait until the source has started again. Of the freeze 1 of 2 parts was never measured, and has the limits that AWS documents.',
  );
  expect(told('go')[0]?.label).toBe('Longest outage');
  expect(of(told('switch'), 'Longest outage')).toBeUndefined();
});

test('before the switch stands how to look at the target, which nobody else can reach', () => {
  const running = { ...target(), cluster: 'acme-eks' };
  const told = (subject: 'go' | 'switch', more: object = {}) =>
    of(facts({ ...known, ...nothingYet, subject, target: { ...running, ...more } }), 'Look at the target first');
  expect(told('switch')?.value).toMatch(/Service retool in namespace retool of cluster acme-eks.*docs\/runbook\.md/);
  expect(told('switch')?.commands).toEqual([
    'aws eks update-kubeconfig --name acme-eks --alias acme-eks',
    'kubectl --context acme-eks port-forward -n retool service/retool 3000:80',
  ]);
  expect([told('go'), told('switch', { namespace: null }), told('switch', { backend: null })]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('what the lock holds besides the copied tables is named', () => {
  const tables = ['public.users', 'public."workflowRun"', 'public.daily'].map((name) => ({
    oid: '1',
    file: '1',
    name,
    rows: 3,
    changed: 0,
  }));
  const copied = ['public.users', 'public.workflowRun'].map((table) => ({ ...copyProof().tables[0]!, table }));
  const told = facts({ ...known, ...nothingYet, fence: fence({ tables }), copy: copyProof({ tables: copied }) });
  expect(of(told, 'Source is locked')?.value).toMatch(
    /and 3 tables did not change: 2 whose rows are copied, and public\.daily, whose rows are not/,
  );
});

test('before the switch the measured figures of prediction, fence, copy and the record are added', () => {
  const whole = facts({
    ...known,
    subject: 'switch',
    rehearsal: rehearsal({ predictedFreezeSeconds: { low: 519, high: 1464 } }),
    prediction: prediction(part('measured')),
    decideSeconds: 3600,
    target: null,
    window: { from: '2026-12-05T23:00:00+01:00', to: '2026-12-06T02:00:00Z' },
    fence: fence(),
    copy: copyProof({ rows: 206_747 }),
    write: targetWrite(),
    record: { name: 'retool.acme.example.com', target: 'eks.elb.example.com' },
  });
  expect(Object.fromEntries(whole.map(({ label, value }) => [label, value]))).toMatchObject({
    'Predicted freeze': '8 min 39 s to 24 min 24 s, predicted today; the rehearsal was monday',
    Window: '2026-12-05 22:00 UTC to 2026-12-06 02:00 UTC',
    'Source is locked':
      'Since 2026-03-01 12:00:00 UTC. 1 attempt to write was refused, nobody is connected, and 1 table did not change.',
    'Copied and proved': '206,747 rows in 1 table, 0 differences',
    'Write as the application': 'as "retool" on public.users: accepted, and rolled back',
    DNS: 'retool.acme.example.com → eks.elb.example.com',
  });
});

test('where nothing could be predicted today, the approver learns whose prediction it is', () => {
  const told = facts({ ...known, ...nothingYet, rehearsal: rehearsal() });
  expect(told.find(({ label }) => label === 'Predicted freeze')?.value).toBe(
    '20.0 s to 40.0 s, as rehearsal monday predicted',
  );
});

test('a write that was not tried is said to those who approve, and one that found no row', () => {
  const told = (write: Parameters<typeof facts>[0]['write']) =>
    facts({ ...known, ...nothingYet, write }).find(({ label }) => label === 'Write as the application')?.value;
  const login = { user: 'retool', through: null, unknown: 'Passage may not read Secret db/password.' };
  expect(told(targetWrite({ login, tried: null }))).toBe('NOT tried: Passage may not read Secret db/password.');
  expect(told(targetWrite({ login: { ...login, through: "Passage's own password" } }))).toMatch(
    /accepted.*with Passage's own password, and NOT with that of the pods: Passage may not read Secret db\/password/,
  );
  expect(told(targetWrite({ tried: { table: null, settings: [], notes: [] } }))).toMatch(
    /no row was there that it may write$/,
  );
  expect(
    told(targetWrite({ tried: { table: 'public.users', settings: [], notes: ['It may not write bi.t.'] } })),
  ).toMatch(/rolled back; It may not write bi\.t\.$/);
  expect(told(null)).toBeUndefined();
});
