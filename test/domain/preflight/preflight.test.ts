import { readdirSync } from 'node:fs';
import { blockers, everyCheck, openWarnings, runChecks } from '../../../lib/domain/preflight/preflight.ts';
import { withoutTargetApplication } from '../../../lib/domain/target-findings.ts';
import { checkIds } from '../../../lib/workflow/check-ids.ts';
import { concerned, plan } from '../../support/run-documents.ts';
import { fine, withApprovals, withDatabases, withDns, withSessions, withTarget } from './world.ts';

const find = (found: ReturnType<typeof runChecks>, id: string) => found.find((one) => one.id === id);
const overriding = (check: string) => ({
  configuration: { ...fine.configuration, preflight: { overrides: [{ check, reason: 'seen and accepted' }] } },
});

test('where everything is as it should be, nothing warns; what cannot be known is said, and does not pass', () => {
  const found = runChecks(fine);
  expect(found.filter(({ severity }) => severity === 'WARNING' || severity === 'BLOCKER')).toEqual([]);
  const unknown = found.filter(({ severity }) => severity === 'INFO');
  expect(unknown.map(({ id }) => id)).toEqual(['freeze-window', 'load-balancer-scheme', 'resource-access', 'schedule']);
  expect(found).toHaveLength(everyCheck.length);
});

test('at least thirty checks have a file of their own, named like their id', () => {
  const project = new URL('../../../', import.meta.url);
  const files = readdirSync(new URL('lib/domain/preflight/checks', project)).map((file) => file.replace(/\.ts$/, ''));
  expect(files.length).toBeGreaterThanOrEqual(30);
  const ids = everyCheck.map(({ id }) => id);
  expect(files.filter((file) => !ids.some((id) => id === file))).toEqual([]);
});

test('ids are unique, in kebab case, and all that an override may name', () => {
  const ids = everyCheck.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
  expect([...ids].sort()).toEqual([...checkIds].sort());
});

test('each finding links to its section of the runbook', () => {
  for (const { id, runbook } of runChecks(fine)) expect(runbook).toBe(`docs/runbook.md#${id}`);
});

test('with databases alone only the checks of the copy are made', () => {
  const alone = runChecks({ ...fine, plan: plan({ databasesOnly: true, mode: 'rehearsal' }) }).map(({ id }) => id);
  expect(alone).toEqual(expect.arrayContaining(['postgresql-majors', 'database-rights', 'connections']));
  const about = new Map<string, string>(everyCheck.map((check) => [check.id, check.about]));
  expect(alone.filter((id) => about.get(id) !== 'copy')).toEqual([]);
});

test('what rests on something that could not be learned is not made, and never passes', () => {
  const ids = (given: Parameters<typeof runChecks>[0]) => runChecks(given).map(({ id }) => id);
  const without = (marked: 'needsTarget' | 'needsDatabases') =>
    everyCheck.filter((check) => !check[marked]).map(({ id }) => id);
  const noTarget = { ...fine, target: withoutTargetApplication(fine.target.database) };
  expect(ids(noTarget)).toEqual(without('needsTarget'));
  const refused = { name: 'SourceUnreachable', message: 'Nobody answers.' } as const;
  expect(ids({ ...fine, databases: null, refused })).toEqual(without('needsDatabases'));
  expect(without('needsTarget')).not.toContain('target-stopped');
  expect(without('needsDatabases')).not.toContain('target-empty');
});

describe('what a rehearsal and a cutover are stopped by', () => {
  const rehearsing = { ...fine, plan: plan({ mode: 'rehearsal' }) };

  test.each([
    ['of the copy', 'database-rights', withDatabases({ rights: {} })],
    ['of the application', 'encryption-key', withTarget({ encryptionKey: null })],
  ])('a BLOCKER %s stops both', (_, id, given) => {
    expect(find(runChecks({ ...rehearsing, ...given }), id)?.severity).toBe('BLOCKER');
    expect(find(runChecks({ ...fine, ...given }), id)?.severity).toBe('BLOCKER');
  });

  test('a BLOCKER of the cutover is a warning in a rehearsal, which says what it will be', () => {
    const given = withDns({ records: [] });
    expect(find(runChecks({ ...fine, ...given }), 'dns-record')?.severity).toBe('BLOCKER');
    expect(find(runChecks({ ...rehearsing, ...given }), 'dns-record')).toMatchObject({
      severity: 'WARNING',
      stopsCutover: true,
      saw: expect.stringMatching(/This stops a cutover\.$/),
    });
  });

  test.each([
    [
      'application-login',
      'no right on any table',
      withSessions({}, { logins: [concerned({ hasPassageRights: false })] }),
    ],
    [
      'connection-limits',
      'too few connections for the application',
      withSessions({}, { logins: [concerned({ limit: 3, sessions: 0 })] }),
    ],
  ])('%s lets a rehearsal go on that finds %s', (id, _, given) => {
    expect(find(runChecks({ ...fine, ...given }), id)).toMatchObject({ severity: 'BLOCKER', stopsCutover: true });
    const rehearsed = find(runChecks({ ...rehearsing, ...given }), id);
    expect(rehearsed).toMatchObject({ severity: 'WARNING', stopsCutover: true });
    expect(rehearsed).not.toHaveProperty('about');
  });

  test('a rehearsal is not asked whether it was rehearsed', () => {
    expect(find(runChecks({ ...rehearsing, lastRehearsal: null }), 'rehearsal-fresh')).toBeUndefined();
  });
});

describe('overriding', () => {
  const warned = withApprovals({ required: 3 });
  const { configuration } = warned;
  const overridden = {
    ...configuration!,
    preflight: { overrides: [{ check: 'approvers-quorum', reason: 'dave starts it, who is no approver' }] },
  };

  test('a warning keeps its severity and bears the reason', () => {
    const found = runChecks({ ...fine, configuration: overridden });
    expect(find(found, 'approvers-quorum')).toMatchObject({
      severity: 'WARNING',
      overridden: 'dave starts it, who is no approver',
    });
    expect(openWarnings(found)).toEqual([]);
    expect(openWarnings(runChecks({ ...fine, ...warned })).map(({ id }) => id)).toEqual(['approvers-quorum']);
  });

  test('a BLOCKER is never overridden, not even where a rehearsal makes a warning of it', () => {
    const given = { ...fine, ...withDns({ records: [] }), ...overriding('dns-record') };
    expect(find(runChecks(given), 'dns-record')).toMatchObject({ severity: 'BLOCKER', overridden: null });
    const rehearsing = { ...given, plan: plan({ mode: 'rehearsal' }) };
    expect(find(runChecks(rehearsing), 'dns-record')).toMatchObject({ severity: 'WARNING', overridden: null });
  });

  test('what passes is not touched', () => {
    const found = runChecks({ ...fine, ...overriding('image-tag') });
    expect(find(found, 'image-tag')).toMatchObject({ severity: 'PASS', overridden: null });
  });
});

test('the error that stops a run has every blocker with what to do, and no warning', () => {
  const found = runChecks({
    ...fine,
    ...withApprovals({ required: 3 }),
    ...withTarget({ encryptionKey: { secretArn: null, fingerprint: 'b'.repeat(32) } }),
    ...withDatabases({ major: 16, version: '16.4' }),
  });
  const stops = blockers(found);
  expect(stops).toHaveLength(2);
  expect(stops[0]).toMatch(/^encryption-key: The target's .* store that key/);
  expect(stops[1]).toMatch(/^postgresql-majors: Source 16\.4, target 15\.4\. Upgrade the target/);
});
