import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { Pod } from './objects.ts';
import { badRequest } from './status.ts';

interface PodLog {
  readonly container: string;
  readonly file: string;
  readonly restarts: number;
  /** What is asked for of what is there. */
  readonly text: string;
  /** Bytes of the file that were looked at. */
  readonly read: number;
}

/** How often a log that is followed is looked at. */
const LOOK_MS = 250;

/** The log of a pod's container, cut as the query asks (`container`, `previous`, `tailLines`, `limitBytes`); or 400. */
export function readPodLog(
  pod: Pod,
  query: URLSearchParams,
  logFile: (pod: Pod, container: string, restarts: number) => string,
): PodLog {
  const { name } = pod.metadata;
  const names = pod.spec.containers.map((container) => container.name);
  const container = query.get('container') ?? (names.length === 1 ? names[0]! : undefined);
  if (container === undefined) {
    throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`);
  }
  if (!names.includes(container)) throw badRequest(`container ${container} is not valid for pod ${name}`);
  const restarts = pod.status.containerStatuses?.find((each) => each.name === container)?.restartCount ?? 0;
  const previous = query.get('previous') === 'true';
  const file = logFile(pod, container, previous ? restarts - 1 : restarts);
  const all = read(file);
  if (all !== undefined) {
    const text = limited(all, query.get('tailLines'), query.get('limitBytes'));
    return { container, file, restarts, text, read: Buffer.byteLength(all) };
  }
  throw badRequest(
    previous
      ? `previous terminated container "${container}" in pod "${name}" not found`
      : `container "${container}" in pod "${name}" is waiting to start: ContainerCreating`,
  );
}

/** The log, and what is added to it until its container has ended. `pod` is the pod as it is at the moment. */
export const followPodLog = (log: PodLog, pod: () => Pod | undefined, clock: Clock): Readable =>
  Readable.from(follow(log, pod, clock));

async function* follow(
  { container, file, restarts, text, read: from }: PodLog,
  pod: () => Pod | undefined,
  clock: Clock,
): AsyncGenerator<string | Buffer> {
  if (text !== '') yield text;
  const running = () => {
    const status = pod()?.status.containerStatuses?.find((each) => each.name === container);
    return status?.restartCount === restarts && status.state?.running !== undefined;
  };
  for (let [at, goesOn] = [from, true]; goesOn; ) {
    // Looked at first: what the container wrote before it ended is then read below.
    goesOn = running();
    const more = await readFrom(file, at);
    at += more.length;
    if (more.length > 0) yield more;
    if (goesOn) await clock.sleep(LOOK_MS);
  }
}

async function readFrom(file: string, position: number): Promise<Buffer> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return Buffer.alloc(0);
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(Math.max(0, size - position)), position });
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function limited(text: string, tailLines: string | null, limitBytes: string | null): string {
  const lines = text.split(/(?<=\n)/);
  const kept = tailLines === null ? text : lines.slice(Math.max(0, lines.length - Number(tailLines))).join('');
  return limitBytes === null ? kept : Buffer.from(kept).subarray(0, Number(limitBytes)).toString('utf8');
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
