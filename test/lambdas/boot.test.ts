import { checkBoot } from '../../lambdas/check-boot/handler.ts';
import { measureBoot } from '../../lambdas/measure-boot/handler.ts';
import { startBoot } from '../../lambdas/start-boot/handler.ts';
import { stopBoot } from '../../lambdas/stop-boot/handler.ts';
import type { bootPod } from '../../lib/domain/boot-pod.ts';
import { keys } from '../../lib/domain/run.ts';
import type { Boot } from '../../lib/workflow/documents/boot.ts';
import { deployed, later, lease, migrationFile, noon, plan, target } from '../support/run-documents.ts';
import { type Account, call, refusedBy, withRun } from './account.ts';

const SCRATCH = 'passage_autumn';

/** Run "autumn" as a rehearsal whose copy is proved. */
function copied(boot: object = { apiTokenSecret: 'passage/acme/api-token' }): Account {
  const it = withRun('rehearsal');
  it.setLedger({ saved: { ...it.ledger().saved, restoring: { database: SCRATCH, into: 'scratch' } } });
  const file = migrationFile();
  const configured = deployed({
    ...file,
    target: { ...file.target, application: { ...file.target.application, boot } },
  });
  it.documents.tamper(keys.configuration(lease.migration, plan().configurationDigest), configured);
  return it;
}
const start = (of: Account) => startBoot.run(of, { lease }, call);
const check = (of: Account) => checkBoot.run(of, { lease }, call);
const measure = (of: Account) => measureBoot.run(of, { lease }, call);
const stop = (of: Account) => stopBoot.run(of, { lease }, call);
const written = (of: Account) => of.documents.json(keys.document('autumn', 'boot')) as Boot;

async function healthy(boot?: object): Promise<Account> {
  const it = copied(boot);
  await start(it);
  it.booted.readySince = later(9);
  return it;
}

describe('StartBoot', () => {
  test('hands the scratch database over, then creates the pod; the ledger knows where before either', async () => {
    const it = copied();
    await start(it);
    expect(it.did).toEqual([`hand over ${SCRATCH} to retool`, 'boot create passage-boot']);
    expect(it.seen[0]?.saved.boot).toEqual({ cluster: 'acme-eks', namespace: 'retool' });
    expect(it.seen[0]?.effect).toMatchObject({ task: 'StartBoot' });
    expect(it.ledger().effect).toBeNull();
    const created = it.booted.pod as Extract<ReturnType<typeof bootPod>, { metadata: object }>;
    expect(created.spec.containers[0]?.env).toContainEqual({ name: 'POSTGRES_DB', value: SCRATCH });
    expect(created.spec.containers[0]?.env).toContainEqual({
      name: 'BASE_DOMAIN',
      value: 'https://preview.retool.acme.example.com',
    });
  });

  test('a second call finds the pod of the first; that of another run is left alone', async () => {
    const it = copied();
    await start(it);
    await start(it);
    it.booted.run = 'monday';
    await expect(start(it)).rejects.toEqual(refusedBy('BootFailed', /already holds a booted pod, of run monday/));
  });

  test('without a scratch database nothing is booted: the real one is never worked on', async () => {
    const it = copied();
    it.setLedger({ saved: { ...it.ledger().saved, restoring: { database: 'retool', into: 'target' } } });
    await expect(start(it)).rejects.toEqual(refusedBy('BootFailed', /no scratch database/));
    expect(it.did).toEqual([]);
  });

  test('a database that cannot be exchanged is a matter of configuration', async () => {
    const it = copied();
    it.booted.template.spec.containers[0]!.env = [{ name: 'DATABASE_URL', valueFrom: {} }];
    await expect(start(it)).rejects.toEqual(refusedBy('ConfigurationInvalid', /Deployment "retool" .* level "copy"/));
    expect(it.did).toEqual([]);
  });

  test('where the login is not stated, nothing is handed over', async () => {
    const it = copied();
    const found = target({ applicationDatabase: null, database: { ...target().database, host: '127.0.0.1', port: 1 } });
    it.documents.tamper(keys.document('autumn', 'target'), found);
    await start(it);
    expect(it.did).toEqual(['boot create passage-boot']);
  });
});

describe('CheckBoot', () => {
  test('is content once the pod is ready and says so itself, under its preview name', async () => {
    const it = copied();
    await start(it);
    await expect(check(it)).rejects.toEqual(refusedBy('BootNotReady', /not healthy yet/));
    it.booted.readySince = later(9);
    expect(await check(it)).toEqual({});
    expect(it.booted.asked).toEqual([
      { port: 3000, method: 'GET', path: '/api/checkHealth', host: 'preview.retool.acme.example.com' },
    ]);
  });

  test.each([
    [503, '{"error":"no database"}', /answers 503 instead/],
    [200, '{"status":"UNHEALTHY"}', /answers 200 "UNHEALTHY" instead/],
    [200, '<html>', /answers 200 instead/],
  ])('is not content with %i %s', async (status, body, why) => {
    const it = await healthy();
    it.booted.health = { status, body };
    await expect(check(it)).rejects.toEqual(refusedBy('BootNotReady', why));
  });

  test('says why it ended, and what its log said last', async () => {
    const it = copied();
    await start(it);
    it.booted.state = { kind: 'ended', exitCode: 1, reason: 'Error' };
    it.booted.log = 'SequelizeDatabaseError: must be owner of table resources';
    await expect(check(it)).rejects.toEqual(refusedBy('MigrationFailed', /must be owner/));
  });

  test('without anything booted there is nothing to be content with', async () => {
    await expect(check(copied())).rejects.toEqual(refusedBy('BootFailed', /has booted nothing/));
  });
});

describe('MeasureBoot', () => {
  test('writes what was seen, and proves by which key the application encrypts', async () => {
    const it = await healthy();
    it.booted.log = 'Database migrations are up to date.';
    it.booted.databases.push({ schemaMigrations: { count: 702, newest: '2026' } }, { hashes: { k: 72 } });
    await measure(it);
    expect(written(it)).toMatchObject({
      deployment: 'retool',
      database: SCRATCH,
      previewName: 'preview.retool.acme.example.com',
      health: { status: 'HEALTHY', version: '3.114.3-stable' },
      createdAt: noon,
      seconds: { start: 2, boot: 7 },
      migrations: { logged: true, before: 700, after: 702, newest: '2026' },
      memory: { peakBytes: null, samples: 0, because: 'no metrics', limit: '2Gi' },
      decryption: { proved: true },
    });
    expect(written(it).changes).toContainEqual({ name: 'POSTGRES_DB', how: 'set', because: 'the scratch database' });
    const api = it.booted.asked.filter(({ path }) => path.startsWith('/api/v2/'));
    expect(api.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/v2/environments',
      'POST /api/v2/configuration_variables',
      'DELETE /api/v2/configuration_variables/v1',
    ]);
    expect(new Set(api.map(({ token }) => token))).toEqual(new Set(['text of passage/acme/api-token']));
    expect(JSON.stringify(it.documents.json(keys.document('autumn', 'boot')))).not.toContain('text of');
  });

  test('of memory it writes the most that was in use while it was waited for, not what is in use at the end', async () => {
    const it = copied();
    await start(it);
    it.booted.memory = [
      { bytes: 300e6 },
      { bytes: 900e6 },
      { because: 'no answer' },
      { bytes: 400e6 },
      { bytes: 500e6 },
    ];
    for (let look = 1; look <= 3; look++) await expect(check(it)).rejects.toEqual(refusedBy('BootNotReady'));
    it.booted.readySince = later(9);
    await check(it);
    await measure(it);
    expect(written(it).memory).toEqual({ peakBytes: 900e6, samples: 4, because: null, limit: '2Gi' });
  });

  test('another key is refused by its own name, and nothing is written', async () => {
    const it = await healthy();
    it.booted.databases.push({}, { hashes: { k: 71, other: 1 } });
    await expect(measure(it)).rejects.toEqual(refusedBy('EncryptionKeyRefused', /another key .* 71 stored/));
    expect(it.documents.json(keys.document('autumn', 'boot'))).toBeNull();
  });

  test('during a rotation a new key is no refusal', async () => {
    const it = await healthy();
    it.booted.variables = ['ENCRYPTION_KEY_OLD'];
    it.booted.databases.push({}, { hashes: { k: 71, other: 1 } });
    await measure(it);
    expect(written(it).decryption).toMatchObject({ proved: false, saw: expect.stringMatching(/rotation/) });
  });

  test('a rotation is also seen where a whole Secret brings the previous key', async () => {
    const it = await healthy();
    const old = { name: 'ENCRYPTION_KEY_OLD', from: 'secret', reference: 'retool/old', value: null, fingerprint: null };
    it.documents.tamper(
      keys.document('autumn', 'target'),
      target({ variables: [old] } as Parameters<typeof target>[0]),
    );
    it.booted.databases.push({}, { hashes: { k: 71, other: 1 } });
    await measure(it);
    expect(written(it).decryption).toMatchObject({ proved: false, saw: expect.stringMatching(/rotation/) });
  });

  test.each([
    [401, /401 .* none of this instance/],
    [403, /403 .* lacks a scope/],
    [404, /answered 404/],
  ])('a management API that answers %i leaves the key unproved, and says so', async (status, why) => {
    const it = await healthy();
    it.booted.api = status;
    await measure(it);
    expect(written(it).decryption).toEqual({ proved: false, saw: expect.stringMatching(why) });
  });

  test('without a token the application is not asked', async () => {
    const it = await healthy({});
    await measure(it);
    expect(written(it).decryption).toEqual({ proved: false, saw: expect.stringMatching(/names no .*apiTokenSecret/) });
    expect(it.booted.asked.map(({ path }) => path)).toEqual(['/api/checkHealth']);
  });

  test('healthy without a session in the scratch database, it works on another one', async () => {
    const it = await healthy();
    it.booted.databases.push({ sessions: 0 });
    await expect(measure(it)).rejects.toEqual(refusedBy('BootFailed', /no session of it .* another one/));
  });

  test('done twice it writes once', async () => {
    const it = await healthy();
    await measure(it);
    const first = written(it);
    it.booted.log = 'something else';
    await measure(it);
    expect(written(it)).toEqual(first);
  });
});

describe('StopBoot', () => {
  test('returns once the pod is gone, and touches nothing where none was booted', async () => {
    const it = await healthy();
    it.booted.endsAfter = 3;
    await stop(it);
    expect(it.did.slice(2)).toEqual(Array(4).fill('boot remove autumn'));
    expect(it.ledger().effect).toBeNull();
    await stop(it);
    const other = copied();
    await stop(other);
    expect(other.did).toEqual([]);
  });

  test('a pod that does not end is asked again by the state, and a takeover waits for it', async () => {
    const it = await healthy();
    it.booted.endsAfter = Number.POSITIVE_INFINITY;
    await expect(stop(it)).rejects.toEqual(refusedBy('ServiceUnavailable', /still ending after 20 s/));
    expect(it.ledger().effect).toMatchObject({ task: 'StopBoot' });
  });
});
