import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  type ScalableTarget,
} from '@aws-sdk/client-application-auto-scaling';
import { mockClient } from 'aws-sdk-client-mock';
import { serviceScaling } from '../../lib/adapters/autoscaling.ts';
import { Autoscaling } from '../../lib/workflow/documents/capacity.ts';
import { declared, sdkError } from '../support/declared.ts';

const mock = mockClient(ApplicationAutoScalingClient);
const scaling = serviceScaling(new ApplicationAutoScalingClient({ region: 'eu-west-1' }));
beforeEach(() => {
  mock.reset();
  mock.on(DescribeScalingPoliciesCommand).resolves({});
  mock.on(DescribeScheduledActionsCommand).resolves({});
});

const target = (service: string, more: Partial<ScalableTarget> = {}): ScalableTarget => ({
  ServiceNamespace: 'ecs',
  ResourceId: `service/c/${service}`,
  ScalableDimension: 'ecs:service:DesiredCount',
  MinCapacity: 1,
  MaxCapacity: 4,
  RoleARN: undefined,
  CreationTime: undefined,
  ...more,
});

test('tells bounds, policies and scheduled actions of the services that are scaled', async () => {
  const SuspendedState = { DynamicScalingOutSuspended: true, ScheduledScalingSuspended: false };
  mock.on(DescribeScalableTargetsCommand).resolves({ ScalableTargets: [target('web', { SuspendedState })] });
  const policy = { PolicyName: 'cpu' } as never;
  const other = { PolicyName: 'memory' } as never;
  mock
    .on(DescribeScalingPoliciesCommand, { ResourceId: 'service/c/web', NextToken: undefined })
    .resolves({ ScalingPolicies: [policy], NextToken: 'more' });
  mock.on(DescribeScalingPoliciesCommand, { NextToken: 'more' }).resolves({ ScalingPolicies: [other] });
  const morning = {
    ScheduledActionName: 'morning',
    Schedule: 'cron(0 7 * * ? *)',
    Timezone: 'Europe/Berlin',
    ScalableTargetAction: { MinCapacity: 2 },
    EndTime: new Date('2026-04-01T00:00:00Z'),
  };
  mock.on(DescribeScheduledActionsCommand).resolves({ ScheduledActions: [morning as never] });

  const found = await scaling.of('c', ['web', 'jobs']);
  expect([...(found ?? [])]).toEqual([
    [
      'web',
      {
        min: 1,
        max: 4,
        policies: ['cpu', 'memory'],
        scheduled: [
          {
            name: 'morning',
            schedule: 'cron(0 7 * * ? *)',
            timezone: 'Europe/Berlin',
            min: 2,
            max: null,
            until: '2026-04-01T00:00:00.000Z',
          },
        ],
        suspended: { scaleOut: true, scheduled: false },
      },
    ],
  ]);
  expect(() => Autoscaling.parse(found?.get('web'))).not.toThrow();
});

test('asks for fifty services at a time, and for nothing where there is none', async () => {
  const names = Array.from({ length: 120 }, (_, index) => `s${index}`);
  mock.on(DescribeScalableTargetsCommand).callsFake(({ ResourceIds }: { ResourceIds: string[] }) => ({
    ScalableTargets: [target(ResourceIds.at(-1)?.replace('service/c/', '') ?? '')],
  }));
  expect([...((await scaling.of('c', names))?.keys() ?? [])]).toEqual(['s49', 's99', 's119']);
  mock.resetHistory();
  expect((await scaling.of('c', []))?.size).toBe(0);
  expect(mock.calls()).toHaveLength(0);
});

test.each([
  ['targets', DescribeScalableTargetsCommand],
  ['policies', DescribeScalingPoliciesCommand],
  ['scheduled actions', DescribeScheduledActionsCommand],
])('without the right to see %s nothing is known; what fails otherwise is tried again', async (_, command) => {
  mock.on(DescribeScalableTargetsCommand).resolves({ ScalableTargets: [target('web')] });
  mock.on(command as typeof DescribeScalableTargetsCommand).rejects(sdkError('AccessDeniedException'));
  expect(await scaling.of('c', ['web'])).toBeNull();
  mock.on(command as typeof DescribeScalableTargetsCommand).rejects(sdkError('ConcurrentUpdateException'));
  await expect(scaling.of('c', ['web'])).rejects.toEqual(declared('ServiceUnavailable', /auto scaling.*cluster "c"/));
});
