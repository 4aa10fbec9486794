import type { Clock } from '../clock.ts';
import type { Container } from './objects.ts';

/** Kubernetes' default for a probe's `periodSeconds` and `timeoutSeconds`. */
const PERIOD_S = 10;
const TIMEOUT_S = 1;

/** Where a container's ports really are: container port → port of this machine. */
export type Ports = ReadonlyMap<number, number>;

/**
 * Probes a container until `signal` aborts, and says each change of its readiness. Without a probe it is ready at once.
 * Only `httpGet` is known here.
 */
export async function watchReadiness(
  container: Container,
  ports: Ports,
  clock: Clock,
  signal: AbortSignal,
  say: (ready: boolean) => void,
): Promise<void> {
  const { readinessProbe: probe } = container;
  if (!probe?.httpGet) return say(true);
  const { httpGet, successThreshold = 1, failureThreshold = 3 } = probe;
  const named = container.ports?.find(({ name }) => name === httpGet.port)?.containerPort;
  const port = ports.get(named ?? Number(httpGet.port)) ?? named ?? Number(httpGet.port);
  const url = `http://127.0.0.1:${port}${httpGet.path ?? '/'}`;
  const headers = Object.fromEntries((httpGet.httpHeaders ?? []).map(({ name, value }) => [name, value]));

  let ready = false;
  let successes = 0;
  let failures = 0;
  try {
    await clock.sleep((probe.initialDelaySeconds ?? 0) * 1000, signal);
    while (!signal.aborted) {
      const answered = await answers(url, headers, (probe.timeoutSeconds ?? TIMEOUT_S) * 1000, signal);
      if (signal.aborted) return;
      successes = answered ? successes + 1 : 0;
      failures = answered ? 0 : failures + 1;
      const next: boolean = ready ? failures < failureThreshold : successes >= successThreshold;
      if (next !== ready) say(next);
      ready = next;
      await clock.sleep((probe.periodSeconds ?? PERIOD_S) * 1000, signal);
    }
  } catch {
    // The container ended while the probe waited.
  }
}

/** As the kubelet sees it: 200 to 399 is healthy. */
async function answers(
  url: string,
  headers: Record<string, string>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const response = await fetch(url, {
      headers,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await response.body?.cancel();
    return response.status >= 200 && response.status < 400;
  } catch {
    return false;
  }
}
