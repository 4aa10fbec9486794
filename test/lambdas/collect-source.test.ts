import { collectSource } from '../../lambdas/collect-source/handler.ts';
import type { EcsContainer } from '../../lib/adapters/ecs.ts';
import { keys } from '../../lib/domain/run.ts';
import { SourceFindings } from '../../lib/workflow/documents/collected.ts';
import { lease, migrationFile } from '../support/run-documents.ts';
import { type Account, call, refusedBy, withRun } from './account.ts';
import { configured, container, plain, uncollected, written } from './collecting.ts';

describe('CollectSource', () => {
  const collect = (of: Account, containers: EcsContainer[], kept = new Map<string, string>()) =>
    collectSource.run(
      {
        ...of,
        fingerprintKey: 'fingerprint-key',
        ecs: {
          ...of.ecs,
          services: async () => of.services.slice(0, 1),
          taskDefinition: async () => ({ size: { cpuMillis: 1000, memoryMiB: 2048 }, architecture: null, containers }),
        },
        secrets: {
          ...of.secrets,
          login: async () => ({ username: 'passage', password: 'hush' }),
          write: async (name, value) => {
            kept.set(name, value);
            return `arn:secret:${name}`;
          },
        },
      },
      { lease, look: 'first' },
      call,
    );

  test('puts secret values into Secrets Manager and nowhere else', async () => {
    const it = uncollected();
    const kept = new Map<string, string>();
    await collect(it, [container(plain)], kept);
    const findings = SourceFindings.parse(written(it, 'source'));
    expect(findings).toMatchObject({
      imageTag: '3.114.3-stable',
      database: { host: 'rds.invalid', port: 5432, database: 'hammerhead_production' },
      applicationLogin: { user: 'retool', secretArn: 'arn:secret:passage/acme-retool/collected/application-login' },
      encryptionKey: { secretArn: 'arn:secret:passage/acme-retool/collected/encryption-key' },
    });
    expect(kept.get('passage/acme-retool/collected/encryption-key')).toBe('the encryption key');
    for (const { text } of it.documents.objects.values()) {
      expect(text).not.toContain('the application password');
      expect(text).not.toContain('the encryption key');
    }
  });

  test('leaves no secret of a rehearsal that was unwound meanwhile', async () => {
    const it = withRun('rehearsal');
    (it.documents.objects as Map<string, unknown>).delete(keys.document(lease.run, 'source'));
    const kept = new Map<string, string>();
    const set = kept.set.bind(kept);
    // The last secret is written when another holder has taken over.
    kept.set = (name, value) => {
      if (name.endsWith('/encryption-key')) it.setLedger({ epoch: 2 });
      return set(name, value);
    };
    await expect(collect(it, [container(plain)], kept)).rejects.toEqual(refusedBy('LeaseLost'));
    expect(kept.size).toBeGreaterThan(1);
    for (const name of kept.keys()) expect(it.did).toContain(`secret forget ${name}`);
    expect(it.documents.objects.has(keys.document(lease.run, 'source'))).toBe(false);
  });

  test('reads what the task definition takes from Secrets Manager', async () => {
    const it = uncollected();
    const { ENCRYPTION_KEY: _, ...rest } = plain;
    const kept = new Map<string, string>();
    await collect(it, [container(rest, { ENCRYPTION_KEY: 'arn:key' })], kept);
    expect(kept.get('passage/acme-retool/collected/encryption-key')).toBe('value of arn:key');
  });

  test('a cluster without a main backend is SourceNotFound, whatever its services are called', async () => {
    const jobs = container({ ...plain, SERVICE_TYPE: 'JOBS_RUNNER' });
    await expect(collect(uncollected(), [jobs])).rejects.toEqual(refusedBy('SourceNotFound', /MAIN_BACKEND/));
  });

  test('a role that stands in an environment file is not seen, which is said', async () => {
    const { SERVICE_TYPE: _, ...rest } = plain;
    const filed = { ...container(rest), environmentFiles: ['arn:aws:s3:::acme/.env'] };
    await expect(collect(uncollected(), [filed])).rejects.toEqual(
      refusedBy('SourceNotFound', /Environment files are not read: state SERVICE_TYPE in the task definition \(\w+\)/),
    );
  });

  test('without a cluster the secret must say where the database is', async () => {
    const it = uncollected();
    const { application: _, ...to } = migrationFile().target;
    const { dns: __, approvals: ___, ...file } = migrationFile();
    configured(it, { ...file, source: { database: file.source.database }, target: to });
    await collect(it, []);
    expect(SourceFindings.parse(written(it, 'source'))).toMatchObject({
      database: null,
      problems: [{ kind: 'database-unnamed', severity: 'BLOCKER', where: 'source.database.loginSecret' }],
    });
  });
});
