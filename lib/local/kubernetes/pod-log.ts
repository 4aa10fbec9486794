import { readFileSync } from 'node:fs';
import type { Pod } from './objects.ts';
import { badRequest } from './status.ts';

/** The log of a pod's container, cut as the query asks (`container`, `previous`, `tailLines`, `limitBytes`); or 400. */
export function readPodLog(
  pod: Pod,
  query: URLSearchParams,
  logFile: (pod: Pod, container: string, restarts: number) => string,
): string {
  if (query.get('follow') === 'true') throw badRequest('following a log is not simulated: read it again instead');
  const { name } = pod.metadata;
  const names = pod.spec.containers.map((container) => container.name);
  const container = query.get('container') ?? (names.length === 1 ? names[0]! : undefined);
  if (container === undefined) {
    throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`);
  }
  if (!names.includes(container)) throw badRequest(`container ${container} is not valid for pod ${name}`);
  const restarts = pod.status.containerStatuses?.find((each) => each.name === container)?.restartCount ?? 0;
  const previous = query.get('previous') === 'true';
  const text = read(logFile(pod, container, previous ? restarts - 1 : restarts));
  if (text !== undefined) return limited(text, query.get('tailLines'), query.get('limitBytes'));
  throw badRequest(
    previous
      ? `previous terminated container "${container}" in pod "${name}" not found`
      : `container "${container}" in pod "${name}" is waiting to start: ContainerCreating`,
  );
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
