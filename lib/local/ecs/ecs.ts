import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { openStateFile } from '../state-file.ts';
import { type Authorize, AwsError, type Endpoint } from '../wire/endpoint.ts';
import { epochSeconds, validated } from '../wire/json.ts';
import {
  type EcsState,
  ecsArn,
  emptyState,
  nameOf,
  type ServiceRecord,
  type TaskDefinitionRecord,
  type TaskRecord,
} from './model.ts';
import { type DefinitionInput, definitionInput, ecsEndpoint, serviceNotFound } from './operations.ts';
import { createServiceScheduler } from './service-scheduler.ts';
import { createTaskRunner, type TaskRequest, type TaskRunnerOptions } from './task-runner.ts';
import { type TaskStateChange, taskStateChange } from './task-state-change.ts';

export interface EcsOptions extends TaskRunnerOptions {
  readonly authorize: Authorize;
  /** Gets each "ECS Task State Change", to be put on the event bus. */
  readonly onTaskStateChange?: (event: TaskStateChange) => void;
  /** Gets each deployment that UpdateService began, once it is complete. */
  readonly onDeployed?: (deployed: Deployed) => void;
}

export interface Deployed {
  readonly serviceArn: string;
  readonly deploymentId: string;
}

export interface Ecs {
  readonly endpoint: Endpoint;
  /** Creates the cluster if it is not there. @returns its ARN */
  registerCluster(name: string): string;
  /** Adds a revision, unless the newest one says the same. @returns the revision's ARN */
  registerTaskDefinition(definition: DefinitionInput): string;
  /** Creates the service if it is not there; one that is there keeps its desired count and task definition. @returns its ARN */
  createService(service: ServiceInput): string;
  /** RunTask as the person at the keyboard would ask for it. */
  runTask(request: RunTaskInput): TaskRecord;
  /** Where the running tasks of a service listen, the first port of each: `127.0.0.1:41234`. */
  addresses(cluster: string, service: string): string[];
  /** From now on services keep their desired number of tasks running. */
  start(): void;
  /** Kills every task; services start theirs again at the next `start`. */
  close(): Promise<void>;
}

interface ServiceInput {
  readonly cluster: string;
  readonly serviceName: string;
  /** ARN, family or family:revision. */
  readonly taskDefinition: string;
  readonly desiredCount: number;
  readonly loadBalancers?: ServiceRecord['loadBalancers'];
  readonly networkConfiguration?: ServiceRecord['networkConfiguration'];
  readonly tags?: ServiceRecord['tags'];
}

interface RunTaskInput {
  readonly cluster: string;
  readonly taskDefinition: string;
  readonly overrides?: TaskRequest['overrides'];
  readonly startedBy?: string;
}

/** RunTask once its cluster and task definition are found. */
export interface TaskPlacement extends Omit<TaskRequest, 'clusterArn' | 'group'> {
  readonly cluster: Cluster;
  readonly group?: string;
  readonly count?: number;
  readonly clientToken?: string;
}

/** One cluster with what is in it. */
export interface Cluster {
  readonly arn: string;
  readonly name: string;
  describe(): object;
  services(): ServiceRecord[];
  findService(nameOrArn: string): ServiceRecord | undefined;
  describeService(service: ServiceRecord): ServiceRecord;
  updateService(
    nameOrArn: string,
    change: { desiredCount?: number; definition?: TaskDefinitionRecord; forceNewDeployment?: boolean },
  ): ServiceRecord;
  tasks(): TaskRecord[];
  stopTask(task: TaskRecord, reason: string): void;
}

/** ECS forgets a stopped task after about an hour. */
const STOPPED_TASKS_KEPT_S = 3600;
/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html */
const CLIENT_TOKENS_KEPT_S = 86_400;

const SHUT_DOWN = 'The machine that ran the task was shut down.';

/** Amazon ECS whose tasks are child processes. Its state is `<directory>/state.json`. */
export function createEcs(options: EcsOptions): Ecs {
  const { clock, authorize } = options;
  const file = openStateFile<EcsState>(join(options.directory, 'state.json'), emptyState());
  const state = file.value;
  const now = () => epochSeconds(clock.now());
  // Their processes died with the world that ran them.
  const lost = state.tasks.filter((task) => task.lastStatus !== 'STOPPED');
  for (const task of lost) {
    const at = now();
    Object.assign(task, { desiredStatus: 'STOPPED', lastStatus: 'STOPPED', stoppedAt: at, version: task.version + 1 });
    Object.assign(task, { stopCode: 'TerminationNotice', stoppedReason: SHUT_DOWN });
  }
  let open = true;
  let started = false;

  const runner = createTaskRunner(options, (task) => {
    const kept = now() - STOPPED_TASKS_KEPT_S;
    state.tasks = state.tasks.filter((each) => each.lastStatus !== 'STOPPED' || (each.stoppedAt ?? 0) >= kept);
    if (open) {
      if (task.lastStatus === 'STOPPED') scheduler.taskStopped(task);
      else reconcile(task.group);
      options.onTaskStateChange?.(taskStateChange(task, options, clock.now()));
    }
    file.save();
  });
  /** By id. A service's first deployment belongs to its creation, which is the world's. */
  const updates = new Set<string>();
  const scheduler = createServiceScheduler({
    state,
    runner,
    clock,
    definitionOf: definition,
    onDeployed: ({ serviceArn }, { id }) => {
      if (updates.delete(id)) options.onDeployed?.({ serviceArn, deploymentId: id });
    },
  });

  function reconcile(group?: string): void {
    if (!started || !open) return;
    for (const service of state.services) {
      if (group === undefined || group === `service:${service.serviceName}`) scheduler.reconcile(service);
    }
  }

  function definition(reference: string): TaskDefinitionRecord {
    const [family, revision] = nameOf(reference).split(':');
    const found = state.taskDefinitions.findLast(
      (each) => each.family === family && (revision === undefined || each.revision === Number(revision)),
    );
    if (!found) throw new AwsError('ClientException', 400, 'Unable to describe task definition.');
    return found;
  }

  function register(input: DefinitionInput): TaskDefinitionRecord {
    const parsed = validated(definitionInput, input);
    const revision =
      1 +
      Math.max(
        0,
        ...state.taskDefinitions.filter((each) => each.family === parsed.family).map((each) => each.revision),
      );
    const record: TaskDefinitionRecord = {
      ...parsed,
      revision,
      taskDefinitionArn: ecsArn(options, `task-definition/${parsed.family}:${revision}`),
      status: 'ACTIVE',
      registeredAt: now(),
    };
    state.taskDefinitions.push(record);
    file.save();
    return record;
  }

  function cluster(nameOrArn = 'default'): Cluster {
    const arn = ecsArn(options, `cluster/${nameOf(nameOrArn)}`);
    if (!state.clusters.includes(arn)) throw new AwsError('ClusterNotFoundException', 400, 'Cluster not found.');
    const services = () => state.services.filter((each) => each.clusterArn === arn);
    const tasks = () => state.tasks.filter((each) => each.clusterArn === arn);
    const findService = (name: string) => services().find((each) => each.serviceName === nameOf(name));
    return {
      arn,
      name: nameOf(arn),
      services,
      findService,
      tasks,
      describe: () => ({
        clusterArn: arn,
        clusterName: nameOf(arn),
        status: 'ACTIVE',
        activeServicesCount: services().length,
        runningTasksCount: tasks().filter((each) => each.lastStatus === 'RUNNING').length,
        pendingTasksCount: tasks().filter((each) => ['PROVISIONING', 'PENDING'].includes(each.lastStatus)).length,
      }),
      describeService: (service) => scheduler.describe(service),
      updateService(name, change) {
        const service = findService(name);
        if (!service) throw serviceNotFound();
        if (service.status !== 'ACTIVE')
          throw new AwsError('ServiceNotActiveException', 400, 'Service was not ACTIVE.');
        const next = change.definition?.taskDefinitionArn ?? service.taskDefinition;
        service.desiredCount = change.desiredCount ?? service.desiredCount;
        if (next !== service.taskDefinition || change.forceNewDeployment) {
          scheduler.deploy(service, next);
          // Before the start it is the world that sets itself up.
          if (started) updates.add(service.deployments[0]!.id);
        }
        reconcile(`service:${service.serviceName}`);
        file.save();
        return scheduler.describe(service);
      },
      stopTask(task, reason) {
        void runner.stop(task, 'UserInitiated', reason);
      },
    };
  }

  function place({ cluster: { arn }, clientToken, count = 1, ...request }: TaskPlacement): TaskRecord[] {
    const asked = JSON.stringify({ ...request, definition: request.definition.taskDefinitionArn, count });
    for (const [key, { at }] of Object.entries(state.clientTokens)) {
      if (now() - at > CLIENT_TOKENS_KEPT_S) delete state.clientTokens[key];
    }
    const earlier = clientToken ? state.clientTokens[`${arn} ${clientToken}`] : undefined;
    if (earlier) {
      if (earlier.request !== asked) {
        throw new AwsError('ConflictException', 400, 'The client token was used with other parameters before.', {
          resourceIds: earlier.taskArns,
        });
      }
      return state.tasks.filter((task) => earlier.taskArns.includes(task.taskArn));
    }
    const tasks = Array.from({ length: count }, () =>
      runner.start({ ...request, clusterArn: arn, group: request.group ?? `family:${request.definition.family}` }),
    );
    state.tasks.push(...tasks);
    if (clientToken) {
      const taskArns = tasks.map((task) => task.taskArn);
      state.clientTokens[`${arn} ${clientToken}`] = { request: asked, taskArns, at: now() };
    }
    file.save();
    return tasks;
  }

  const endpoint = ecsEndpoint(
    {
      region: options.region,
      accountId: options.accountId,
      cluster,
      definition,
      register,
      place,
      clusters: () => state.clusters,
    },
    authorize,
  );

  return {
    endpoint,
    registerCluster(name) {
      const arn = ecsArn(options, `cluster/${name}`);
      if (!state.clusters.includes(arn)) state.clusters.push(arn);
      file.save();
      return arn;
    },
    registerTaskDefinition(input) {
      const newest = state.taskDefinitions.findLast((each) => each.family === input.family);
      if (newest) {
        const { revision: _revision, taskDefinitionArn, status: _status, registeredAt: _at, ...said } = newest;
        if (isDeepStrictEqual(said, JSON.parse(JSON.stringify(input)))) return taskDefinitionArn;
      }
      return register(input).taskDefinitionArn;
    },
    createService(input) {
      const { arn: clusterArn, findService, name } = cluster(input.cluster);
      const existing = findService(input.serviceName);
      if (existing) return existing.serviceArn;
      const service: ServiceRecord = {
        ...input,
        serviceArn: ecsArn(options, `service/${name}/${input.serviceName}`),
        clusterArn,
        status: 'ACTIVE',
        launchType: 'FARGATE',
        schedulingStrategy: 'REPLICA',
        taskDefinition: '',
        deployments: [],
        events: [],
        createdAt: now(),
      };
      state.services.push(service);
      scheduler.deploy(service, definition(input.taskDefinition).taskDefinitionArn);
      reconcile(`service:${input.serviceName}`);
      file.save();
      return service.serviceArn;
    },
    runTask(request) {
      const [task] = place({
        ...request,
        cluster: cluster(request.cluster),
        definition: definition(request.taskDefinition),
      });
      return task!;
    },
    addresses(clusterName, serviceName) {
      return cluster(clusterName)
        .tasks()
        .filter(
          (task) =>
            task.group === `service:${serviceName}` &&
            task.lastStatus === 'RUNNING' &&
            task.desiredStatus === 'RUNNING',
        )
        .flatMap((task) => task.containers.flatMap((container) => container.networkBindings?.slice(0, 1) ?? []))
        .map((binding) => `${binding.bindIP}:${binding.hostPort}`);
    },
    start() {
      started = true;
      for (const task of lost) options.onTaskStateChange?.(taskStateChange(task, options, clock.now()));
      reconcile();
    },
    async close() {
      open = false;
      scheduler.close();
      const live = state.tasks.filter((task) => task.lastStatus !== 'STOPPED');
      await Promise.all(live.map((task) => runner.stop(task, 'TerminationNotice', SHUT_DOWN, 0)));
      file.save();
    },
  };
}
