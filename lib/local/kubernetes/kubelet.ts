import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { freePort } from '../processes/free-port.ts';
import { commandLine, type ResolveImage } from '../processes/image.ts';
import type { ExitStatus, Processes, SupervisedProcess } from '../processes/processes.ts';
import { containerEnvironment, expand } from './container-environment.ts';
import { bytesOf, residentBytes } from './memory.ts';
import type { ObjectStore } from './object-store.ts';
import { type Container, type ContainerStatus, NODES, type Node, PODS, type Pod, timestamp } from './objects.ts';
import { type Ports, watchReadiness } from './readiness.ts';
import { nodeFor, unschedulable } from './scheduler.ts';

export interface KubeletOptions {
  /** Container logs: `<directory>/logs/<pod uid>/<container>.<restarts>.log`. */
  readonly directory: string;
  readonly clock: Clock;
  readonly processes: Processes;
  readonly resolveImage: ResolveImage;
  /** Keys of the role that Pod Identity gives a service account; undefined when it has none. */
  readonly credentialsFor: (
    namespace: string,
    serviceAccount: string,
    pod: string,
  ) => Readonly<Record<string, string>> | undefined;
  /** What every container gets: `AWS_ENDPOINT_URL`, `AWS_REGION`. */
  readonly baseEnvironment: () => Readonly<Record<string, string>>;
  /** From a pod's creation to its first process, in milliseconds of the clock; default 0. */
  readonly startDelayMs?: number;
}

export interface Kubelet {
  /** Starts the pods that are new and ends those that are to be deleted. */
  reconcile(): void;
  isRunning(pod: Pod): boolean;
  logFile(pod: Pod, container: string, restarts: number): string;
  /** What the running containers of a pod hold, as far as this machine tells. */
  memoryOf(pod: Pod): { readonly container: string; readonly bytes: number }[];
  /** Kills everything; pods stay as they are. */
  close(): Promise<void>;
}

interface Worker {
  readonly stopped: AbortController;
  /** By container. */
  readonly processes: Map<string, SupervisedProcess>;
  readonly ended: Promise<void>;
}

/** A container that ends is started again after 10 s, 20 s, 40 s … up to 5 minutes; one that cannot start is tried as often. */
const BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 5 * 60_000;
const GRACE_S = 30;
/** How often a container with a limit is looked at. */
const MEMORY_LOOK_MS = 500;

/** Runs pods as child processes of this machine, which stands for every node and has the address 127.0.0.1. */
export function createKubelet(options: KubeletOptions, store: ObjectStore, wake: () => void): Kubelet {
  const { clock } = options;
  const workers = new Map<string, Worker>();
  let closed = false;

  const logsOf = (pod: Pod) => join(options.directory, 'logs', pod.metadata.uid);
  const kubelet: Kubelet = {
    isRunning: (pod) => workers.has(pod.metadata.uid),
    logFile: (pod, container, restarts) => join(logsOf(pod), `${container}.${restarts}.log`),
    memoryOf: (pod) =>
      [...(workers.get(pod.metadata.uid)?.processes ?? [])].flatMap(([container, { pid }]) => {
        const bytes = residentBytes(pid);
        return bytes === undefined ? [] : [{ container, bytes }];
      }),
    reconcile() {
      if (closed) return;
      for (const pod of store.list<Pod>(PODS)) {
        const worker = workers.get(pod.metadata.uid);
        if (pod.metadata.deletionTimestamp) {
          if (worker) stop(worker, pod.metadata.deletionGracePeriodSeconds ?? GRACE_S);
          else if (pod.status.phase === 'Pending') finish(pod, [], 'the pod was deleted before it started');
        } else if (!worker && pod.status.phase === 'Pending') schedule(pod);
      }
    },
    async close() {
      closed = true;
      const all = [...workers.values()];
      for (const worker of all) stop(worker, 0);
      await Promise.all(all.map((worker) => worker.ended));
    },
  };

  function schedule(pod: Pod): void {
    const nodes = store.list<Node>(NODES);
    const node = nodeFor(pod, nodes);
    if (node !== undefined) workers.set(pod.metadata.uid, begin(pod, node));
    else
      store.update(pod, ({ status }) => {
        status.conditions = [unschedulable(nodes)];
      });
  }

  function stop(worker: Worker, graceSeconds: number): void {
    worker.stopped.abort();
    for (const process of worker.processes.values()) void process.stop(graceSeconds * 1000);
  }

  function begin(pod: Pod, node: string): Worker {
    const stopped = new AbortController();
    const processes = new Map<string, SupervisedProcess>();
    return { stopped, processes, ended: run(pod, node, stopped.signal, processes) };
  }

  async function run(pod: Pod, node: string, stopped: AbortSignal, processes: Worker['processes']): Promise<void> {
    store.update(pod, ({ status, spec }) => {
      status.startTime = timestamp(clock.now());
      status.hostIP = '127.0.0.1';
      status.podIP = '127.0.0.1';
      spec.nodeName = node;
      status.containerStatuses = spec.containers.map((container) => ({
        name: container.name,
        image: container.image ?? '',
        imageID: '',
        ready: false,
        started: false,
        restartCount: 0,
        state: { waiting: { reason: 'ContainerCreating' } },
      }));
    });
    await clock.sleep(options.startDelayMs ?? 0, stopped).catch(() => undefined);
    const exits = await Promise.all(
      pod.spec.containers.map((container) => runContainer(pod, container, stopped, processes)),
    );
    workers.delete(pod.metadata.uid);
    if (closed) return;
    finish(pod, exits);
    wake();
  }

  /** @returns the last exit code; undefined when the container never started */
  async function runContainer(
    pod: Pod,
    container: Container,
    stopped: AbortSignal,
    processes: Worker['processes'],
  ): Promise<number | undefined> {
    let last: number | undefined;
    for (let attempt = 0; !stopped.aborted; attempt += 1) {
      if (attempt > 0) {
        const wait = Math.min(BACKOFF_MS * 2 ** (attempt - 1), LONGEST_BACKOFF_MS);
        await clock.sleep(wait, stopped).catch(() => undefined);
        if (stopped.aborted) break;
      }
      const start = await prepare(pod, container);
      if (stopped.aborted || !start) continue;
      const { process, ports } = start();
      processes.set(container.name, process);
      const exit = await follow(pod, container, process, ports);
      processes.delete(container.name);
      last = exit.code;
      const policy = pod.spec.restartPolicy ?? 'Always';
      if (stopped.aborted || policy === 'Never' || (policy === 'OnFailure' && exit.code === 0)) break;
      setStatus(pod, container, (status) => {
        status.restartCount += 1;
        status.lastState = status.state;
        status.state = {
          waiting: { reason: 'CrashLoopBackOff', message: `back-off restarting failed container=${container.name}` },
        };
      });
    }
    return last;
  }

  /** What can fail before there is a process; it leaves the container waiting and says why. */
  async function prepare(
    pod: Pod,
    container: Container,
  ): Promise<(() => { process: SupervisedProcess; ports: Ports }) | undefined> {
    const waiting = (reason: string, error: unknown) =>
      setStatus(pod, container, (status) => {
        status.state = { waiting: { reason, message: error instanceof Error ? error.message : String(error) } };
      });
    const { metadata, spec } = pod;
    let image: Awaited<ReturnType<ResolveImage>>;
    try {
      image = await options.resolveImage(container.image ?? '');
    } catch (error) {
      waiting('ErrImagePull', error);
      return undefined;
    }
    try {
      const own = containerEnvironment(store, pod, container);
      const credentials = options.credentialsFor(
        metadata.namespace ?? 'default',
        spec.serviceAccountName ?? 'default',
        metadata.name,
      );
      const ports = new Map<number, number>();
      for (const { containerPort } of container.ports ?? []) ports.set(containerPort, await freePort());
      const [port] = ports.values();
      // All pods share this machine's one address, so each container listens on a port of its own.
      const env = {
        ...image.env,
        ...options.baseEnvironment(),
        ...credentials,
        ...own,
        ...(port ? { PORT: String(port) } : {}),
      };
      const words = (list: readonly string[] | undefined) => list?.map((word) => expand(word, env));
      return () => {
        const restarts = statusOf(pod, container).restartCount;
        store.update(pod, (object) => {
          const mine = object.spec.containers.find((each) => each.name === container.name);
          for (const each of mine?.ports ?? []) each.hostPort = ports.get(each.containerPort);
        });
        const process = options.processes.start({
          name: `pod ${metadata.namespace}/${metadata.name} ${container.name}`,
          command: commandLine(image, words(container.command), words(container.args)),
          cwd: container.workingDir ?? image.cwd,
          env,
          logFile: kubelet.logFile(pod, container.name, restarts),
        });
        return { process, ports };
      };
    } catch (error) {
      waiting('CreateContainerConfigError', error);
      return undefined;
    }
  }

  async function follow(pod: Pod, container: Container, process: SupervisedProcess, ports: Ports): Promise<ExitStatus> {
    const startedAt = timestamp(clock.now());
    setStatus(pod, container, (status) => {
      status.started = true;
      status.containerID = `process://${process.pid}`;
      status.state = { running: { startedAt } };
    });
    const ended = new AbortController();
    void watchReadiness(container, ports, clock, ended.signal, (ready) =>
      setStatus(pod, container, (status) => {
        status.ready = ready;
      }),
    );
    let outOfMemory = false;
    void watchMemory(container, process, ended.signal, () => {
      outOfMemory = true;
    });
    const exit = await process.exited;
    ended.abort();
    setStatus(pod, container, (status) => {
      status.ready = false;
      status.started = false;
      status.state = {
        terminated: {
          exitCode: exit.code,
          reason: outOfMemory ? 'OOMKilled' : exit.code === 0 ? 'Completed' : 'Error',
          startedAt,
          finishedAt: timestamp(clock.now()),
          containerID: status.containerID,
        },
      };
    });
    return exit;
  }

  /** Stands in for the kernel, which kills a container that goes beyond its limit. */
  async function watchMemory(
    { resources }: Container,
    process: SupervisedProcess,
    ended: AbortSignal,
    say: () => void,
  ): Promise<void> {
    const limit = bytesOf(resources?.limits?.memory);
    if (limit === undefined) return;
    while (!ended.aborted) {
      if ((residentBytes(process.pid) ?? 0) > limit) {
        say();
        await process.stop(0);
        return;
      }
      await clock.sleep(MEMORY_LOOK_MS, ended).catch(() => undefined);
    }
  }

  function statusOf(pod: Pod, container: Container): ContainerStatus {
    return pod.status.containerStatuses!.find((each) => each.name === container.name)!;
  }

  function setStatus(pod: Pod, container: Container, change: (status: ContainerStatus) => void): void {
    if (closed) return;
    store.update(pod, ({ status }) => {
      change(statusOf(pod, container));
      if (status.containerStatuses!.some(({ state }) => state?.running)) status.phase = 'Running';
      setConditions(pod, clock.now());
    });
  }

  function finish(pod: Pod, exits: readonly (number | undefined)[], message?: string): void {
    store.update(pod, ({ status }) => {
      status.phase = exits.length > 0 && exits.every((code) => code === 0) ? 'Succeeded' : 'Failed';
      if (message) status.message = message;
      setConditions(pod, clock.now());
    });
  }

  return kubelet;
}

/** Removes what a pod wrote; called when it is gone. */
export const removeLogs = (directory: string, uid: string): void =>
  rmSync(join(directory, 'logs', uid), { recursive: true, force: true });

function setConditions({ status }: Pod, now: number): void {
  const ready = status.phase === 'Running' && (status.containerStatuses?.every((each) => each.ready) ?? false);
  const before = status.conditions ?? [];
  status.conditions = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => {
    const value = ready || type === 'PodScheduled' || type === 'Initialized' ? 'True' : 'False';
    const same = before.find((each) => each.type === type && each.status === value);
    return same ?? { type, status: value, lastTransitionTime: timestamp(now) };
  });
}
