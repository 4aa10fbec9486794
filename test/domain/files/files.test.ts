import { loadAllYaml, loadYaml } from '@kubernetes/client-node';
import type { Collected } from '../../../lib/domain/files/file.ts';
import { filesFor } from '../../../lib/domain/files/files.ts';
import type { Manifest } from '../../../lib/domain/files/manifest.ts';
import type { SourceVariable } from '../../../lib/workflow/documents/findings.ts';
import { deployed, dns, migrationFile, plan, source, target } from '../../support/run-documents.ts';
import { hostile } from './hostile.ts';
import { readHcl } from './read-hcl.ts';

const originals = {
  createSourceLogin: '-- source\n',
  createTargetLogin: '-- target\n',
  createSecrets: '// program\n',
  rbac: (namespace: string) => ({ items: [{ metadata: { namespace } }] }),
};
const arn = (name: string) => `arn:aws:secretsmanager:eu-west-1:111111111111:secret:${name}-AbCdEf`;

const variable = (name: string, more: Partial<SourceVariable> = {}): SourceVariable => ({
  name,
  services: ['web'],
  fate: 'carry',
  because: 'of a test',
  secret: true,
  value: null,
  fingerprint: 'f'.repeat(32),
  from: 'environment',
  reference: null,
  collected: { secretArn: arn('collected'), key: name },
  agrees: true,
  ...more,
});

const known = (): Collected => ({
  configuration: deployed(),
  plan: plan(),
  source: source({ database: { ...source().database, secretArn: arn('source-login') } }),
  target: target({ database: { ...target().database, host: 'acme-target.abc123.eu-west-1.rds.amazonaws.com' } }),
  dns: dns(),
});

function written(more: Partial<Collected> = {}) {
  const files = filesFor({ ...known(), ...more }, originals);
  const text = (name: string) => files.find((file) => file.name === name)?.text ?? '';
  return {
    files,
    text,
    // Read as whatever a test expects of them.
    values: loadYaml<Record<string, never>>(text('values.yaml')) as Record<string, unknown>,
    tfvars: readHcl(text('terraform.tfvars')),
    manifest: JSON.parse(text('extra-env-vars.json')) as Manifest,
    external: loadAllYaml(text('external-secrets.yaml')) as {
      kind: string;
      metadata: { name: string };
      spec: unknown;
    }[],
  };
}
const withVariables = (...variables: SourceVariable[]) => written({ source: { ...known().source, variables } });

test('the manifest counts what goes into its secret among all that is carried, as the variables do', () => {
  const why = (...variables: SourceVariable[]) =>
    withVariables(...variables).files.find(({ name }) => name === 'extra-env-vars.json')?.why;
  expect(why(variable('SCIM_AUTH_TOKEN'), variable('JWT_SECRET'), variable('BASE_DOMAIN'))).toContain(
    '1 of the 3 that are carried go into this secret, the others where it says; 0 are held back',
  );
  expect(why(variable('SCIM_AUTH_TOKEN'))).toContain('1 of the 1 that are carried go into this secret; 0 are held');
});

test('files come in the order in which they are used, each with what it is and what to do', () => {
  const { files } = written();
  expect(files.map(({ name }) => name)).toEqual([
    'extra-env-vars.json',
    'create-secrets.mjs',
    'terraform.tfvars',
    'external-secrets.yaml',
    'values.yaml',
    'create-source-login.sql',
    'create-target-login.sql',
    'rbac.json',
  ]);
  for (const { why, how } of files)
    expect([why, how]).toEqual([expect.stringMatching(/\.$/), expect.stringMatching(/\.$/)]);
});

describe('the version', () => {
  test("is the source's, for Helm and for Terraform, and the chart's is pinned", () => {
    const { values, tfvars } = written();
    expect(values).toMatchObject({ image: { tag: '3.114.3-stable' } });
    expect(values).not.toHaveProperty('image.repository');
    expect(tfvars).toMatchObject({ retool_image_tag: '3.114.3-stable', retool_helm_chart_version: '6.11.21' });
  });

  test('of an image in a registry of one’s own comes from there', () => {
    const [web, ...others] = known().source.services;
    const image = '111111111111.dkr.ecr.eu-west-1.amazonaws.com/mirror/retool:3.114.3-stable';
    const { values } = written({ source: { ...known().source, services: [{ ...web!, image }, ...others] } });
    expect(values).toHaveProperty('image.repository', '111111111111.dkr.ecr.eu-west-1.amazonaws.com/mirror/retool');
  });

  test('that is not known is left for a person to say', () => {
    const { values, tfvars, text } = written({ source: { ...known().source, imageTag: null } });
    expect(values).toHaveProperty('image', {});
    expect(tfvars).not.toHaveProperty('retool_image_tag');
    expect(text('terraform.tfvars')).toMatch(/^# retool_image_tag = /m);
  });
});

describe('sizes', () => {
  const [web, jobs] = known().source.services;
  const sized = (cpuMillis: number | null, memoryMiB: number | null) => ({ size: { cpuMillis, memoryMiB } });

  const scaled = (min: number, morning: number) => ({
    ...{ min, max: 9, policies: [], suspended: { scaleOut: false, scheduled: false } },
    scheduled: [
      { name: 'morning', schedule: 'cron(0 7 * * ? *)', timezone: null, min: morning, max: null, until: null },
      { name: 'evening', schedule: 'cron(0 19 * * ? *)', timezone: null, min: null, max: 3, until: null },
    ],
  });

  test('are at least those of the source, and at least those of the chart', () => {
    const services = [
      { ...web!, ...sized(8000, 2048), desiredCount: 3 },
      { ...jobs!, ...sized(500, 16_384) },
    ];
    const { values } = written({ source: { ...known().source, services } });
    expect(values).toMatchObject({
      replicaCount: 3,
      resources: { requests: { cpu: '8000m', memory: '4096Mi' }, limits: { cpu: '8000m', memory: '8192Mi' } },
      jobRunner: {
        enabled: true,
        resources: { requests: { cpu: '1000m', memory: '16384Mi' }, limits: { cpu: '2000m', memory: '16384Mi' } },
      },
    });
  });

  test('count what autoscaling keeps at least, all services of a role together, and at least one pod', () => {
    const services = [
      { ...web!, desiredCount: 1, autoscaling: scaled(2, 4) },
      { ...web!, service: 'web-blue', desiredCount: 2 },
      { ...jobs!, roles: ['workflow-worker'], desiredCount: 0 },
    ];
    const { values, tfvars } = written({ source: { ...known().source, services } });
    expect(values).toMatchObject({
      replicaCount: 6,
      workflows: { worker: { replicaCount: 1 } },
      jobRunner: { enabled: false },
    });
    expect(tfvars).toMatchObject({ replica_counts: { backend: 6, workflows_worker: 1 } });
  });

  test('that no task definition states are the chart’s', () => {
    const { values } = written({ source: { ...known().source, services: [{ ...web!, ...sized(null, null) }] } });
    expect(values).toHaveProperty('resources.limits', { cpu: '4096m', memory: '8192Mi' });
  });

  test('of the code executor come from its companion', () => {
    const companion = {
      ...web!,
      service: 'code',
      role: 'code-executor' as const,
      ...sized(4000, 4096),
      desiredCount: 2,
    };
    const { serviceType, roles, ...service } = companion;
    const { values } = written({ source: { ...known().source, companions: [service] } });
    expect(values).toHaveProperty('codeExecutor.replicaCount', 2);
    expect(values).toHaveProperty('codeExecutor.resources.requests', { cpu: '4000m', memory: '4096Mi' });
    expect([serviceType, roles]).toHaveLength(2);
  });
});

test('workflows, agents and single sign-on are off, in the chart’s values beside the blueprints as well', () => {
  const { values, tfvars } = written();
  const [extra = ''] = tfvars.retool_helm_extra_values as string[];
  for (const each of [values, loadYaml(extra)]) {
    expect(each).toMatchObject({
      workflows: { enabled: false },
      agents: { enabled: false },
      config: { auth: { google: { enabled: false } } },
    });
  }
  expect(tfvars).toMatchObject({ temporal: null });
});

test('Terraform gets no zone, so that applying it moves no user', () => {
  expect(written().tfvars).toMatchObject({ hosted_zone_id: null, domain_name: 'retool.acme.example.com' });
});

test('the gate is an Ingress of the configured name for the name that users type', () => {
  const { values } = written();
  expect(values).toMatchObject({
    ingress: {
      enabled: true,
      ingressClassName: 'alb',
      hosts: [{ host: 'retool.acme.example.com', paths: [{ path: '/' }] }],
    },
  });
  expect(values).not.toHaveProperty('fullnameOverride');
  const file = { ...migrationFile(), target: { ...migrationFile().target, application: { ingress: 'front' } } };
  expect(written({ configuration: deployed(file) }).values).toHaveProperty('fullnameOverride', 'front');
});

test('the database is the one of the target, by its address and without a password', () => {
  const { values, tfvars } = written();
  expect(values).toHaveProperty('config.postgresql', {
    host: 'acme-target.abc123.eu-west-1.rds.amazonaws.com',
    port: 5432,
    db: 'retool',
    user: 'retool',
    ssl_enabled: false,
    passwordSecretName: 'db-credentials',
    passwordSecretKey: 'password',
  });
  expect(tfvars).toHaveProperty('db', { instance_identifier: 'acme-target' });
});

test('a target that is not there yet leaves to be said what it will be, and names nothing of the source', () => {
  const { values, tfvars, text, files } = written({ target: null, dns: null });
  expect(files).toHaveLength(8);
  expect(values).not.toHaveProperty('config.postgresql.host');
  expect(tfvars).not.toHaveProperty('db');
  for (const name of ['values.yaml', 'terraform.tfvars']) expect(text(name)).not.toContain('source.invalid');
  expect(text('rbac.json')).toContain('"namespace": "retool"');
});

describe('a secret of its own', () => {
  const key = (more: Partial<SourceVariable>) => withVariables(variable('ENCRYPTION_KEY', more));

  test('that Secrets Manager holds is read where it is, by both ways to the target', () => {
    const { tfvars, external, manifest, values } = key({
      from: 'secrets-manager',
      reference: `${arn('key')}:password::`,
    });
    expect(tfvars).toHaveProperty('encryption_key_secret', { secret_id: arn('key'), property: 'password' });
    expect(external.find(({ metadata }) => metadata.name === 'encryption-key')?.spec).toMatchObject({
      data: [{ secretKey: 'encryption-key', remoteRef: { key: arn('key'), property: 'password' } }],
    });
    expect(manifest.variables).toMatchObject([{ into: null, remark: expect.stringContaining('the very secret') }]);
    expect(values).toMatchObject({ config: { encryptionKeySecretName: 'encryption-key' } });
  });

  test.each([
    ['in the task definition', { from: 'environment', reference: null }],
    ['in the parameter store', { from: 'parameter-store', reference: '/acme/key' }],
    ['at a fixed version', { from: 'secrets-manager', reference: `${arn('key')}:::0f1e` }],
  ] as const)('%s is copied to retool/<prefix>/encryption-key', (_, more) => {
    const { tfvars, manifest } = key(more);
    expect(tfvars).toHaveProperty('encryption_key_secret', {
      secret_id: 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:retool/acme-eks/encryption-key',
      property: null,
    });
    expect(manifest.variables).toMatchObject([{ name: 'ENCRYPTION_KEY', into: 'encryption-key' }]);
  });

  test('that the source does not set is nowhere', () => {
    const { tfvars, values, external } = withVariables();
    expect(tfvars).toHaveProperty('encryption_key_secret', null);
    expect(values).not.toHaveProperty('config.encryptionKeySecretName');
    expect(external.map(({ metadata }) => metadata.name)).toEqual([
      'retool-secretstore',
      'db-credentials',
      'extra-env-vars',
    ]);
  });
});

describe('the manifest', () => {
  test('says of every variable where it goes, and of each that goes nowhere why', () => {
    const { manifest } = withVariables(
      variable('SCIM_AUTH_TOKEN', { from: 'secrets-manager', reference: arn('scim') }),
      variable('CLIENT_SECRET', { fate: 'hold', from: 'parameter-store', reference: '/sso/secret' }),
      variable('POSTGRES_PASSWORD', { fate: 'derive' }),
      variable('SERVICE_TYPE', { fate: 'drop' }),
      variable('ACME_THEME', { fate: 'ask' }),
      variable('BASE_DOMAIN', { secret: false, value: 'https://retool.acme.example.com' }),
      variable('WORKFLOW_TEMPORAL_CLUSTER_FRONTEND_HOST', { secret: false, value: 'acme.tmprl.cloud' }),
    );
    expect(manifest.variables.map(({ name, into, remark }) => [name, into, remark !== null])).toEqual([
      ['SCIM_AUTH_TOKEN', 'extra-env-vars', false],
      ['CLIENT_SECRET', 'extra-env-vars', true],
      ['POSTGRES_PASSWORD', null, true],
      ['SERVICE_TYPE', null, true],
      ['ACME_THEME', null, true],
      ['BASE_DOMAIN', null, true],
      ['WORKFLOW_TEMPORAL_CLUSTER_FRONTEND_HOST', null, true],
    ]);
    expect(manifest.variables[0]).toMatchObject({
      origin: { store: 'secrets-manager', secret: arn('scim'), jsonKey: null },
      fingerprint: 'f'.repeat(32),
      collected: { secretArn: arn('collected'), key: 'SCIM_AUTH_TOKEN' },
    });
  });

  test('finds a value in clear in the task definition of the main backend', () => {
    const both = { services: ['jobs', 'web'] };
    expect(withVariables(variable('A', both)).manifest.variables[0]?.origin).toEqual({
      store: 'task-definition',
      taskDefinition: 'web:1',
    });
  });

  test('says until when the collected secrets are there', () => {
    expect(written().manifest.collectedUntil).toBe('they stay with the migration');
    expect(written({ plan: plan({ mode: 'preflight' }) }).manifest.collectedUntil).toMatch(/the end of run autumn/);
  });
});

test.each(hostile)('what was found stays within its place: %j', (text) => {
  const [web] = known().source.services;
  const service = { ...web!, service: text, image: `${text}:1`, imageTag: text };
  const { values, tfvars, manifest, external } = written({
    source: {
      ...known().source,
      services: [service],
      imageTag: text,
      variables: [variable('A', { because: text, services: [text] }), variable('ENCRYPTION_KEY', { reference: text })],
      applicationDatabase: { ...known().source.applicationDatabase!, user: text },
    },
    target: target({
      namespace: text,
      applicationDatabase: { ...target().applicationDatabase!, user: text },
      ingress: { ...target().ingress!, class: text, annotations: { scheme: text } },
    }),
  });
  expect(values).toMatchObject({
    image: { tag: text },
    ingress: { ingressClassName: text },
    workflows: { enabled: false },
  });
  expect(tfvars).toMatchObject({ retool_image_tag: text, hosted_zone_id: null });
  const [extra = ''] = tfvars.retool_helm_extra_values as string[];
  expect(loadYaml(extra)).toMatchObject({ ingress: { annotations: { 'alb.ingress.kubernetes.io/scheme': text } } });
  expect(manifest.variables[0]).toMatchObject({ because: text });
  expect(external.at(-1)).toMatchObject({ kind: 'ExternalSecret' });
});
