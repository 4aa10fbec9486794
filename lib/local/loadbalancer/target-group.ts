import type { Clock } from '../clock.ts';

interface TargetGroupOptions {
  /** Where the targets listen at this moment: `127.0.0.1:41234`. */
  readonly targets: () => readonly string[];
  readonly clock: Clock;
  /** A target is healthy when GET of this path is answered with 200. */
  readonly healthCheckPath: string;
  /** Between two checks, in milliseconds of the clock; default 1 s (an ALB's shortest is 5 s). */
  readonly intervalMs?: number;
}

interface TargetGroup {
  /** The targets that were healthy when last checked. */
  healthy(): readonly string[];
  close(): Promise<void>;
}

/** A target that answered is dropped after this many failures in a row, ELBv2's default. */
const UNHEALTHY_THRESHOLD = 2;

/** Longer than any health endpoint should take. */
const TIMEOUT_MS = 5_000;

/** Checks targets again and again; only healthy ones get requests, as behind an ALB. */
export function createTargetGroup({
  targets,
  clock,
  healthCheckPath,
  intervalMs = 1_000,
}: TargetGroupOptions): TargetGroup {
  /** Of each target that has been healthy: the failures since. */
  const failures = new Map<string, number>();
  const closing = new AbortController();

  const check = async (target: string) => {
    const healthy = await answers(`http://${target}${healthCheckPath}`, closing.signal);
    if (healthy) failures.set(target, 0);
    else if (failures.has(target)) failures.set(target, failures.get(target)! + 1);
    if ((failures.get(target) ?? 0) >= UNHEALTHY_THRESHOLD) failures.delete(target);
  };
  const run = async () => {
    while (!closing.signal.aborted) {
      const present = targets();
      for (const known of failures.keys()) if (!present.includes(known)) failures.delete(known);
      await Promise.all(present.map(check));
      await clock.sleep(intervalMs, closing.signal).catch(() => undefined);
    }
  };
  const ended = run();
  return {
    // A target that has gone gets nothing more, also before the next check.
    healthy: () => targets().filter((target) => failures.has(target)),
    async close() {
      closing.abort();
      await ended;
    },
  };
}

async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}
