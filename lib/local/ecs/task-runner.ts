import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { ContainerDefinition, TaskOverride } from '@aws-sdk/client-ecs';
import type { Clock } from '../clock.ts';
import { freePort } from '../processes/free-port.ts';
import { commandLine, type ResolveImage } from '../processes/image.ts';
import type { Processes, SupervisedProcess } from '../processes/processes.ts';
import { epochSeconds } from '../wire/json.ts';
import { ecsArn, type Location, nameOf, type TaskDefinitionRecord, type TaskRecord, type TaskStatus } from './model.ts';

export interface TaskRunnerOptions extends Location {
  /** Container logs: `<directory>/logs/<task id>/<container>.log`. */
  readonly directory: string;
  readonly clock: Clock;
  readonly processes: Processes;
  readonly resolveImage: ResolveImage;
  /** Keys of the task role for the SDK in the container: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`. */
  readonly credentialsFor: (roleArn: string, sessionName: string) => Readonly<Record<string, string>>;
  /** What ECS itself needs of the execution role before a container starts: it throws what keeps the task from starting. */
  readonly useExecutionRole?: (roleArn: string, taskId: string, container: ContainerDefinition) => void;
  /** What every container gets: `AWS_ENDPOINT_URL`, `AWS_REGION`. */
  readonly baseEnvironment: () => Readonly<Record<string, string>>;
  /** The value of a container's `secrets[].valueFrom` (Secrets Manager or SSM), read as the execution role. */
  readonly secretValue: (valueFrom: string, executionRoleArn: string | undefined) => string | Promise<string>;
  /** From RunTask to the first process, in milliseconds of the clock; default 0. */
  readonly startDelayMs?: number;
}

export interface TaskRequest {
  readonly definition: TaskDefinitionRecord;
  readonly clusterArn: string;
  readonly group: string;
  readonly startedBy?: string;
  readonly overrides?: TaskOverride;
  readonly tags?: TaskRecord['tags'];
}

export interface TaskRunner {
  /** The task's record, in PROVISIONING; its processes follow. */
  start(request: TaskRequest): TaskRecord;
  /** SIGTERM to its containers, SIGKILL after each one's `stopTimeout`; `graceMs` replaces that. */
  stop(
    task: TaskRecord,
    stopCode: NonNullable<TaskRecord['stopCode']>,
    reason: string,
    graceMs?: number,
  ): Promise<void>;
}

interface RunningTask {
  readonly stopped: AbortController;
  readonly ended: Promise<void>;
  readonly containers: Map<string, SupervisedProcess>;
}

/** Fargate's `stopTimeout` when a container definition gives none: 30 s. */
const STOP_TIMEOUT_S = 30;

/** Runs tasks as child processes. `changed` is told of every change of a task's status, after the record holds it. */
export function createTaskRunner(options: TaskRunnerOptions, changed: (task: TaskRecord) => void): TaskRunner {
  const running = new Map<string, RunningTask>();
  const now = () => epochSeconds(options.clock.now());

  const turn = (task: TaskRecord, status: TaskStatus) => {
    task.lastStatus = status;
    for (const container of task.containers)
      container.lastStatus = status === 'RUNNING' ? 'RUNNING' : container.lastStatus;
    task.version += 1;
    changed(task);
  };

  const end = (task: TaskRecord, stopCode: NonNullable<TaskRecord['stopCode']>, reason: string) => {
    if (task.desiredStatus === 'STOPPED') return;
    Object.assign(task, { desiredStatus: 'STOPPED', stopCode, stoppedReason: reason, stoppingAt: now() });
    running.get(task.taskArn)?.stopped.abort();
  };

  const runner: TaskRunner = {
    start(request) {
      const task = newTask(options, request, now());
      const stopped = new AbortController();
      const containers = new Map<string, SupervisedProcess>();
      running.set(task.taskArn, { stopped, containers, ended: run(task, request, stopped.signal, containers) });
      return task;
    },
    async stop(task, stopCode, reason, graceMs) {
      const live = running.get(task.taskArn);
      if (!live) return;
      if (task.desiredStatus === 'RUNNING') {
        end(task, stopCode, reason);
        turn(task, 'STOPPING');
      }
      if (graceMs !== undefined) for (const process of live.containers.values()) void process.stop(graceMs);
      await live.ended;
    },
  };

  async function run(
    task: TaskRecord,
    { definition, overrides }: TaskRequest,
    stopped: AbortSignal,
    processes: Map<string, SupervisedProcess>,
  ): Promise<void> {
    try {
      // The caller gets the record before the first change of it is told.
      await Promise.resolve();
      turn(task, 'PROVISIONING');
      turn(task, 'PENDING');
      task.pullStartedAt = now();
      await options.clock.sleep(options.startDelayMs ?? 0, stopped);
      const starts = await Promise.all(
        definition.containerDefinitions.map((each) => prepare(task, definition, each, overrides)),
      );
      stopped.throwIfAborted();
      for (const start of starts) start(processes);
      task.pullStoppedAt = now();
      task.startedAt = now();
      task.connectivity = 'CONNECTED';
      turn(task, 'RUNNING');
    } catch (error) {
      end(task, 'TaskFailedToStart', error instanceof Error ? error.message : String(error));
    }
    await untilStopped(task, definition, stopped, processes);
    running.delete(task.taskArn);
    task.executionStoppedAt = now();
    task.stoppedAt = now();
    for (const container of task.containers) container.lastStatus = 'STOPPED';
    turn(task, 'STOPPED');
  }

  /** Everything that can fail before a process exists: image, secrets, port. */
  async function prepare(
    task: TaskRecord,
    definition: TaskDefinitionRecord,
    container: ContainerDefinition,
    overrides: TaskOverride | undefined,
  ): Promise<(started: Map<string, SupervisedProcess>) => void> {
    const name = container.name!;
    const record = task.containers.find((each) => each.name === name)!;
    const override = overrides?.containerOverrides?.find((each) => each.name === name);
    const { executionRoleArn } = definition;
    if (executionRoleArn) {
      await named('ResourceInitializationError', () =>
        options.useExecutionRole?.(executionRoleArn, nameOf(task.taskArn), container),
      );
    }
    const image = await named('CannotPullContainerError', () => options.resolveImage(container.image!));
    const secrets = await named('ResourceInitializationError: unable to pull secrets or registry auth', () =>
      readSecrets(container, definition.executionRoleArn),
    );
    const port = container.portMappings?.[0]?.containerPort;
    const hostPort = port === undefined ? undefined : await freePort();
    if (hostPort) record.networkBindings = [{ bindIP: '127.0.0.1', containerPort: port, hostPort, protocol: 'tcp' }];
    const roleArn = overrides?.taskRoleArn ?? definition.taskRoleArn;
    const taskId = nameOf(task.taskArn);
    const env = {
      ...image.env,
      ...options.baseEnvironment(),
      ...(roleArn ? options.credentialsFor(roleArn, taskId) : {}),
      ...pairs(container.environment),
      ...secrets,
      ...pairs(override?.environment),
      // All containers share this machine's one address, so each listens on a port of its own.
      ...(hostPort ? { PORT: String(hostPort) } : {}),
    };
    return (started) => {
      const process = options.processes.start({
        name: `ecs ${task.group} ${name}`,
        command: commandLine(image, container.entryPoint, override?.command ?? container.command),
        cwd: container.workingDirectory ?? image.cwd,
        env,
        logFile: join(options.directory, 'logs', taskId, `${name}.log`),
      });
      record.runtimeId = `${taskId}-${process.pid}`;
      started.set(name, process);
    };
  }

  async function readSecrets(container: ContainerDefinition, executionRoleArn: string | undefined) {
    const read = (container.secrets ?? []).map(async ({ name, valueFrom }) => [
      name!,
      await options.secretValue(valueFrom!, executionRoleArn),
    ]);
    return Object.fromEntries(await Promise.all(read)) as Record<string, string>;
  }

  /** Ends when no container runs any more: an essential one that ends takes the others with it. */
  async function untilStopped(
    task: TaskRecord,
    definition: TaskDefinitionRecord,
    stopped: AbortSignal,
    processes: Map<string, SupervisedProcess>,
  ): Promise<void> {
    const stopAll = () => {
      for (const [name, process] of processes) void process.stop(stopTimeoutMs(definition, name));
    };
    if (stopped.aborted) stopAll();
    else stopped.addEventListener('abort', stopAll, { once: true });
    const ends = [...processes].map(async ([name, process]) => {
      const { code } = await process.exited;
      Object.assign(task.containers.find((each) => each.name === name)!, { exitCode: code, lastStatus: 'STOPPED' });
      const essential = definition.containerDefinitions.find((each) => each.name === name)?.essential ?? true;
      if (essential) end(task, 'EssentialContainerExited', 'Essential container in task exited');
    });
    await Promise.all(ends);
    end(task, 'EssentialContainerExited', 'All containers in task exited');
  }

  return runner;
}

function newTask(location: Location, request: TaskRequest, createdAt: number): TaskRecord {
  const { definition } = request;
  const id = randomBytes(16).toString('hex');
  const taskArn = ecsArn(location, `task/${nameOf(request.clusterArn)}/${id}`);
  return {
    taskArn,
    clusterArn: request.clusterArn,
    taskDefinitionArn: definition.taskDefinitionArn,
    group: request.group,
    startedBy: request.startedBy,
    lastStatus: 'PROVISIONING',
    desiredStatus: 'RUNNING',
    version: 1,
    createdAt,
    launchType: 'FARGATE',
    platformVersion: '1.4.0',
    cpu: definition.cpu,
    memory: definition.memory,
    availabilityZone: `${location.region}a`,
    attachments: [],
    overrides: request.overrides ?? { containerOverrides: [] },
    tags: request.tags ?? [],
    containers: definition.containerDefinitions.map((container) => ({
      containerArn: ecsArn(location, `container/${nameOf(request.clusterArn)}/${id}/${container.name}`),
      taskArn,
      name: container.name!,
      image: container.image,
      lastStatus: 'PENDING',
      networkInterfaces: [{ privateIpv4Address: '127.0.0.1' }],
    })),
  };
}

function stopTimeoutMs(definition: TaskDefinitionRecord, container: string): number {
  const found = definition.containerDefinitions.find((each) => each.name === container);
  return (found?.stopTimeout ?? STOP_TIMEOUT_S) * 1000;
}

const pairs = (list: ContainerDefinition['environment']): Record<string, string> =>
  Object.fromEntries((list ?? []).map(({ name, value }) => [name!, value ?? '']));

async function named<T>(prefix: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new Error(`${prefix}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
