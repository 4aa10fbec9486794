import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAcm } from '../../lib/local/acm/acm.ts';
import { createApplicationAutoScaling } from '../../lib/local/applicationautoscaling/applicationautoscaling.ts';
import { createCloudWatch } from '../../lib/local/cloudwatch/cloudwatch.ts';
import { createEcs, type EcsOptions } from '../../lib/local/ecs/ecs.ts';
import { createEks } from '../../lib/local/eks/eks.ts';
import { createElasticLoadBalancing } from '../../lib/local/elasticloadbalancing/elasticloadbalancing.ts';
import type { Engine } from '../../lib/local/engine/engine.ts';
import { createKms } from '../../lib/local/kms/kms.ts';
import { createLoadBalancers } from '../../lib/local/loadbalancer/load-balancers.ts';
import { createRds } from '../../lib/local/rds/rds.ts';
import { createRoute53 } from '../../lib/local/route53/route53.ts';
import { createS3 } from '../../lib/local/s3/s3.ts';
import { createSecretsManager } from '../../lib/local/secretsmanager/secretsmanager.ts';
import { createSes } from '../../lib/local/ses/ses.ts';
import { createSsm } from '../../lib/local/ssm/ssm.ts';
import { statesEndpoint } from '../../lib/local/states/endpoint.ts';
import { taskNames, tasks } from '../../lib/workflow/registry.ts';
import { createManualClock } from '../support/manual-clock.ts';

const directory = mkdtempSync(join(tmpdir(), 'passage-endpoints-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('the simulated account answers every action that a task takes', () => {
  const shared = { clock: createManualClock(), authorize: () => {}, accountId: '000000000000', region: 'eu-west-1' };
  const under = (name: string) => ({ ...shared, directory: join(directory, name) });
  const endpoints = [
    ...[
      createS3(under('s3')),
      createSecretsManager(under('secrets')),
      createSsm(under('ssm')),
      createKms(under('kms')),
    ],
    ...[createRoute53(under('route53')), createSes(under('ses')), createEks(shared)],
    ...[createAcm(under('acm')), createElasticLoadBalancing({ ...shared, loadBalancers: createLoadBalancers() })],
    ...[createApplicationAutoScaling(under('scaling')), createRds(shared), createCloudWatch(shared)],
    // Nothing is run: only what they answer is asked.
    createEcs({ ...under('ecs') } as unknown as EcsOptions),
    { endpoint: statesEndpoint({ engine: {} as Engine, authorize: shared.authorize }) },
  ];
  const answered = new Set(
    endpoints.flatMap(({ endpoint: { service, prefix = service, operations } }) =>
      operations.map((name) => `${prefix}:${name}`),
    ),
  );
  const taken = taskNames.flatMap((name) =>
    Object.values(tasks[name].uses as Record<string, readonly string[]>)
      .flat()
      .filter((action) => !answered.has(action))
      .map((action) => `${name}: ${action}`),
  );
  expect(answered.size).toBeGreaterThan(taskNames.length / 2);
  expect(taken).toEqual([]);
});
