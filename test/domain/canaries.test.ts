import { canariesOf, canaryProblems } from '../../lib/domain/canaries.ts';
import { growthSince } from '../../lib/domain/growth.ts';

const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
const group = (hash: string, values: number, authTag = false, methodVersion: number | null = 2) => ({
  hash,
  values,
  authTag,
  methodVersion,
});
const lookedAt = [{ table: 'public.resources', column: 'options', rows: 60, whole: true }];
const keyed = { keyed: true, rotating: false };

test('keys and methods are counted apart, and of a hash only a print is kept', () => {
  const found = canariesOf(
    { lookedAt, groups: [group(a, 3), group(a, 4, true), group(b, 5)] },
    (hash) => `print ${hash[0]}`,
  );
  expect(found).toEqual({
    lookedAt,
    keys: [
      { fingerprint: 'print a', values: 7 },
      { fingerprint: 'print b', values: 5 },
    ],
    methods: [
      { methodVersion: 2, authTag: false, values: 8 },
      { methodVersion: 2, authTag: true, values: 4 },
    ],
  });
});

test.each([
  ['no table of Retool, and nobody says that there should be', null, { ...keyed, keyed: null }, []],
  ['no table of Retool although its application names the database', null, keyed, [['canaries-missing', 'WARNING']]],
  ['values of one key', { lookedAt, groups: [group(a, 3), group(a, 1, true)] }, keyed, []],
  [
    'values of one key, beside another table',
    { lookedAt: [...lookedAt, { ...lookedAt[0]!, table: 'public.sso' }], groups: [group(a, 3)] },
    keyed,
    [],
  ],
  ['no values and no key', { lookedAt, groups: [] }, { keyed: false, rotating: false }, []],
  ['no values although there is a key', { lookedAt, groups: [] }, keyed, [['canaries-missing', 'WARNING']]],
  [
    'no values, and nobody knows of a key',
    { lookedAt, groups: [] },
    { ...keyed, keyed: null },
    [['canaries-missing', 'INFO']],
  ],
  ['no table "resources"', { lookedAt: [], groups: [] }, keyed, [['canaries-missing', 'WARNING']]],
  ['a hash that is none', { lookedAt, groups: [group('short', 1)] }, keyed, [['canaries-unknown', 'WARNING']]],
  ['a method of the future', { lookedAt, groups: [group(a, 1, true, 9)] }, keyed, [['canaries-unknown', 'WARNING']]],
  ['two keys', { lookedAt, groups: [group(a, 1), group(b, 1)] }, keyed, [['canaries-unknown', 'WARNING']]],
])('%s', (_, found, of, expected) => {
  const problems = canaryProblems(found, of);
  expect(problems.map(({ kind, severity }) => [kind, severity])).toEqual(expected);
  for (const { todo } of problems) expect(todo).toMatch(/\w+ \w+/);
});

test('two keys in the middle of a rotation are both to be carried', () => {
  const [problem] = canaryProblems({ lookedAt, groups: [group(a, 1), group(b, 1)] }, { keyed: true, rotating: true });
  expect(problem?.todo).toMatch(/ENCRYPTION_KEY_OLD move/);
});

describe('growth', () => {
  const last = { finishedAt: '2026-03-01T12:00:00.000Z', sourceBytes: 1_000_000 };
  const hoursAfter = (hours: number) => Date.parse(last.finishedAt) + hours * 3_600_000;

  test('is what came since the last rehearsal, by the day', () => {
    expect(growthSince(last, 1_500_000, hoursAfter(12))).toEqual({
      since: last.finishedAt,
      bytes: 500_000,
      bytesPerDay: 1_000_000,
    });
    expect(growthSince(last, 900_000, hoursAfter(24))).toMatchObject({ bytes: -100_000, bytesPerDay: -100_000 });
  });

  test('is unknown without one, or with one of a moment ago', () => {
    expect(growthSince(null, 1, hoursAfter(1))).toBeNull();
    expect(growthSince(last, 2_000_000, hoursAfter(0.5))).toBeNull();
  });
});
