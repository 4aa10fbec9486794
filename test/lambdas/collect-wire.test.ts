import { join } from 'node:path';
import { Route53Client } from '@aws-sdk/client-route-53';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { collectDns } from '../../lambdas/collect-dns/handler.ts';
import { collectTarget } from '../../lambdas/collect-target/handler.ts';
import { applicationOver } from '../../lib/adapters/kubernetes/application.ts';
import { survey } from '../../lib/adapters/kubernetes/survey.ts';
import { route53 as dnsOver } from '../../lib/adapters/route53.ts';
import { rbacFor } from '../../lib/kubernetes/rbac.ts';
import { createRoute53, type Route53 } from '../../lib/local/route53/route53.ts';
import { DnsFindings, TargetFindings } from '../../lib/workflow/documents/collected.ts';
import { type Account, startAccount } from '../local/account.ts';
import { startTestKubernetes, type TestKubernetes, WORKER } from '../local/kubernetes/cluster.ts';
import { lease } from '../support/run-documents.ts';
import { call } from './account.ts';
import { uncollected, written } from './collecting.ts';

/** Bad input as unmodified clients meet it, over the wire of the simulated cluster and account. */

describe('a target cluster', () => {
  type Manifest = Parameters<TestKubernetes['kubernetes']['apply']>[0];
  let cluster: TestKubernetes;
  beforeEach(async () => {
    cluster = await startTestKubernetes();
    for (const item of rbacFor('retool').items as Manifest[]) cluster.kubernetes.apply(item);
    cluster.entries = [...cluster.entries, { principalArn: WORKER, kubernetesGroups: ['passage:reader'] }];
  });
  afterEach(() => cluster.close());

  const release = (namespace: string, name: string): Manifest => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name, 'telemetry.retool.com/service-name': 'main-backend' } },
        spec: {
          containers: [
            {
              name: 'retool',
              image: 'tryretool/backend:3.148.5-stable',
              env: [
                { name: 'POSTGRES_HOST', value: 'target.invalid' },
                { name: 'POSTGRES_DB', value: 'retool' },
                { name: 'ENCRYPTION_KEY', valueFrom: { secretKeyRef: { name: 'encryption-key', key: 'k' } } },
              ],
            },
          ],
        },
      },
    },
  });
  const collect = async () => {
    const it = uncollected();
    await collectTarget.run(
      {
        ...it,
        secrets: { ...it.secrets, login: async () => ({ username: 'master', password: 'hush' }) },
        survey: async () => ({
          ...(await survey(await cluster.connect(WORKER))),
          ...{ autoMode: false, managedAddOns: null },
        }),
        application: (_, namespace) => applicationOver(() => cluster.connect(WORKER), namespace),
      },
      { lease, look: 'first' },
      call,
    );
    return TargetFindings.parse(written(it, 'target'));
  };

  test('with two releases in the namespace, an Ingress that is not there, and a key whose Secret is missing', async () => {
    for (const name of ['blue', 'green']) cluster.kubernetes.apply(release('retool', name));
    const found = await collect();
    expect(found).toMatchObject({ namespace: 'retool', ingress: null, encryptionKey: null, quotas: [] });
    expect(found.problems).toMatchObject([
      { kind: 'secret-unreadable', severity: 'BLOCKER', where: 'deployment blue: Secret encryption-key/k' },
      { kind: 'release-ambiguous', severity: 'BLOCKER', where: 'retool/blue, retool/green' },
    ]);
  });

  test('with the release in another namespace than the configured one', async () => {
    cluster.kubernetes.apply(release('staging', 'blue'));
    const found = await collect();
    expect(found).toMatchObject({ namespace: null, deployments: [] });
    expect(found.problems).toMatchObject([
      { kind: 'target-missing', what: expect.stringMatching(/namespace "retool".*namespace "staging" has one/) },
      { kind: 'database-unnamed', severity: 'BLOCKER' },
    ]);
  });
});

describe('Route 53', () => {
  let account: Account;
  let zones: Route53;
  beforeEach(async () => {
    account = await startAccount(({ directory, ...context }) => {
      zones = createRoute53({ ...context, directory: join(directory, 'route53'), propagationMs: 0 });
      return [zones.endpoint];
    });
  });
  afterEach(() => account.close());

  const collect = async () => {
    const it = uncollected();
    const dns = dnsOver(new Route53Client(account.client()));
    await collectDns.run({ ...it, dns, ask: async () => [] }, { lease, look: 'first' }, call);
    return DnsFindings.parse(written(it, 'dns'));
  };
  const cname = { name: 'retool.acme.example.com', type: 'CNAME', ttl: 60, values: ['ecs.elb.example.com'] };

  test('with a second zone that answers for the name', async () => {
    zones.createHostedZone('acme.example.com', { id: 'Z0ACME' });
    zones.put('Z0ACME', [cname]);
    expect(await collect()).toMatchObject({ records: [{ type: 'CNAME', ttl: 60 }], rivals: [], problems: [] });
    zones.createHostedZone('retool.acme.example.com', { id: 'Z1INSIDE' });
    expect((await collect()).problems).toMatchObject([{ kind: 'zone-split', severity: 'WARNING', where: 'Z1INSIDE' }]);
  });

  test('without the zone of the configuration', async () => {
    await expect(collect()).rejects.toMatchObject({
      name: 'ConfigurationInvalid',
      message: expect.stringMatching(/dns\.hostedZoneId: there is no Route 53 hosted zone Z0ACME/),
    });
  });
});
