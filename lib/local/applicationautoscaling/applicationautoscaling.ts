import { join } from 'node:path';
import type { ScalableTarget, ScalingPolicy, ScheduledAction } from '@aws-sdk/client-application-auto-scaling';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { openStateFile } from '../state-file.ts';
import { type Authorize, AwsError, type Endpoint, type Principal } from '../wire/endpoint.ts';
import { epochSeconds, jsonEndpoint, operation } from '../wire/json.ts';

interface ApplicationAutoScalingOptions {
  /** Holds `targets.json`. */
  readonly directory: string;
  readonly authorize: Authorize;
  readonly clock: Clock;
  readonly accountId: string;
  readonly region: string;
}

/** An ECS service that is scaled, as its owner has set it up. */
interface ScaledService {
  readonly cluster: string;
  readonly service: string;
  readonly min: number;
  readonly max: number;
  readonly policies?: readonly Pick<ScalingPolicy, 'PolicyName' | 'PolicyType'>[];
  readonly scheduled?: readonly Pick<
    ScheduledAction,
    'ScheduledActionName' | 'Schedule' | 'Timezone' | 'ScalableTargetAction'
  >[];
}

export interface ApplicationAutoScaling {
  readonly endpoint: Endpoint;
  /** Registers the service, unless it is there, which then keeps its bounds and what is suspended. */
  scale(service: ScaledService): void;
}

interface Target {
  readonly ResourceId: string;
  MinCapacity: number;
  MaxCapacity: number;
  readonly SuspendedState: NonNullable<ScalableTarget['SuspendedState']>;
  readonly policies: NonNullable<ScaledService['policies']>;
  readonly scheduled: NonNullable<ScaledService['scheduled']>;
  /** Milliseconds since the epoch. */
  readonly created: number;
}

const DIMENSION = 'ecs:service:DesiredCount';
const nothingSuspended = {
  DynamicScalingInSuspended: false,
  DynamicScalingOutSuspended: false,
  ScheduledScalingSuspended: false,
};

const dimension = z.literal(DIMENSION);
const resourceId = z.string().regex(/^service\/[^/]+\/[^/]+$/, 'must be service/<cluster>/<service>');
const asked = {
  ServiceNamespace: z.literal('ecs'),
  ScalableDimension: dimension.optional(),
  MaxResults: z.int().min(1).max(50).default(50),
  NextToken: z.string().optional(),
};
const ofOne = z.object({ ...asked, ResourceId: resourceId.optional() });
const capacity = z.int().min(0).optional();

/** Application Auto Scaling on loopback, for ECS services. It remembers and tells; it scales nothing by itself. */
export function createApplicationAutoScaling(options: ApplicationAutoScalingOptions): ApplicationAutoScaling {
  const { authorize, clock, accountId, region } = options;
  const file = openStateFile<{ targets: Target[] }>(join(options.directory, 'targets.json'), { targets: [] });
  const { targets } = file.value;
  const arn = (resource: string) => `arn:aws:application-autoscaling:${region}:${accountId}:${resource}`;
  // Describing knows neither a resource nor a condition key.
  const may = (principal: Principal, action: string) => authorize(principal, `application-autoscaling:${action}`, '*');
  const common = ({ ResourceId, created }: Target) => ({
    ServiceNamespace: 'ecs',
    ResourceId,
    ScalableDimension: DIMENSION,
    CreationTime: epochSeconds(created),
  });
  const find = (id: string | undefined) => targets.filter(({ ResourceId }) => id === undefined || ResourceId === id);

  const endpoint = jsonEndpoint({
    service: 'application-autoscaling',
    targetPrefix: 'AnyScaleFrontendService',
    version: '1.1',
    operations: {
      DescribeScalableTargets: operation(
        z.object({ ...asked, ResourceIds: z.array(z.string()).max(50).optional() }),
        (input, { principal }) => {
          may(principal, 'DescribeScalableTargets');
          const found = targets.filter(
            ({ ResourceId }) => !input.ResourceIds || input.ResourceIds.includes(ResourceId),
          );
          return paged('ScalableTargets', input, found, (target) => ({
            ...common(target),
            ScalableTargetARN: arn('scalable-target/0ec5acme'),
            MinCapacity: target.MinCapacity,
            MaxCapacity: target.MaxCapacity,
            SuspendedState: target.SuspendedState,
            RoleARN: `arn:aws:iam::${accountId}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService`,
          }));
        },
      ),
      DescribeScalingPolicies: operation(ofOne, (input, { principal }) => {
        may(principal, 'DescribeScalingPolicies');
        const found = find(input.ResourceId).flatMap((target) => target.policies.map((policy) => ({ target, policy })));
        return paged('ScalingPolicies', input, found, ({ target, policy }) => ({
          ...common(target),
          ...policy,
          PolicyARN: arn(`scalingPolicy:${target.ResourceId}:policyName/${policy.PolicyName}`),
          Alarms: [],
        }));
      }),
      DescribeScheduledActions: operation(ofOne, (input, { principal }) => {
        may(principal, 'DescribeScheduledActions');
        const found = find(input.ResourceId).flatMap((target) =>
          target.scheduled.map((action) => ({ target, action })),
        );
        return paged('ScheduledActions', input, found, ({ target, action }) => ({
          ...common(target),
          ...action,
          ScheduledActionARN: arn(
            `scheduledAction:${target.ResourceId}:scheduledActionName/${action.ScheduledActionName}`,
          ),
        }));
      }),
      RegisterScalableTarget: operation(
        z.object({
          ServiceNamespace: z.literal('ecs'),
          ScalableDimension: dimension,
          ResourceId: resourceId,
          MinCapacity: capacity,
          MaxCapacity: capacity,
          SuspendedState: z
            .object({
              DynamicScalingInSuspended: z.boolean().optional(),
              DynamicScalingOutSuspended: z.boolean().optional(),
              ScheduledScalingSuspended: z.boolean().optional(),
            })
            .optional(),
        }),
        ({ ResourceId, MinCapacity, MaxCapacity, SuspendedState }, { principal }) => {
          authorize(principal, 'application-autoscaling:RegisterScalableTarget', arn('scalable-target/*'), {
            'application-autoscaling:service-namespace': 'ecs',
            'application-autoscaling:scalable-dimension': DIMENSION,
          });
          const [present] = find(ResourceId);
          if (!present && (MinCapacity === undefined || MaxCapacity === undefined)) {
            throw new AwsError(
              'ValidationException',
              400,
              'MinCapacity and MaxCapacity are required when registering a new scalable target',
            );
          }
          const target = present ?? register({ ResourceId, MinCapacity: 0, MaxCapacity: 0 });
          target.MinCapacity = MinCapacity ?? target.MinCapacity;
          target.MaxCapacity = MaxCapacity ?? target.MaxCapacity;
          Object.assign(target.SuspendedState, SuspendedState);
          file.save();
          return { ScalableTargetARN: arn('scalable-target/0ec5acme') };
        },
      ),
    },
  });

  function register(target: Pick<Target, 'ResourceId' | 'MinCapacity' | 'MaxCapacity'> & Partial<Target>): Target {
    const made = {
      policies: [],
      scheduled: [],
      SuspendedState: { ...nothingSuspended },
      created: clock.now(),
      ...target,
    };
    targets.push(made);
    return made;
  }

  return {
    endpoint,
    scale({ cluster, service, min, max, policies = [], scheduled = [] }) {
      const ResourceId = `service/${cluster}/${service}`;
      if (find(ResourceId).length > 0) return;
      register({ ResourceId, MinCapacity: min, MaxCapacity: max, policies, scheduled });
      file.save();
    },
  };
}

/** One page under its name; the token is opaque to callers, here it is where the next page begins. */
function paged<T>(
  name: string,
  { MaxResults, NextToken }: { MaxResults: number; NextToken?: string | undefined },
  all: readonly T[],
  render: (item: T) => object,
): object {
  const from = Number(NextToken ?? 0);
  if (!Number.isInteger(from)) throw new AwsError('InvalidNextTokenException', 400, 'The next token is not valid.');
  const to = from + MaxResults;
  return { [name]: all.slice(from, to).map(render), NextToken: to < all.length ? String(to) : undefined };
}
