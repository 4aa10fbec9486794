import { MigrationConfiguration } from '../../lib/workflow/configuration.ts';
import { migrationFile } from '../support/run-documents.ts';

type Change = readonly [path: string, value: unknown];

/** The file with the value at a path replaced; `undefined` takes it away. */
function changed(file: object, ...changes: readonly Change[]): object {
  const copy = structuredClone(file) as Record<string, unknown>;
  for (const [path, value] of changes) {
    const steps = path.split('.');
    const last = steps.pop() ?? '';
    const at = steps.reduce<Record<string, unknown>>((inner, step) => inner[step] as Record<string, unknown>, copy);
    if (value === undefined) delete at[last];
    else at[last] = value;
  }
  return copy;
}

/** What is wrong with a file: each path with its message. */
function problems(file: object): string[] {
  const result = MigrationConfiguration.safeParse(file);
  return (result.error?.issues ?? []).map(({ path, message }) => `${path.join('.') || '(all of it)'}: ${message}`);
}

const local = () => ({
  name: 'my-databases',
  journey: 'retool-ecs-to-eks',
  platform: 'local',
  source: { database: { host: 'a', database: 'retool', user: 'u', password: { env: 'SOURCE_PASSWORD' } } },
  target: { database: { host: 'b', database: 'retool', user: 'u', password: { file: 'password.txt' } } },
});

test('both forms are read, with what they leave out filled in', () => {
  expect(problems(migrationFile())).toEqual([]);
  expect(problems(local())).toEqual([]);
  expect(MigrationConfiguration.parse(migrationFile())).toMatchObject({ rehearsalFreshForHours: 168 });
  expect(MigrationConfiguration.parse(local())).toMatchObject({ source: { database: { port: 5432, ssl: 'disable' } } });
});

describe('a migration on AWS', () => {
  test.each<[string, Change, RegExp]>([
    ['an unknown key', ['sorce', {}], /^\(all of it\): .*"sorce"/],
    ['an unknown key inside', ['source.ecs.clutser', 'x'], /^source\.ecs: .*"clutser"/],
    ['no name', ['name', undefined], /^name: /],
    ['no login secret', ['source.database.loginSecret', undefined], /^source\.database\.loginSecret: /],
    ['no target cluster', ['target.eks', undefined], /^target\.eks: /],
    ['a name with capitals', ['name', 'Acme'], /^name: .*lower-case letters/],
    ['another journey', ['journey', 'retool-to-the-moon'], /^journey: .*retool-ecs-to-eks/],
    ['another platform', ['platform', 'azure'], /^platform: /],
    ['a number where a text belongs', ['source.ecs.cluster', 7], /^source\.ecs\.cluster: .*string/],
    ['a text where a number belongs', ['approvals.required', '2'], /^approvals\.required: .*number/],
    ['no zone id', ['dns.hostedZoneId', 'acme.example.com'], /^dns\.hostedZoneId: .*like Z0123456789ABC/],
    ['no host name', ['dns.record', 'http://retool'], /^dns\.record: .*like retool\.example\.com/],
    [
      'an override of a check that there is not',
      ['preflight', { overrides: [{ check: 'image-tog', reason: 'both are the same build' }] }],
      /^preflight\.overrides\.0\.check: there is no check "image-tog"/,
    ],
    [
      'an override without a reason',
      ['preflight', { overrides: [{ check: 'image-tag', reason: ' ok       ' }] }],
      /^preflight\.overrides\.0\.reason: .*in a sentence why/,
    ],
    [
      'an override that is there twice',
      [
        'preflight',
        {
          overrides: [
            { check: 'image-tag', reason: 'both are the same build' },
            { check: 'image-tag', reason: 'both are the same build' },
          ],
        },
      ],
      /^preflight\.overrides\.1\.check: "image-tag" is named twice/,
    ],
    [
      'an hour that no day has',
      ['schedule', { rehearsal: 'cron(0 25 ? * SUN *)' }],
      /^schedule\.rehearsal: has "25" for the hours, which must be 0 to 23/,
    ],
    [
      'a 31 February',
      ['schedule', { rehearsal: 'cron(0 3 31 2 ? *)' }],
      /^schedule\.rehearsal: names no day that there is/,
    ],
    [
      'a look every minute',
      ['schedule', { preflight: 'rate(1 minute)' }],
      /^schedule\.preflight: starts more than once an hour/,
    ],
    ['a TTL of a day', ['dns.ttlSeconds', 86_400], /^dns\.ttlSeconds: /],
    [
      'an approver without an address',
      ['approvals.approvers.1.email', 'bob'],
      /^approvals\.approvers\.1\.email: .*like bob@example\.com/,
    ],
    [
      'an approver who is named twice',
      ['approvals.approvers.2.email', 'Bob@example.com'],
      /^approvals\.approvers\.2\.email: "Bob@example.com" is named twice/,
    ],
    ['a quorum beyond the people', ['approvals.required', 4], /^approvals\.required: asks for 4 of 3 approvers/],
    ['a quorum of nobody', ['approvals.required', 0], /^approvals\.required: /],
    ['no time to decide', ['approvals.minutesToDecide.go', 0], /^approvals\.minutesToDecide\.go: /],
    ['a week to switch', ['approvals.minutesToDecide.switch', 10_080], /^approvals\.minutesToDecide\.switch: /],
    [
      'the same login for both sides',
      ['target.database.loginSecret', 'passage/acme/source-login'],
      /^target\.database\.loginSecret: is also the source's/,
    ],
    ['a password', ['source.database.password', 'hush'], /^source\.database: .*"password"/],
  ])('with %s is refused, and the path says where', (_, change, problem) => {
    const found = problems(changed(migrationFile(), change));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(problem);
  });

  test('with one approver says why that is too few', () => {
    const alone = changed(migrationFile(), ['approvals.approvers', [{ email: 'bob@example.com' }]]);
    expect(problems(alone)).toContain(
      'approvals.approvers: needs at least two people, because the requester never counts',
    );
  });

  test('every mistake is told at once', () => {
    const found = problems(changed(migrationFile(), ['name', 'A'], ['dns.record', '-'], ['target.eks.cluster', '']));
    expect(found.map((problem) => problem.split(':')[0])).toEqual(['name', 'target.eks.cluster', 'dns.record']);
  });

  test.each(['source.ecs', 'target.application', 'dns', 'approvals'])(
    'without %s alone names what is missing',
    (part) => {
      expect(problems(changed(migrationFile(), [part, undefined]))).toEqual([
        `${part}: is missing: give source.ecs, target.application, dns and approvals all together, or none to rehearse databases alone`,
      ]);
    },
  );

  test('with one part alone names the three others', () => {
    const alone = changed(
      migrationFile(),
      ['source.ecs', undefined],
      ['target.application', undefined],
      ['dns', undefined],
    );
    expect(problems(alone).map((problem) => problem.split(':')[0])).toEqual([
      'source.ecs',
      'target.application',
      'dns',
    ]);
  });

  test('without all four is a rehearsal of databases', () => {
    const none = changed(
      migrationFile(),
      ['source.ecs', undefined],
      ['target.application', undefined],
      ['dns', undefined],
      ['approvals', undefined],
    );
    expect(problems(none)).toEqual([]);
  });
});

describe('a migration on this machine', () => {
  test.each<[string, Change, RegExp]>([
    [
      'the source itself as target',
      ['target.database.host', 'a'],
      /^target\.database: is the source itself \(a:5432\/retool\)/,
    ],
    ['a password in the file', ['source.database.password', 'hush'], /^source\.database\.password: must be \{"env"/],
    [
      'a password from two places',
      ['source.database.password', { env: 'A', file: 'b' }],
      /^source\.database\.password: /,
    ],
    ['no password', ['source.database.password', undefined], /^source\.database\.password: /],
    ['a port that is none', ['source.database.port', 70_000], /^source\.database\.port: /],
    ['a part that is left out here', ['dns', {}], /^\(all of it\): .*"dns"/],
  ])('with %s is refused, and the path says where', (_, change, problem) => {
    const found = problems(changed(local(), change));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(problem);
  });

  test('may have both databases on one server', () => {
    expect(problems(changed(local(), ['target.database.host', 'a'], ['target.database.database', 'other']))).toEqual(
      [],
    );
  });

  test('no message repeats a password that was put in the file', () => {
    expect(problems(changed(local(), ['source.database.password', 'hush-hush'])).join()).not.toContain('hush-hush');
  });
});
