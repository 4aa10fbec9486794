import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
  ListServicesCommand,
  ListTasksCommand,
  type Service,
  StopTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import type { Architecture, Sizing } from '../workflow/documents/capacity.ts';
import { WorkflowError } from '../workflow/errors.ts';
import { refused } from './refused.ts';

export interface EcsService {
  readonly service: string;
  readonly desiredCount: number;
  /** One task on every instance, whatever the count. */
  readonly daemon: boolean;
  readonly runningCount: number;
  readonly pendingCount: number;
  /** Of its newest deployment, or of its primary task set. */
  readonly taskDefinition: string;
  /** Others of which tasks run, or start: a deployment is under way, or has failed. */
  readonly alsoRunning: readonly string[];
  /** Null where a capacity provider decides. */
  readonly launchType: string | null;
  /** ARNs of the target groups of load balancers. */
  readonly targetGroups: readonly string[];
  readonly executeCommand: boolean;
}

/** A container as its task definition states it. The environment may hold secrets in clear: never let it out of memory. */
export interface EcsContainer {
  readonly name: string;
  readonly image: string;
  readonly environment: ReadonlyMap<string, string>;
  /** Variables whose value is in Secrets Manager or SSM, by `valueFrom`. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Files in S3 with more variables, by ARN. */
  readonly environmentFiles: readonly string[];
  /** Paths at which it has volumes. */
  readonly volumes: readonly string[];
}

interface EcsTaskDefinition {
  /** Of one task: what it states itself, else the sum of its containers. */
  readonly size: Sizing;
  /** Null where it states no `runtimePlatform`. */
  readonly architecture: Architecture | null;
  readonly containers: readonly EcsContainer[];
}

export interface Ecs {
  services(cluster: string): Promise<EcsService[]>;
  describe(cluster: string, services: readonly string[]): Promise<EcsService[]>;
  taskDefinition(arn: string): Promise<EcsTaskDefinition>;
  scale(cluster: string, service: string, desiredCount: number): Promise<void>;
  /** Stops every task of the cluster that was started by this name. */
  stopTasks(cluster: string, startedBy: string, reason: string): Promise<number>;
}

/** DescribeServices takes ten at a time. */
const PAGE = 10;

export function ecs(client: ECSClient): Ecs {
  const describe: Ecs['describe'] = async (cluster, services) => {
    const found: EcsService[] = [];
    for (let from = 0; from < services.length; from += PAGE) {
      const page = services.slice(from, from + PAGE);
      try {
        const answer = await client.send(new DescribeServicesCommand({ cluster, services: page }));
        const missing = answer.failures?.[0];
        if (missing) {
          throw new WorkflowError(
            'SourceNotFound',
            `ECS service ${missing.arn ?? page.join(', ')} of cluster "${cluster}" is ${missing.reason ?? 'missing'}; check the cluster's name in the configuration.`,
          );
        }
        for (const service of answer.services ?? []) {
          found.push({
            service: service.serviceName ?? '',
            desiredCount: service.desiredCount ?? 0,
            daemon: service.schedulingStrategy === 'DAEMON',
            runningCount: service.runningCount ?? 0,
            pendingCount: service.pendingCount ?? 0,
            ...taskDefinitionsOf(service),
            launchType: service.launchType ?? null,
            targetGroups: (service.loadBalancers ?? []).flatMap(({ targetGroupArn }) => targetGroupArn ?? []),
            executeCommand: service.enableExecuteCommand ?? false,
          });
        }
      } catch (error) {
        throw unknownCluster(cluster, error) ?? refused(`describe services of ECS cluster "${cluster}"`, error);
      }
    }
    return found;
  };

  return {
    describe,
    async services(cluster) {
      const arns: string[] = [];
      let nextToken: string | undefined;
      do {
        try {
          const page = await client.send(new ListServicesCommand({ cluster, nextToken }));
          arns.push(...(page.serviceArns ?? []));
          nextToken = page.nextToken;
        } catch (error) {
          throw unknownCluster(cluster, error) ?? refused(`list services of ECS cluster "${cluster}"`, error);
        }
      } while (nextToken);
      return describe(cluster, arns);
    },
    async taskDefinition(arn) {
      try {
        const { taskDefinition } = await client.send(new DescribeTaskDefinitionCommand({ taskDefinition: arn }));
        const containers = taskDefinition?.containerDefinitions ?? [];
        return {
          size: sizeOf(taskDefinition, containers),
          architecture: architectures[taskDefinition?.runtimePlatform?.cpuArchitecture ?? ''] ?? null,
          containers: containers.map((container) => ({
            name: container.name ?? '',
            image: container.image ?? '',
            environment: new Map((container.environment ?? []).map(({ name, value }) => [name ?? '', value ?? ''])),
            secrets: new Map((container.secrets ?? []).map(({ name, valueFrom }) => [name ?? '', valueFrom ?? ''])),
            environmentFiles: (container.environmentFiles ?? []).map(({ value }) => value ?? ''),
            volumes: (container.mountPoints ?? []).flatMap(({ containerPath }) => containerPath ?? []),
          })),
        };
      } catch (error) {
        throw refused(`describe ECS task definition ${arn}`, error);
      }
    },
    async scale(cluster, service, desiredCount) {
      try {
        await client.send(new UpdateServiceCommand({ cluster, service, desiredCount }));
      } catch (error) {
        throw refused(`set ECS service "${service}" to ${desiredCount}`, error);
      }
    },
    async stopTasks(cluster, startedBy, reason) {
      try {
        const { taskArns = [] } = await client.send(new ListTasksCommand({ cluster, startedBy }));
        for (const task of taskArns) await client.send(new StopTaskCommand({ cluster, task, reason }));
        return taskArns.length;
      } catch (error) {
        throw refused(`stop tasks started by "${startedBy}"`, error);
      }
    },
  };
}

/** Who deploys by itself, like CodeDeploy, has task sets; ECS has deployments. */
function taskDefinitionsOf({
  taskDefinition,
  deployments = [],
  taskSets = [],
}: Service): Pick<EcsService, 'taskDefinition' | 'alsoRunning'> {
  const current = taskSets.find(({ status }) => status === 'PRIMARY')?.taskDefinition ?? taskDefinition ?? '';
  const others = [...deployments, ...taskSets].flatMap((each) =>
    (each.runningCount ?? 0) + (each.pendingCount ?? 0) > 0 && each.taskDefinition !== current
      ? (each.taskDefinition ?? [])
      : [],
  );
  return { taskDefinition: current, alsoRunning: [...new Set(others)] };
}

const architectures: Readonly<Record<string, Architecture>> = { X86_64: 'amd64', ARM64: 'arm64' };

/** Of a task in ECS's units, where 1024 are one virtual CPU; EC2 tasks may state them for each container alone. */
function sizeOf(
  task: { cpu?: string; memory?: string } | undefined,
  containers: readonly { cpu?: number; memory?: number; memoryReservation?: number }[],
): Sizing {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0) || null;
  const units = Number.parseInt(task?.cpu ?? '', 10) || sum(containers.map(({ cpu }) => cpu ?? 0));
  return {
    cpuMillis: units && Math.round((units * 1000) / 1024),
    memoryMiB:
      Number.parseInt(task?.memory ?? '', 10) ||
      sum(containers.map(({ memory, memoryReservation }) => memory ?? memoryReservation ?? 0)),
  };
}

function unknownCluster(cluster: string, error: unknown): WorkflowError | null {
  if (!(error instanceof Error) || error.name !== 'ClusterNotFoundException') return null;
  return new WorkflowError(
    'SourceNotFound',
    `There is no ECS cluster "${cluster}"; correct source.ecs.cluster in the configuration.`,
    { cause: error },
  );
}
