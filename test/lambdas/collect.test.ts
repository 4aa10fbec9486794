import { collectDns } from '../../lambdas/collect-dns/handler.ts';
import { collectSource } from '../../lambdas/collect-source/handler.ts';
import { collectTarget } from '../../lambdas/collect-target/handler.ts';
import { runPreflight } from '../../lambdas/run-preflight/handler.ts';
import type { EcsContainer } from '../../lib/adapters/ecs.ts';
import type { Application, Deployment, Variable } from '../../lib/adapters/kubernetes/application.ts';
import type { LoadBalancers } from '../../lib/adapters/load-balancers.ts';
import { namespaceOf } from '../../lib/adapters/target-namespace.ts';
import { recordsOf } from '../../lib/domain/dns.ts';
import { interval } from '../../lib/domain/duration.ts';
import { keys, whereOf } from '../../lib/domain/run.ts';
import { DnsFindings, type RecordSet, SourceFindings, TargetFindings } from '../../lib/workflow/documents/collected.ts';
import type { IngressFindings, LoadBalancer, Problem } from '../../lib/workflow/documents/findings.ts';
import { Drift, Prediction } from '../../lib/workflow/documents/measurement.ts';
import { Preflight } from '../../lib/workflow/documents/preflight.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import {
  databases,
  deployed,
  dns,
  lease,
  measurement,
  migrationFile,
  plan,
  record,
  rehearsal,
  source,
  target,
} from '../support/run-documents.ts';
import { type Account, call, refusedBy, withRun } from './account.ts';

const written = (of: Account, name: string) => of.documents.json(keys.document(lease.run, name));
/** What a run collects is written once, so a test that collects begins with nothing. */
const uncollected = (): Account => {
  const it = withRun();
  const objects = it.documents.objects as Map<string, unknown>;
  for (const name of ['source', 'target', 'dns', 'preflight']) objects.delete(keys.document(lease.run, name));
  return it;
};
const configured = (of: Account, file: object) =>
  of.documents.tamper(keys.configuration(lease.migration, plan().configurationDigest), deployed(file));

const plain = {
  SERVICE_TYPE: 'MAIN_BACKEND,DB_CONNECTOR',
  POSTGRES_HOST: 'rds.invalid',
  POSTGRES_DB: 'hammerhead_production',
  POSTGRES_USER: 'retool',
  POSTGRES_PASSWORD: 'the application password',
  ENCRYPTION_KEY: 'the encryption key',
};
const container = (environment: object, secrets: object = {}): EcsContainer => ({
  name: 'retool',
  image: 'tryretool/backend:3.114.3-stable',
  environment: new Map(Object.entries(environment)),
  secrets: new Map(Object.entries(secrets)),
});

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

describe('CollectTarget', () => {
  const main = (environment: Record<string, Variable>): Deployment => ({
    ...target().deployments[0]!,
    namespace: 'retool',
    environment: new Map(Object.entries(environment)),
    environmentFrom: [],
  });
  const database = { POSTGRES_HOST: { value: 'target.invalid' }, POSTGRES_DB: { value: 'retool' } };
  const collect = (of: Account, app: Partial<Application>) =>
    collectTarget.run(
      {
        ...of,
        fingerprintKey: 'fingerprint-key',
        application: () => ({ ...of.application(), ...app }),
        secrets: { ...of.secrets, login: async () => ({ username: 'master', password: 'hush' }) },
      },
      { lease, look: 'first' },
      call,
    );

  test('compares the key of the cluster by its fingerprint alone', async () => {
    const it = uncollected();
    const key = { ENCRYPTION_KEY: { secret: { name: 'encryption-key', key: 'encryption-key' } } };
    await collect(it, {
      deployments: async () => [main({ ...database, ...key })],
      secret: async () => 'the encryption key',
    });
    const findings = TargetFindings.parse(written(it, 'target'));
    expect(findings).toMatchObject({
      database: { host: 'target.invalid', database: 'retool' },
      encryptionKey: { secretArn: null, fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/) },
      backend: { ingress: 'retool', service: 'retool', port: 80 },
    });
    for (const { text } of it.documents.objects.values()) expect(text).not.toContain('the encryption key');
  });

  describe('where the configuration names no namespace', () => {
    const elsewhere = (...namespaces: string[]) => {
      const it = uncollected();
      const { namespace: _, ...application } = migrationFile().target.application;
      configured(it, { ...migrationFile(), target: { ...migrationFile().target, application } });
      const seen = namespaces.map((namespace) => ({ ...main(database), namespace }));
      const asked: string[] = [];
      const run = () =>
        collectTarget.run(
          {
            ...it,
            survey: async () => ({
              version: 'v1',
              apiGroups: [],
              deployments: { application: seen, others: [], requested: { cpuMillis: 0, memoryMiB: 0 } },
              nodes: null,
              autoMode: false,
              managedAddOns: null,
            }),
            application: (_: string, namespace: string) => {
              asked.push(namespace);
              return { ...it.application(), deployments: async () => [main(database)] };
            },
            secrets: { ...it.secrets, login: async () => ({ username: 'master', password: 'hush' }) },
          },
          { lease, look: 'first' },
          call,
        );
      return { it, run, asked };
    };

    test('it is the one in which a main backend is', async () => {
      const { it, run, asked } = elsewhere('acme-retool');
      await run();
      expect(asked).toEqual(['acme-retool']);
      expect(TargetFindings.parse(written(it, 'target')).namespace).toBe('acme-retool');
      expect(await namespaceOf(it.evidence, lease, {})).toBe('acme-retool');
      expect(await namespaceOf(it.evidence, lease, { namespace: 'given' })).toBe('given');
    });

    test.each([
      ['none', [], 'target-missing', /bears the label/, /Install the application/],
      ['several', ['blue', 'green'], 'release-ambiguous', /in 2 namespaces/, /target\.application\.namespace/],
    ] as const)('%s is a problem with what to do, and the cluster is looked at all the same', async (...row) => {
      const [, namespaces, kind, what, todo] = row;
      const { it, run } = elsewhere(...namespaces);
      await run();
      const findings = TargetFindings.parse(written(it, 'target'));
      expect(findings).toMatchObject({ namespace: null, deployments: [], backend: null, kubernetesVersion: 'v1' });
      expect(findings.releases?.map(({ namespace }) => namespace)).toEqual(namespaces);
      expect(findings.problems[0]).toMatchObject({
        kind,
        severity: 'BLOCKER',
        what: expect.stringMatching(what),
        todo: expect.stringMatching(todo),
      });
    });
  });

  test.each<[string, Partial<Application>, RegExp]>([
    ['no deployment with the role label', { deployments: async () => [] }, /main-backend; namespace "retool" has one/],
    [
      'a namespace into which Passage may not look',
      {
        deployments: async () => {
          throw new WorkflowError('TargetNotFound', 'Kubernetes does not let Passage list deployments (403).');
        },
      },
      /does not let Passage list/,
    ],
  ])('%s is a problem, and collecting goes on', async (_, app, words) => {
    const it = uncollected();
    await collect(it, app);
    const findings = TargetFindings.parse(written(it, 'target'));
    expect(findings).toMatchObject({ namespace: null, kubernetesVersion: 'v1.33.5' });
    expect(findings.problems[0]).toMatchObject({
      kind: 'target-missing',
      severity: 'BLOCKER',
      what: expect.stringMatching(words),
      todo: expect.stringMatching(/\w/),
    });
  });

  test('a cluster that is not there is one, too; one that does not answer is tried again', async () => {
    const it = uncollected();
    const refusing = (error: WorkflowError) =>
      collectTarget.run(
        {
          ...it,
          survey: async () => {
            throw error;
          },
        },
        { lease, look: 'first' },
        call,
      );
    await expect(refusing(new WorkflowError('ServiceUnavailable', 'no answer'))).rejects.toEqual(
      refusedBy('ServiceUnavailable'),
    );
    await refusing(new WorkflowError('TargetNotFound', 'There is no EKS cluster "acme-eks".'));
    expect(TargetFindings.parse(written(it, 'target'))).toMatchObject({
      releases: null,
      kubernetesVersion: null,
      problems: [
        { kind: 'target-missing', what: 'There is no EKS cluster "acme-eks".', where: 'EKS cluster acme-eks' },
        { kind: 'database-unnamed' },
      ],
    });
  });

  test.each<[string, Partial<IngressFindings> | null]>([
    ['that is not there', null],
    [
      'that leads to several services',
      {
        backends: [
          { service: 'a', port: 80 },
          { service: 'b', port: 80 },
        ],
      },
    ],
    ['with a default backend', { defaultBackend: { service: 'retool', port: 80 } }],
    ['whose gate is closed already', { backends: [], gated: true }],
  ])('an Ingress %s leaves no backend for the gate, and collecting goes on', async (_, more) => {
    const it = uncollected();
    const ingress = more && { ...target().ingress!, ...more };
    await collect(it, { deployments: async () => [main(database)], ingress: async () => ingress });
    expect(TargetFindings.parse(written(it, 'target'))).toMatchObject({ namespace: 'retool', ingress, backend: null });
  });

  test('a database that nobody names is a problem', async () => {
    const it = uncollected();
    await collect(it, { deployments: async () => [main({})] });
    const { database: address, problems } = TargetFindings.parse(written(it, 'target'));
    expect(address).toBeNull();
    expect(problems).toMatchObject([
      {
        kind: 'database-unnamed',
        severity: 'BLOCKER',
        what: expect.stringMatching(/deployment "retool".*POSTGRES_HOST/),
      },
    ]);
  });

  test('a login that cannot be read is a problem, whatever the application says', async () => {
    const it = uncollected();
    it.secrets.login = async () => {
      throw new WorkflowError('SecretUnavailable', 'Could not read secret "passage/acme/target-login".');
    };
    const app = { ...it.application(), deployments: async () => [main(database)] };
    await collectTarget.run({ ...it, application: () => app }, { lease, look: 'first' }, call);
    expect(TargetFindings.parse(written(it, 'target'))).toMatchObject({
      database: null,
      problems: [{ kind: 'secret-unreadable', severity: 'BLOCKER', what: expect.stringMatching(/target-login/) }],
    });
  });
});

describe('CollectDns', () => {
  const balancer = (dnsName: string): LoadBalancer => ({
    arn: `arn:${dnsName}`,
    dnsName,
    hostedZoneId: null,
    scheme: 'internal',
    type: 'application',
    listeners: [],
  });
  /** The account's load balancers by their names, and what is asked of them. */
  const having = (it: Account, ...names: string[]) => {
    const asked: string[] = [];
    const named: LoadBalancers['named'] = async (wanted) => {
      asked.push(...wanted);
      return { found: names.filter((name) => wanted.includes(name)).map(balancer), problems: [] };
    };
    return { of: { ...it, loadBalancers: { named } }, asked };
  };
  const behind = (it: Account) => {
    const { source, target: to, ingress } = DnsFindings.parse(written(it, 'dns')).loadBalancers;
    return [source, to, ingress].map((each) => each?.dnsName ?? null);
  };
  const zoneOf = (it: Account, ...records: RecordSet[]) => ({
    ...it,
    dns: { ...it.dns, records: async (_: string, name: string) => recordsOf(records, name) },
  });

  test('writes the records of the name, and nothing where no name is given', async () => {
    const it = uncollected();
    await collectDns.run(it, { lease, look: 'first' }, call);
    expect(DnsFindings.parse(written(it, 'dns'))).toMatchObject({
      zone: 'acme.example.com',
      records: [{ type: 'CNAME' }],
      loadBalancers: { source: null, target: null, ingress: null },
    });
    const other = uncollected();
    const { dns: _, approvals: __, ...file } = migrationFile();
    const { application: ___, ...to } = file.target;
    configured(other, { ...file, source: { database: file.source.database }, target: to });
    await collectDns.run(other, { lease, look: 'first' }, call);
    expect(DnsFindings.parse(written(other, 'dns'))).toMatchObject({ zone: null, records: [] });
  });

  test('finds the load balancers behind the record, dns.target and the Ingress', async () => {
    const it = uncollected();
    it.documents.tamper(keys.document(lease.run, 'target'), target());
    const { of, asked } = having(it, 'ecs.elb.example.com', 'eks.elb.example.com');
    await collectDns.run(of, { lease, look: 'first' }, call);
    expect(behind(it)).toEqual(['ecs.elb.example.com', 'eks.elb.example.com', 'eks.elb.example.com']);
    expect(asked).toEqual(['ecs.elb.example.com', 'eks.elb.example.com']);
  });

  test('that of the Ingress is its own, whatever dns.target is, and as this look found it', async () => {
    const it = uncollected();
    const published = (...hostnames: string[]) => target({ ingress: { ...target().ingress!, hostnames } });
    it.documents.tamper(keys.document(lease.run, 'target'), published('before.elb'));
    it.documents.tamper(keys.document(whereOf(lease.run, 'last'), 'target'), published('gone.elb', 'own.elb'));
    const { of } = having(it, 'before.elb', 'own.elb');
    await collectDns.run(of, { lease, look: 'last' }, call);
    const last = DnsFindings.parse(it.documents.json(keys.document(whereOf(lease.run, 'last'), 'dns')));
    expect(last.loadBalancers).toMatchObject({ source: null, target: null, ingress: { dnsName: 'own.elb' } });
  });

  test('follows the names of the zone, and stops where they go round', async () => {
    const it = uncollected();
    const alias = { hostedZoneId: 'Z2', dnsName: 'dualstack.ecs.elb.', evaluateTargetHealth: false };
    const { of, asked } = having(it, 'dualstack.ecs.elb');
    const zone = zoneOf(
      of,
      record({ values: ['lb.acme.example.com'] }),
      record({ name: 'lb.acme.example.com.', type: 'A', values: [], alias }),
    );
    await collectDns.run(zone, { lease, look: 'first' }, call);
    expect(behind(it)).toEqual(['dualstack.ecs.elb', null, null]);
    expect(asked).toEqual(['dualstack.ecs.elb', 'eks.elb.example.com']);

    const round = uncollected();
    const circle = zoneOf(
      round,
      record({ values: ['lb.acme.example.com'] }),
      record({ name: 'lb.acme.example.com.', values: ['retool.acme.example.com'] }),
    );
    await collectDns.run(circle, { lease, look: 'first' }, call);
    expect(behind(round)).toEqual([null, null, null]);
  });

  test('what could not be looked at is a problem beside those of the zone', async () => {
    const it = uncollected();
    const problem: Problem = { kind: 'not-looked', severity: 'INFO', what: 'Hidden.', where: 'elb', todo: 'Look.' };
    const named: LoadBalancers['named'] = async () => ({ found: [], problems: [problem] });
    await collectDns.run({ ...it, loadBalancers: { named } }, { lease, look: 'first' }, call);
    expect(DnsFindings.parse(written(it, 'dns')).problems).toEqual([problem]);
  });
});

describe('RunPreflight', () => {
  test('a blocker stops the run before anything is copied, and says which side is wrong and what to do', async () => {
    const it = uncollected();
    it.documents.tamper(keys.document(lease.run, 'source'), source());
    it.documents.tamper(
      keys.document(lease.run, 'target'),
      target({ encryptionKey: { secretArn: null, fingerprint: '0'.repeat(32) } }),
    );
    it.documents.tamper(keys.document(lease.run, 'dns'), dns(...it.zone()));
    await expect(runPreflight.run(it, { lease, look: 'first' }, call)).rejects.toEqual(
      refusedBy(
        'PreflightBlocked',
        /Nothing was copied.*encryption-key: The target's ENCRYPTION_KEY .*is not the source's/,
      ),
    );
    // What was found stands in the evidence all the same.
    const { findings } = Preflight.parse(written(it, 'preflight'));
    expect(findings.find(({ id }) => id === 'encryption-key')?.severity).toBe('BLOCKER');
  });

  test('passes where nothing blocks, and counts the warnings that nobody answers for', async () => {
    const preflight = async (overrides: readonly object[]) => {
      const it = uncollected();
      configured(it, { ...migrationFile(), preflight: { overrides } });
      it.documents.tamper(keys.document(lease.run, 'source'), source());
      it.documents.tamper(keys.document(lease.run, 'target'), target());
      it.documents.tamper(keys.document(lease.run, 'dns'), dns(...it.zone()));
      const { warnings } = await runPreflight.run(it, { lease, look: 'first' }, call);
      return { warnings, findings: Preflight.parse(written(it, 'preflight')).findings };
    };
    const before = await preflight([]);
    expect(before.warnings).toBe(before.findings.filter(({ severity }) => severity === 'WARNING').length);
    const reason = 'the people are played by tests';
    const after = await preflight([{ check: 'approvers-reachable', reason }]);
    expect(after.warnings).toBe(before.warnings - 1);
    expect(after.findings.find(({ id }) => id === 'approvers-reachable')).toMatchObject({
      severity: 'WARNING',
      overridden: reason,
    });
  });

  describe('at its last look', () => {
    const again = async (more: Parameters<typeof source>[0]) => {
      const it = uncollected();
      for (const where of [lease.run, whereOf(lease.run, 'last')]) {
        it.documents.tamper(keys.document(where, 'source'), source(where === lease.run ? {} : more));
        it.documents.tamper(keys.document(where, 'target'), target());
        it.documents.tamper(keys.document(where, 'dns'), dns(...it.zone()));
        for (const name of ['databases', 'mail']) {
          it.documents.tamper(keys.document(where, name), it.documents.json(keys.document(lease.run, name)) as object);
        }
      }
      return runPreflight.run(it, { lease, look: 'last' }, call);
    };

    test('goes on where all is as it was approved', async () => {
      expect(await again({})).toMatchObject({ document: 'preflight' });
    });

    test('refuses a world that is no longer what people approved, and names what changed', async () => {
      const [main, ...others] = source().services;
      const services = [{ ...main!, size: { cpuMillis: 500, memoryMiB: 512 } }, ...others];
      await expect(again({ services })).rejects.toEqual(
        refusedBy('WorldChanged', /Since "go" was asked for: service \S+: size: .*is 0.5 vCPU, 512 MiB.*nothing was/),
      );
    });
  });

  test('knows whether this plan was rehearsed', async () => {
    const it = uncollected();
    it.documents.tamper(keys.document(lease.run, 'source'), source());
    it.documents.tamper(keys.document(lease.run, 'target'), target());
    it.documents.tamper(keys.document(lease.run, 'dns'), dns(...it.zone()));
    await runPreflight.run(it, { lease, look: 'first' }, call);
    const { findings } = Preflight.parse(written(it, 'preflight'));
    expect(findings.find(({ id }) => id === 'rehearsal-fresh')).toMatchObject({
      severity: 'WARNING',
      saw: expect.stringContaining('no green rehearsal'),
    });
    expect([written(it, 'drift'), written(it, 'prediction')]).toEqual([null, null]);
  });

  /** Rehearsed on Monday as it is now, but for its release. */
  const rehearsed = (mode: 'rehearsal' | 'cutover') => {
    const it = withRun(mode);
    it.documents.remove([keys.document(lease.run, 'preflight')]);
    it.setLedger({ lastRehearsal: rehearsal() });
    for (const name of ['plan', 'target', 'dns', 'databases']) {
      it.documents.tamper(keys.document('monday', name), it.documents.json(keys.document(lease.run, name)));
    }
    it.documents.tamper(keys.document('monday', 'source'), source({ imageTag: '3.100.0' }));
    it.documents.tamper(keys.measurement(lease.migration, measurement()), measurement());
    return it;
  };

  test('tells what changed since the last rehearsal, and refuses what stops a cutover', async () => {
    const it = rehearsed('cutover');
    await expect(runPreflight.run(it, { lease, look: 'first' }, call)).rejects.toEqual(
      refusedBy('PreflightBlocked', /drift-since-rehearsal: .*image tag of the source: 3\.100\.0 .*Rehearse again/),
    );
    const { since, changes } = Drift.parse(written(it, 'drift'));
    expect(since.run).toBe('monday');
    expect(changes[0]).toMatchObject({ what: 'image tag of the source', was: '3.100.0', stops: true });
  });

  test('in a rehearsal the same change is told only', async () => {
    const it = rehearsed('rehearsal');
    await runPreflight.run(it, { lease, look: 'first' }, call);
    const { findings } = Preflight.parse(written(it, 'preflight'));
    expect(findings.find(({ id }) => id === 'drift-since-rehearsal')?.severity).toBe('INFO');
    // It predicts once it has measured.
    expect(written(it, 'prediction')).toBeNull();
  });

  test('predicts the freeze for the size of today, and judges the window by that', async () => {
    const it = rehearsed('cutover');
    it.documents.tamper(keys.document('monday', 'source'), it.documents.json(keys.document(lease.run, 'source')));
    const grown = databases();
    it.documents.tamper(keys.document(lease.run, 'databases'), {
      ...grown,
      source: { ...grown.source, sizeBytes: 80_000_000 },
    });
    await runPreflight.run(it, { lease, look: 'first' }, call);
    const { low, high, parts, samples } = Prediction.parse(written(it, 'prediction'));
    const copy = parts.find(({ name }) => name === 'Copy and prove')!;
    expect(Math.sqrt(copy.low * copy.high)).toBeCloseTo((8 * 80) / 60);
    expect(samples).toMatchObject([{ run: 'monday', weight: 0.75 }]);
    const { findings } = Preflight.parse(written(it, 'preflight'));
    const { saw } = findings.find(({ id }) => id === 'freeze-window')!;
    expect(saw).toContain(`Predicted: ${interval({ low, high })}`);
    expect(rehearsal().predictedFreezeSeconds.high).not.toBe(high);
  });
});
