import {
  addOnsOf,
  describeVariables,
  type ReadDeployment,
  releaseProblems,
} from '../../lib/domain/target-application.ts';
import { targetFindings } from '../../lib/domain/target-findings.ts';
import { TargetFindings } from '../../lib/workflow/documents/collected.ts';
import { target } from '../support/run-documents.ts';

const deployment = (name: string, more: Partial<ReadDeployment> = {}) => ({
  ...target().deployments[0]!,
  name,
  namespace: 'retool',
  environment: new Map(),
  ...more,
});

const found = (main = deployment('retool'), deployments = [main]) => ({
  namespace: 'retool',
  deployments,
  main,
  environmentFrom: [] as TargetFindings['environmentFrom'],
  plain: new Map(
    [...main.environment].flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value] as const])),
  ),
  database: null,
  encryptionKey: 'the encryption key',
  ingress: target().ingress,
  quotas: [],
  problems: [],
});
const cluster = (application: ReadDeployment[] = [deployment('retool')]) => ({
  version: 'v1.33.5',
  apiGroups: ['apps'],
  deployments: { application, others: [], requested: { cpuMillis: 0, memoryMiB: 0 } },
  nodes: [],
  autoMode: false,
  managedAddOns: [],
});
const of = {
  database: target().database,
  applicationLogin: target().applicationLogin,
  print: (secret: string) => `${secret.length}`,
};

test('tells roles, sizes and who may migrate, and of the key its fingerprint', () => {
  const quiet = deployment('worker', {
    role: 'workflow-worker',
    environment: new Map([['DISABLE_DATABASE_MIGRATIONS', { value: 'true' }]]),
  });
  const findings = TargetFindings.parse(
    targetFindings(found(deployment('retool'), [deployment('retool'), quiet]), cluster(), of),
  );
  expect(findings).toMatchObject({
    deployments: [
      { name: 'retool', mayMigrate: true, requests: { cpuMillis: 2000, memoryMiB: 4096 } },
      { name: 'worker', role: 'workflow-worker', mayMigrate: false },
    ],
    encryptionKey: { secretArn: null, fingerprint: '18' },
    encryption: { gcm: false, v2: false },
    problems: [],
  });
  expect(JSON.stringify(findings)).not.toContain('the encryption key');
});

test('a flag that comes, or may come, from an object that is not read is not known', () => {
  const from = { secret: { name: 's', key: 'k' } };
  const named = deployment('retool', { environment: new Map([['USE_GCM_ENCRYPTION', from]]) });
  expect(targetFindings(found(named), cluster(), of).encryption).toMatchObject({ gcm: null, v2: false });
  const flags = new Map([
    ['USE_GCM_ENCRYPTION', { value: 'true' }],
    ['USE_ENCRYPTION_V2', { value: 'false' }],
  ]);
  const stated = targetFindings(found(deployment('retool', { environment: flags })), cluster(), of);
  expect(stated.encryption).toMatchObject({ gcm: true, v2: false });
  const taking = (complete: boolean) => {
    const bundle = { kind: 'secret' as const, name: 'extra-env-vars', through: null, complete };
    return targetFindings({ ...found(), environmentFrom: [bundle] }, cluster(), of);
  };
  expect(taking(false)).toMatchObject({
    encryption: { gcm: null, v2: null },
    problems: [
      {
        kind: 'not-looked',
        severity: 'INFO',
        where: 'Secret extra-env-vars',
        todo: expect.stringMatching(/all Secrets/),
      },
    ],
  });
  expect(taking(true)).toMatchObject({ encryption: { gcm: false, v2: false }, problems: [] });
});

test('values are told only of variables that are known to be no secret', () => {
  const environment = new Map([
    ['BASE_DOMAIN', { value: 'https://retool.example.com' }],
    ['LICENSE_KEY', { value: 'licence' }],
    ['ACME_A', { value: 'whatever' }],
    ['JWT_SECRET', { secret: { name: 'jwt', key: 'secret' } }],
  ]);
  expect(describeVariables(environment, (secret) => `${secret.length}`)).toEqual([
    { name: 'ACME_A', from: 'value', reference: null, value: null, fingerprint: '8' },
    { name: 'BASE_DOMAIN', from: 'value', reference: null, value: 'https://retool.example.com', fingerprint: null },
    { name: 'JWT_SECRET', from: 'secret', reference: 'jwt/secret', value: null, fingerprint: null },
    { name: 'LICENSE_KEY', from: 'value', reference: null, value: null, fingerprint: '7' },
  ]);
});

describe('two releases', () => {
  const release = (namespace: string, deploymentName: string) => ({
    namespace,
    release: null,
    deployment: deploymentName,
  });

  test('in one namespace stop the run', () => {
    expect(releaseProblems('retool', [release('retool', 'a'), release('retool', 'b')])).toMatchObject([
      { kind: 'release-ambiguous', severity: 'BLOCKER', where: 'retool/a, retool/b', todo: expect.any(String) },
    ]);
  });

  test('in two namespaces are said', () => {
    expect(releaseProblems('retool', [release('retool', 'a'), release('staging', 'b')])).toMatchObject([
      { kind: 'release-ambiguous', severity: 'INFO', where: 'staging/b' },
    ]);
    expect(releaseProblems('retool', [release('retool', 'a')])).toEqual([]);
    expect(releaseProblems('retool', [release('staging', 'b')])).toMatchObject([{ severity: 'BLOCKER' }]);
  });

  test('are not overlooked where only one namespace may be listed, and what was not seen is said', () => {
    const two = [deployment('retool'), deployment('retool-green')];
    const findings = targetFindings(found(two[0], two), { ...cluster(), deployments: null }, of);
    expect(findings.releases).toBeNull();
    expect(findings.problems.map(({ kind, severity }) => [kind, severity])).toEqual([
      ['release-ambiguous', 'BLOCKER'],
      ['not-looked', 'INFO'],
    ]);
  });
});

test('add-ons are found by API group or image, and unknown where nobody may look', () => {
  const others = [{ name: 'tools/watch', images: ['proxy:1', 'ghcr.io/stakater/reloader:v1.4.1'] }];
  const none = { autoMode: false, managedAddOns: [] as string[] | null };
  const seen = (groups: string[], list: typeof others | null, plane = none) =>
    addOnsOf(groups, list, plane).map(({ present }) => present);
  const agent = { autoMode: false, managedAddOns: ['coredns', 'eks-pod-identity-agent'] };
  expect(seen(['external-secrets.io', 'elbv2.k8s.aws'], others, agent)).toEqual([true, true, true, true]);
  expect(seen([], [])).toEqual([false, false, false, false]);
  expect(seen([], null, { autoMode: false, managedAddOns: null })).toEqual([false, null, false, null]);
  expect(seen([], [], { autoMode: true, managedAddOns: [] })).toEqual([false, false, true, true]);
});

test('a key with a line break at its end is no key', () => {
  const findings = targetFindings({ ...found(), encryptionKey: 'the key\n' }, cluster(), of);
  expect(findings.problems).toMatchObject([{ kind: 'encryption-key-format', severity: 'BLOCKER' }]);
});
