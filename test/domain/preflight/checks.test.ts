import type { Collected } from '../../../lib/domain/preflight/check.ts';
import { blockers, checks, runChecks } from '../../../lib/domain/preflight/preflight.ts';
import { databases, dns, plan, record, source, target } from '../../support/run-documents.ts';

const fine: Collected = {
  plan: plan(),
  source: source(),
  target: target(),
  dns: dns(),
  databases: databases(),
};
const look = (id: string, more: Partial<Collected> = {}) => {
  const check = checks.find((one) => one.id === id);
  if (!check) throw new Error(`there is no check ${id}`);
  return check.look({ ...fine, ...more });
};
const key = (fingerprint: string) => ({ secretArn: null, fingerprint: fingerprint.repeat(32) });

test('every check passes where nothing is wrong', () => {
  expect(runChecks(fine).map(({ id, severity }) => [id, severity])).toEqual(checks.map(({ id }) => [id, 'PASS']));
});

test('ids are unique and in kebab case, because a warning is overridden by its id', () => {
  const ids = checks.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
});

test('with databases alone only the checks of databases are made', () => {
  const alone = runChecks({ ...fine, plan: plan({ databasesOnly: true }) });
  expect(alone.map(({ id }) => id)).toEqual(['postgresql-majors', 'database-rights']);
});

describe('encryption-key', () => {
  test('INFO when neither side sets one', () => {
    const found = look('encryption-key', {
      source: source({ encryptionKey: null }),
      target: target({ encryptionKey: null }),
    });
    expect(found).toMatchObject({ severity: 'INFO', saw: expect.stringContaining('in clear') });
  });

  test.each([
    ['only the target has one', null, key('b'), /The source sets no ENCRYPTION_KEY/],
    ['only the source has one', key('a'), null, /The target has no ENCRYPTION_KEY/],
    ['they differ', key('a'), key('b'), /The target's ENCRYPTION_KEY .*bbbbbbbb.* is not the source's .*aaaaaaaa/],
  ])('BLOCKER when %s, saying which side', (_, from, to, saw) => {
    const found = look('encryption-key', {
      source: source({ encryptionKey: from }),
      target: target({ encryptionKey: to }),
    });
    expect(found).toMatchObject({ severity: 'BLOCKER', saw: expect.stringMatching(saw), todo: expect.any(String) });
  });

  test('shows a piece of the fingerprints, never all of them', () => {
    const found = look('encryption-key', { source: source({ encryptionKey: key('a') }) });
    expect(JSON.stringify(found)).not.toContain('a'.repeat(9));
  });
});

describe('postgresql-majors', () => {
  test.each([
    [15, 15, 'PASS'],
    [14, 17, 'INFO'],
    [16, 15, 'BLOCKER'],
    [13, 17, 'BLOCKER'],
  ])('from %i to %i: %s', (from, to, severity) => {
    expect(look('postgresql-majors', { databases: databases(from, to) })).toMatchObject({ severity });
  });

  test('a blocker says to which major to upgrade which side', () => {
    expect(look('postgresql-majors', { databases: databases(16, 15) })?.todo).toMatch(/target to PostgreSQL 16/);
    expect(look('postgresql-majors', { databases: databases(13, 15) })?.todo).toMatch(/source to PostgreSQL 14/);
  });
});

describe('database-rights', () => {
  const without = (side: 'source' | 'target', right: string) => {
    const found = databases();
    return { ...found, [side]: { ...found[side], rights: { ...found[side].rights, [right]: false } } };
  };

  test.each([
    ['source', 'readAllTables', /the source login may not read every row of every table/],
    ['target', 'createDatabase', /the target login may not create databases/],
  ] as const)('BLOCKER when the %s lacks %s', (side, right, saw) => {
    expect(look('database-rights', { databases: without(side, right) })).toMatchObject({
      severity: 'BLOCKER',
      saw: expect.stringMatching(saw),
    });
  });

  test('a right that was not looked at is a right that is missing', () => {
    const found = databases();
    const blind = { ...found, source: { ...found.source, rights: {} } };
    expect(look('database-rights', { databases: blind })?.severity).toBe('BLOCKER');
  });

  test('each side needs only its own right', () => {
    expect(look('database-rights', { databases: without('source', 'createDatabase') })?.severity).toBe('PASS');
  });
});

describe('image-tag', () => {
  test.each([
    ['1.0', '1.0', 'PASS'],
    ['1.0', '2.0', 'WARNING'],
    [null, '1.0', 'WARNING'],
    [null, null, 'WARNING'],
  ])('source %s, target %s: %s', (from, to, severity) => {
    const found = look('image-tag', { source: source({ imageTag: from }), target: target({ imageTag: to }) });
    expect(found?.severity).toBe(severity);
  });
});

describe('dns-record', () => {
  const alias = { hostedZoneId: 'Z2', dnsName: 'ecs.elb.example.com', evaluateTargetHealth: false };

  test('PASS for one simple record, which it shows', () => {
    expect(look('dns-record')?.saw).toBe('CNAME ecs.elb.example.com, TTL 60 s.');
    expect(look('dns-record', { dns: dns(record({ type: 'A', ttl: null, values: [], alias })) })).toMatchObject({
      severity: 'PASS',
      saw: 'alias to ecs.elb.example.com.',
    });
  });

  test.each([
    [300, 'PASS'],
    [301, 'WARNING'],
  ])('a TTL of %i s: %s', (ttl, severity) => {
    expect(look('dns-record', { dns: dns(record({ ttl })) })?.severity).toBe(severity);
  });

  test('BLOCKER for routed records', () => {
    const routed = dns(record({ setIdentifier: 'east' }), record({ setIdentifier: 'west' }));
    expect(look('dns-record', { dns: routed })).toMatchObject({
      severity: 'BLOCKER',
      saw: expect.stringContaining('2 routed record sets'),
    });
  });

  test('BLOCKER for the name of the zone itself, which may not be a CNAME', () => {
    const apex = dns(record({ name: 'acme.example.com.', type: 'A' }));
    expect(look('dns-record', { dns: apex })).toMatchObject({
      severity: 'BLOCKER',
      saw: expect.stringContaining('zone itself'),
    });
  });

  test('BLOCKER where the name has no address', () => {
    expect(look('dns-record', { dns: dns(record({ type: 'TXT' })) })?.severity).toBe('BLOCKER');
    expect(look('dns-record', { dns: { ...dns(), records: [] } })?.severity).toBe('BLOCKER');
  });
});

test('the error that stops a run has every blocker with what to do, and no warning', () => {
  const found = runChecks({
    ...fine,
    source: source({ imageTag: '1', encryptionKey: key('a') }),
    databases: databases(16, 15),
  });
  const stops = blockers(found);
  expect(stops).toHaveLength(2);
  expect(stops[0]).toMatch(/^encryption-key: The target's .* store that key/);
  expect(stops[1]).toMatch(/^postgresql-majors: Source 16\.4, target 15\.4\. Upgrade the target/);
});
