import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Deployment, Variable } from '../../../lib/adapters/kubernetes/deployments.ts';
import { wholeEnvironment } from '../../../lib/adapters/kubernetes/whole-environment.ts';
import { rbacFor } from '../../../lib/kubernetes/rbac.ts';
import { startTestKubernetes, type TestKubernetes, WORKER } from '../../local/kubernetes/cluster.ts';
import { target } from '../../support/run-documents.ts';

let cluster: TestKubernetes;
type Manifest = Parameters<TestKubernetes['kubernetes']['apply']>[0];
type From = Deployment['environmentFrom'][number];

const namespace = 'retool';
const encoded = (data: Record<string, string>) =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
const object = (apiVersion: string, kind: string, name: string, more: object): Manifest => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  ...more,
});
const externalSecret = (name: string, spec: object) =>
  object('external-secrets.io/v1beta1', 'ExternalSecret', name, { spec });
const data = (...keys: string[]) => keys.map((secretKey) => ({ secretKey, remoteRef: { key: 'store' } }));

beforeAll(async () => {
  cluster = await startTestKubernetes();
  const { kubernetes } = cluster;
  for (const item of rbacFor(namespace).items as Manifest[]) kubernetes.apply(item);
  kubernetes.apply({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'externalsecrets.external-secrets.io' },
    spec: {
      group: 'external-secrets.io',
      names: { plural: 'externalsecrets', kind: 'ExternalSecret' },
      scope: 'Namespaced',
      versions: [{ name: 'v1beta1', served: true, storage: true }],
    },
  });
  kubernetes.apply(
    object('v1', 'ConfigMap', 'settings', { data: { BASE_DOMAIN: 'https://a', USE_GCM_ENCRYPTION: 'true' } }),
  );
  const variables = { USE_GCM_ENCRYPTION: 'true', ENCRYPTION_KEY_OLD: 'the key before' };
  kubernetes.apply(object('v1', 'Secret', 'extra-env-vars', { data: encoded(variables) }));
  kubernetes.apply(object('v1', 'Secret', 'jwt-secret', { data: encoded({ JWT_SECRET: 'the jwt secret' }) }));
  kubernetes.apply(object('v1', 'Secret', 'encryption-key', { data: encoded({ ENCRYPTION_KEY: 'the key' }) }));
  kubernetes.apply(
    externalSecret('extra-env-vars', { dataFrom: [{ extract: { key: 'retool/acme/extra-env-vars' } }] }),
  );
  kubernetes.apply(externalSecret('signing', { target: { name: 'jwt-secret' }, data: data('JWT_SECRET') }));
  kubernetes.apply(externalSecret('whole', { data: data('SMTP_HOST'), dataFrom: [{ extract: { key: 'store' } }] }));
  kubernetes.apply(
    externalSecret('templated', { data: data('raw'), target: { template: { data: { LICENSE_KEY: '{{ .raw }}' } } } }),
  );
});
afterAll(() => cluster.close());
beforeEach(() => {
  cluster.entries.splice(0, cluster.entries.length, { principalArn: WORKER, kubernetesGroups: ['passage:reader'] });
});

const from = (kind: From['kind'], name: string, prefix = ''): From => ({ kind, name, prefix });
const read = async (environmentFrom: From[], environment: Record<string, Variable> = {}) => {
  const deployment: Deployment = {
    ...target().deployments[0]!,
    namespace,
    environment: new Map(Object.entries(environment)),
    environmentFrom,
  };
  const { environment: whole, sources } = await wholeEnvironment(await cluster.connect(WORKER), namespace, deployment);
  return { variables: Object.fromEntries(whole), sources };
};

describe('with the rights of the RBAC file', () => {
  test('a ConfigMap tells keys and values, and a single key of one its value', async () => {
    const own = { LOG_LEVEL: { from: 'config-map' as const, reference: 'settings/USE_GCM_ENCRYPTION' } };
    expect(await read([from('config-map', 'settings', 'RETOOL_')], own)).toEqual({
      variables: {
        RETOOL_BASE_DOMAIN: { value: 'https://a', from: 'config-map', reference: 'settings/BASE_DOMAIN' },
        RETOOL_USE_GCM_ENCRYPTION: { value: 'true', from: 'config-map', reference: 'settings/USE_GCM_ENCRYPTION' },
        LOG_LEVEL: { value: 'true', from: 'config-map', reference: 'settings/USE_GCM_ENCRYPTION' },
      },
      sources: [{ kind: 'config-map', name: 'settings', through: 'ConfigMap settings', complete: true }],
    });
  });

  test('of a Secret the ExternalSecret that makes it tells the keys, and nobody the values', async () => {
    const found = await read([from('secret', 'jwt-secret'), from('secret', 'templated')]);
    expect(found).toEqual({
      variables: {
        JWT_SECRET: { secret: { name: 'jwt-secret', key: 'JWT_SECRET' } },
        LICENSE_KEY: { secret: { name: 'templated', key: 'LICENSE_KEY' } },
      },
      sources: [
        { kind: 'secret', name: 'jwt-secret', through: 'ExternalSecret signing', complete: true },
        { kind: 'secret', name: 'templated', through: 'ExternalSecret templated', complete: true },
      ],
    });
    expect(JSON.stringify(found)).not.toContain('the jwt secret');
  });

  test('keys that come from a store as a whole are not all known', async () => {
    expect(await read([from('secret', 'whole')])).toEqual({
      variables: { SMTP_HOST: { secret: { name: 'whole', key: 'SMTP_HOST' } } },
      sources: [{ kind: 'secret', name: 'whole', through: 'ExternalSecret whole', complete: false }],
    });
  });

  test('of the Secret of the variables that moved along all keys are known, though it is made from a store as a whole', async () => {
    const secret = (key: string) => ({ name: 'extra-env-vars', key });
    expect(await read([from('secret', 'extra-env-vars')])).toEqual({
      variables: {
        USE_GCM_ENCRYPTION: { value: 'true', secret: secret('USE_GCM_ENCRYPTION') },
        ENCRYPTION_KEY_OLD: { value: 'the key before', secret: secret('ENCRYPTION_KEY_OLD') },
      },
      sources: [{ kind: 'secret', name: 'extra-env-vars', through: 'Secret extra-env-vars', complete: true }],
    });
  });

  test('a Secret that RBAC names is read', async () => {
    expect(await read([from('secret', 'encryption-key')])).toMatchObject({
      variables: { ENCRYPTION_KEY: { value: 'the key', secret: { name: 'encryption-key' } } },
      sources: [{ through: 'Secret encryption-key', complete: true }],
    });
  });

  test('what comes later wins, and its own variables over all', async () => {
    const found = await read([from('config-map', 'settings'), from('config-map', 'settings')], {
      BASE_DOMAIN: { value: 'https://own' },
    });
    expect(found.variables).toMatchObject({ BASE_DOMAIN: { value: 'https://own' } });
  });

  test('of what nothing tells, nothing is known', async () => {
    expect((await read([from('secret', 'by-hand'), from('config-map', 'gone')])).sources).toEqual([
      { kind: 'secret', name: 'by-hand', through: null, complete: false },
      { kind: 'config-map', name: 'gone', through: null, complete: false },
    ]);
  });
});

test('without any right nothing is known, and nothing fails', async () => {
  cluster.entries.splice(0, cluster.entries.length, { principalArn: WORKER, kubernetesGroups: ['passage:launcher'] });
  const own = { LOG_LEVEL: { from: 'config-map' as const, reference: 'settings/BASE_DOMAIN' } };
  expect(await read([from('config-map', 'settings'), from('secret', 'extra-env-vars')], own)).toEqual({
    variables: own,
    sources: [
      { kind: 'config-map', name: 'settings', through: null, complete: false },
      { kind: 'secret', name: 'extra-env-vars', through: null, complete: false },
    ],
  });
});
