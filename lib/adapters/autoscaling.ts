import {
  type ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  type ScalableTarget,
  type ScheduledAction,
} from '@aws-sdk/client-application-auto-scaling';
import type { Autoscaling } from '../workflow/documents/capacity.ts';
import { isDenied, refused } from './refused.ts';

export interface ServiceScaling {
  /** Those of the services that are scaled, by name; null where Passage may not look. ServiceUnavailable otherwise. */
  of(cluster: string, services: readonly string[]): Promise<ReadonlyMap<string, Autoscaling> | null>;
}

/** DescribeScalableTargets takes as many resources at a time. */
const PAGE = 50;

const ECS = { ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount' } as const;

/** What moves the desired count of ECS services by itself: scalable targets, their policies and scheduled actions. */
export function serviceScaling(client: ApplicationAutoScalingClient): ServiceScaling {
  async function targets(ids: readonly string[]): Promise<ScalableTarget[]> {
    const found: ScalableTarget[] = [];
    for (let from = 0; from < ids.length; from += PAGE) {
      const ResourceIds = ids.slice(from, from + PAGE);
      const page = (NextToken?: string) =>
        client.send(new DescribeScalableTargetsCommand({ ...ECS, ResourceIds, NextToken }));
      found.push(...(await everyPage(page, ({ ScalableTargets }) => ScalableTargets)));
    }
    return found;
  }

  async function describe(target: ScalableTarget): Promise<Autoscaling> {
    const of = { ...ECS, ResourceId: target.ResourceId };
    const [policies, scheduled] = await Promise.all([
      everyPage(
        (NextToken) => client.send(new DescribeScalingPoliciesCommand({ ...of, NextToken })),
        ({ ScalingPolicies }) => ScalingPolicies,
      ),
      everyPage(
        (NextToken) => client.send(new DescribeScheduledActionsCommand({ ...of, NextToken })),
        ({ ScheduledActions }) => ScheduledActions,
      ),
    ]);
    const { DynamicScalingOutSuspended, ScheduledScalingSuspended } = target.SuspendedState ?? {};
    return {
      min: target.MinCapacity ?? 0,
      max: target.MaxCapacity ?? 0,
      policies: policies.map(({ PolicyName }) => PolicyName ?? ''),
      scheduled: scheduled.map(readAction),
      suspended: { scaleOut: DynamicScalingOutSuspended ?? false, scheduled: ScheduledScalingSuspended ?? false },
    };
  }

  return {
    async of(cluster, services) {
      const prefix = `service/${cluster}/`;
      try {
        const scaled = new Map<string, Autoscaling>();
        for (const target of await targets(services.map((service) => prefix + service))) {
          scaled.set(target.ResourceId?.slice(prefix.length) ?? '', await describe(target));
        }
        return scaled;
      } catch (error) {
        if (isDenied(error)) return null;
        throw refused(`describe the auto scaling of services of ECS cluster "${cluster}"`, error);
      }
    },
  };
}

const readAction = (action: ScheduledAction): Autoscaling['scheduled'][number] => ({
  name: action.ScheduledActionName ?? '',
  schedule: action.Schedule ?? '',
  timezone: action.Timezone ?? null,
  min: action.ScalableTargetAction?.MinCapacity ?? null,
  max: action.ScalableTargetAction?.MaxCapacity ?? null,
  until: action.EndTime?.toISOString() ?? null,
});

async function everyPage<Page extends { NextToken?: string | undefined }, Item>(
  send: (nextToken?: string) => Promise<Page>,
  items: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
  const all: Item[] = [];
  let next: string | undefined;
  do {
    const page = await send(next);
    all.push(...(items(page) ?? []));
    next = page.NextToken;
  } while (next);
  return all;
}
