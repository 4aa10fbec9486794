import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  type ApplicationAutoScaling,
  createApplicationAutoScaling,
} from '../../../lib/local/applicationautoscaling/applicationautoscaling.ts';
import { type Account, type AccountContext, accountId, region, startAccount } from '../account.ts';

let account: Account;
let context: AccountContext;
let scaling: ApplicationAutoScaling;
let client: ApplicationAutoScalingClient;
const open = () => createApplicationAutoScaling({ ...context, accountId, region });

beforeAll(async () => {
  account = await startAccount((given) => {
    context = given;
    scaling = open();
    return [scaling.endpoint];
  });
  client = new ApplicationAutoScalingClient(account.client());
  scaling.scale({
    cluster: 'acme',
    service: 'web',
    min: 2,
    max: 6,
    policies: [{ PolicyName: 'cpu', PolicyType: 'TargetTrackingScaling' }],
    scheduled: [
      {
        ScheduledActionName: 'morning',
        Schedule: 'cron(0 7 * * ? *)',
        Timezone: 'Europe/Berlin',
        ScalableTargetAction: { MinCapacity: 2 },
      },
    ],
  });
  scaling.scale({ cluster: 'acme', service: 'jobs', min: 1, max: 1 });
});
afterAll(async () => {
  client.destroy();
  expect(account.defects).toEqual([]);
  await account.close();
});

const ecs = { ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount' } as const;
const web = { ...ecs, ResourceId: 'service/acme/web' };
const targets = async (...ids: string[]) =>
  (await client.send(new DescribeScalableTargetsCommand({ ...ecs, ResourceIds: ids }))).ScalableTargets ?? [];

test('describes targets by their ids, with what sets them off', async () => {
  expect(await targets('service/acme/web', 'service/acme/other')).toMatchObject([
    {
      ...web,
      MinCapacity: 2,
      MaxCapacity: 6,
      CreationTime: expect.any(Date),
      SuspendedState: { DynamicScalingOutSuspended: false, ScheduledScalingSuspended: false },
    },
  ]);
  const { ScalingPolicies } = await client.send(new DescribeScalingPoliciesCommand(web));
  expect(ScalingPolicies).toMatchObject([{ ...web, PolicyName: 'cpu', PolicyType: 'TargetTrackingScaling' }]);
  const { ScheduledActions } = await client.send(new DescribeScheduledActionsCommand(web));
  expect(ScheduledActions).toMatchObject([
    { ...web, ScheduledActionName: 'morning', Timezone: 'Europe/Berlin', ScalableTargetAction: { MinCapacity: 2 } },
  ]);
});

test('answers page after page', async () => {
  const page = (NextToken?: string) =>
    client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs', MaxResults: 1, NextToken }));
  const first = await page();
  const second = await page(first.NextToken);
  expect([first, second].map(({ ScalableTargets }) => ScalableTargets?.[0]?.ResourceId)).toEqual([
    'service/acme/web',
    'service/acme/jobs',
  ]);
  expect(second.NextToken).toBeUndefined();
  await expect(page('not mine')).rejects.toMatchObject({ name: 'InvalidNextTokenException' });
});

test('what its owner suspends stays so when the world is started again', async () => {
  const SuspendedState = { DynamicScalingOutSuspended: true, ScheduledScalingSuspended: true };
  await client.send(new RegisterScalableTargetCommand({ ...web, SuspendedState }));
  const again = open();
  again.scale({ cluster: 'acme', service: 'web', min: 1, max: 1 });
  const other = await startAccount(() => [again.endpoint]);
  const reader = new ApplicationAutoScalingClient(other.client());
  const { ScalableTargets } = await reader.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }));
  reader.destroy();
  await other.close();
  const kept = {
    MinCapacity: 2,
    MaxCapacity: 6,
    SuspendedState: { ...SuspendedState, DynamicScalingInSuspended: false },
  };
  expect(ScalableTargets?.[0]).toMatchObject(kept);
  expect(await targets('service/acme/web')).toMatchObject([kept]);
});

test('a new target needs its bounds; whoever may not look is refused by the name of the action', async () => {
  const other = { ...ecs, ResourceId: 'service/acme/other' };
  await expect(client.send(new RegisterScalableTargetCommand(other))).rejects.toMatchObject({
    name: 'ValidationException',
  });
  const nobody = new ApplicationAutoScalingClient(account.client(account.role('Nobody')));
  for (const command of [
    new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }),
    new DescribeScalingPoliciesCommand({ ServiceNamespace: 'ecs' }),
    new DescribeScheduledActionsCommand({ ServiceNamespace: 'ecs' }),
    new RegisterScalableTargetCommand(web),
  ]) {
    await expect(nobody.send(command as DescribeScalableTargetsCommand)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`application-autoscaling:${command.constructor.name.replace('Command', '')}`),
    });
  }
  nobody.destroy();
});
