import { facts } from '../../lib/domain/facts.ts';
import { unknownVariable } from '../pages/fixtures/variables.ts';
import { copyProof, databases, fence, plan, preflight, rehearsal, targetWrite } from '../support/run-documents.ts';

const nothingYet = {
  rehearsal: null,
  predictedToday: false,
  window: null,
  fence: null,
  copy: null,
  write: null,
  record: null,
};
const known = { plan: plan(), preflight: preflight(), variables: [], databases: databases(14, 16) };

test('before the freeze an approver learns reason, both databases and preflight', () => {
  expect(facts({ ...known, ...nothingYet })).toEqual([
    { label: 'Reason', value: 'CHG-1042' },
    { label: 'Source', value: 'PostgreSQL 14.4, 60 MB, 40 tables' },
    { label: 'Target', value: 'PostgreSQL 16.4' },
    { label: 'Preflight', value: '0 checks, 0 warnings' },
  ]);
});

test('a warning is told in its own words', () => {
  const warning = {
    id: 'image-tag',
    title: 'Tag',
    severity: 'WARNING' as const,
    stopsCutover: false,
    saw: 'Source 1, target 2.',
    todo: null,
    overridden: null,
    runbook: 'docs/runbook.md#x',
  };
  const told = facts({ ...known, ...nothingYet, preflight: preflight([warning]) });
  expect(told.at(-2)?.value).toBe('1 check, 1 warning; image-tag: Source 1, target 2.');
  expect(told.at(-1)).toEqual({
    label: 'Stands open',
    value: '1 warning to decide: whoever approves accepts what stands open',
  });
  const unknown = { ...known, ...nothingYet, preflight: preflight([warning]), variables: [unknownVariable('FOO')] };
  expect(facts(unknown).at(-1)?.value).toMatch(/^1 warning to decide and 1 unknown variable: /);
});

test('an overridden warning is no warning any more, and its reason is told', () => {
  const overridden = {
    id: 'image-tag',
    title: 'Tag',
    severity: 'WARNING' as const,
    stopsCutover: false,
    saw: 'Source 1, target 2.',
    todo: null,
    overridden: 'the vendor said so',
    runbook: 'docs/runbook.md#image-tag',
  };
  const told = facts({ ...known, ...nothingYet, preflight: preflight([overridden]) });
  expect(told.at(-1)?.value).toBe('1 check, 0 warnings; image-tag, overridden: the vendor said so');
});

test('before the switch the measured figures of prediction, fence, copy and the record are added', () => {
  const whole = facts({
    ...known,
    rehearsal: rehearsal({ predictedFreezeSeconds: { low: 519, high: 1464 } }),
    predictedToday: true,
    window: { from: '2026-12-05T23:00:00+01:00', to: '2026-12-06T02:00:00Z' },
    fence: fence(),
    copy: copyProof({ rows: 206_747 }),
    write: targetWrite(),
    record: { name: 'retool.acme.example.com', target: 'eks.elb.example.com' },
  });
  expect(Object.fromEntries(whole.slice(4).map(({ label, value }) => [label, value]))).toEqual({
    'Predicted freeze': '8 min 39 s to 24 min 24 s, predicted today; the rehearsal was monday',
    Window: '2026-12-05 22:00 UTC to 2026-12-06 02:00 UTC',
    Fence: '1 attack refused, 0 sessions, 1 table unchanged',
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
