import { collectTarget } from '../../lambdas/collect-target/handler.ts';
import type { Application } from '../../lib/adapters/kubernetes/application.ts';
import type { Deployment, Variable } from '../../lib/adapters/kubernetes/deployments.ts';
import { namespaceOf } from '../../lib/adapters/target-namespace.ts';
import { TargetFindings } from '../../lib/workflow/documents/collected.ts';
import type { IngressFindings } from '../../lib/workflow/documents/findings.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { lease, migrationFile, target } from '../support/run-documents.ts';
import { type Account, call, refusedBy } from './account.ts';
import { configured, uncollected, written } from './collecting.ts';

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
      expect(new Set(asked)).toEqual(new Set(['acme-retool']));
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

  test('a mistyped namespace is told by its setting and those that hold the application, whoever may look into it', async () => {
    const it = uncollected();
    const file = migrationFile();
    configured(it, {
      ...file,
      target: { ...file.target, application: { ...file.target.application, namespace: 'retol' } },
    });
    await collect(it, {
      deployments: async () => {
        throw new WorkflowError('TargetNotFound', 'Kubernetes does not let Passage list deployments (403).');
      },
    });
    const findings = TargetFindings.parse(written(it, 'target'));
    expect(findings).toMatchObject({ namespace: null, deployments: [] });
    expect(findings.problems[0]).toEqual({
      kind: 'target-missing',
      severity: 'BLOCKER',
      what: expect.stringMatching(/^No deployment of namespace "retol" bears .*; namespace "retool" has one\.$/),
      where: 'target.application.namespace',
      todo: 'Correct target.application.namespace, and apply the RBAC file for that namespace.',
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
