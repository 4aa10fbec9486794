import { randomInt, randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { epochSeconds } from '../wire/json.ts';
import type { DeploymentRecord, EcsState, ServiceRecord, TaskDefinitionRecord, TaskRecord } from './model.ts';
import type { TaskRunner } from './task-runner.ts';

interface ServiceScheduler {
  /** Brings a service's tasks to its desired count and task definition; called after every change. */
  reconcile(service: ServiceRecord): void;
  /** To be told of every task that stopped. */
  taskStopped(task: TaskRecord): void;
  /** Begins a new primary deployment; the older ones end when its tasks run. */
  deploy(service: ServiceRecord, taskDefinitionArn: string): void;
  /** The service as DescribeServices answers it: counts as they are now. */
  describe(service: ServiceRecord): ServiceRecord;
  close(): void;
}

/** A task that ends by itself is replaced after 1 s, 2 s, 4 s … up to a minute (ECS throttles likewise). */
const LONGEST_BACKOFF_MS = 60_000;

/** DescribeServices answers at most this many events. */
const EVENTS = 100;

export function createServiceScheduler({
  state,
  runner,
  clock,
  definitionOf,
  onDeployed,
}: {
  readonly state: EcsState;
  readonly runner: TaskRunner;
  readonly clock: Clock;
  readonly definitionOf: (arn: string) => TaskDefinitionRecord;
  /** Gets each deployment whose tasks run, in place of those before. */
  readonly onDeployed: (service: ServiceRecord, deployment: DeploymentRecord) => void;
}): ServiceScheduler {
  const closing = new AbortController();
  /** Tasks that ended by themselves one after another, and until when no new one is started. */
  const failures = new Map<string, { count: number; waiting: boolean }>();

  const tasksOf = (service: ServiceRecord): TaskRecord[] =>
    state.tasks.filter(
      (task) =>
        task.clusterArn === service.clusterArn &&
        task.group === `service:${service.serviceName}` &&
        task.lastStatus !== 'STOPPED',
    );

  const say = (service: ServiceRecord, message: string) => {
    const sentence = `(service ${service.serviceName}) ${message}`;
    if (service.events[0]?.message === sentence) return;
    service.events.unshift({ id: randomUUID(), createdAt: epochSeconds(clock.now()), message: sentence });
    service.events.splice(EVENTS);
  };

  const scheduler: ServiceScheduler = {
    reconcile(service) {
      if (closing.signal.aborted) return;
      const tasks = tasksOf(service).filter((task) => task.desiredStatus === 'RUNNING');
      const [primary] = service.deployments;
      const current = tasks.filter((task) => task.startedBy === primary?.id);
      const desired = service.status === 'ACTIVE' ? service.desiredCount : 0;

      for (const task of current.slice(desired)) stop(service, task);
      if (primary && !failures.get(service.serviceArn)?.waiting) {
        for (let missing = desired - current.length; missing > 0; missing -= 1) start(service, primary);
      }
      // Tasks of older deployments serve until the new ones run.
      const running = current.filter((task) => task.lastStatus === 'RUNNING').length;
      if (running >= desired) for (const task of tasks) if (task.startedBy !== primary?.id) stop(service, task);

      const left = tasksOf(service);
      service.deployments = service.deployments.filter(
        (each) => each === primary || left.some((task) => task.startedBy === each.id),
      );
      if (running === desired && left.length === desired) {
        if (primary && primary.rolloutState !== 'COMPLETED') {
          primary.rolloutState = 'COMPLETED';
          onDeployed(service, primary);
        }
        say(service, 'has reached a steady state.');
      }
    },
    taskStopped(task) {
      const service = state.services.find(
        (each) => each.clusterArn === task.clusterArn && `service:${each.serviceName}` === task.group,
      );
      if (!service) return;
      if (task.stopCode === 'EssentialContainerExited' || task.stopCode === 'TaskFailedToStart')
        void backOff(service, task);
      scheduler.reconcile(service);
    },
    deploy(service, taskDefinitionArn) {
      const at = epochSeconds(clock.now());
      for (const older of service.deployments) Object.assign(older, { status: 'ACTIVE', updatedAt: at });
      service.taskDefinition = taskDefinitionArn;
      service.deployments.unshift({
        id: `ecs-svc/${randomInt(10 ** 12, 10 ** 13)}`,
        status: 'PRIMARY',
        taskDefinition: taskDefinitionArn,
        launchType: 'FARGATE',
        rolloutState: 'IN_PROGRESS',
        failedTasks: 0,
        createdAt: at,
        updatedAt: at,
      });
      failures.delete(service.serviceArn);
    },
    describe(service) {
      const tasks = tasksOf(service);
      const counts = (of: readonly TaskRecord[]) => ({
        runningCount: of.filter((task) => task.lastStatus === 'RUNNING').length,
        pendingCount: of.filter((task) => task.lastStatus === 'PROVISIONING' || task.lastStatus === 'PENDING').length,
      });
      return {
        ...service,
        ...counts(tasks),
        deployments: service.deployments.map((deployment) => ({
          ...deployment,
          desiredCount: deployment.status === 'PRIMARY' ? service.desiredCount : 0,
          ...counts(tasks.filter((task) => task.startedBy === deployment.id)),
        })),
      };
    },
    close: () => closing.abort(),
  };

  function start(service: ServiceRecord, deployment: DeploymentRecord): void {
    const task = runner.start({
      definition: definitionOf(deployment.taskDefinition),
      clusterArn: service.clusterArn,
      group: `service:${service.serviceName}`,
      startedBy: deployment.id,
    });
    state.tasks.push(task);
    say(service, `has started 1 tasks: (task ${task.taskArn}).`);
  }

  function stop(service: ServiceRecord, task: TaskRecord): void {
    void runner.stop(task, 'ServiceSchedulerInitiated', `Scaling activity initiated by (deployment ${task.startedBy})`);
    say(service, `has stopped 1 running tasks: (task ${task.taskArn}).`);
  }

  async function backOff(service: ServiceRecord, task: TaskRecord): Promise<void> {
    const deployment = service.deployments.find((each) => each.id === task.startedBy);
    if (deployment) deployment.failedTasks = (deployment.failedTasks ?? 0) + 1;
    const failed = failures.get(service.serviceArn) ?? { count: 0, waiting: false };
    // One wait at a time: tasks that end meanwhile only make it longer the next time.
    failed.count += 1;
    failures.set(service.serviceArn, failed);
    if (failed.waiting) return;
    failed.waiting = true;
    const wait = Math.min(1000 * 2 ** (failed.count - 1), LONGEST_BACKOFF_MS);
    await clock.sleep(wait, closing.signal).catch(() => undefined);
    failed.waiting = false;
    if (closing.signal.aborted) return;
    scheduler.reconcile(service);
  }

  return scheduler;
}
