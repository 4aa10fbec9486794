import { setMaxListeners } from 'node:events';
import { errorNames, WorkflowError } from '../workflow/errors.ts';
import type { CopierOutput } from './contract.ts';
import type { Clock, Log, TaskCallback } from './ports.ts';

/** Why a worker stops without an answer of its own. */
class HeartbeatRefused extends Error {}

/**
 * Runs one role under its task token: a heartbeat every `heartbeatSeconds`, then one answer. Returns the process's
 * exit code: 0 when the success was delivered. When the heartbeat is refused, nobody waits any more: the role's
 * signal is aborted and nothing is answered. `stop` aborts too (SIGTERM), and answers WorkerLost.
 */
export async function perform(
  role: (signal: AbortSignal) => Promise<CopierOutput>,
  callback: TaskCallback,
  clock: Clock,
  log: Log,
  heartbeatSeconds: number,
  stop: AbortSignal,
): Promise<number> {
  const refused = new AbortController();
  const answered = new AbortController();
  const signal = AbortSignal.any([stop, refused.signal]);
  setMaxListeners(0, signal);
  // The role's sessions end with the signal; what else it may be waiting for is not worth waiting for.
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => {});
  // Not waited for at the end: a beat under way may take as long as its time-out.
  beat(callback, clock, log, heartbeatSeconds, answered.signal).catch((error) => refused.abort(error));
  try {
    const output = await Promise.race([role(signal), aborted]);
    log('succeeded', { ...output });
    await callback.succeed(output);
    return 0;
  } catch (error) {
    if (refused.signal.aborted) {
      log('stopped: the heartbeat was refused');
      return 1;
    }
    const failure = stop.aborted ? new WorkflowError('WorkerLost', 'The worker was stopped from outside.') : error;
    const { name, message } = asDeclared(failure);
    log('failed', { error: name, cause: message, stack: (failure as Error).stack });
    await callback.fail(name, message).catch((undelivered: Error) => {
      log('failure not delivered', { reason: `${undelivered.name}: ${undelivered.message}` });
    });
    return 1;
  } finally {
    answered.abort();
  }
}

/** Throws when the heartbeat is refused; one that does not get through is tried again at the next beat. */
async function beat(
  callback: TaskCallback,
  clock: Clock,
  log: Log,
  everySeconds: number,
  until: AbortSignal,
): Promise<void> {
  while (!until.aborted) {
    const alive = await callback.beat().catch((error: Error) => {
      log('heartbeat not delivered', { reason: `${error.name}: ${error.message}` });
      return true;
    });
    if (!alive) throw new HeartbeatRefused();
    await clock.sleep(everySeconds * 1000, until).catch(() => {});
  }
}

/** What is not declared is a defect of ours. */
function asDeclared(error: unknown): { name: string; message: string } {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if ((errorNames as readonly string[]).includes(name)) return { name, message };
  return { name: 'WorkerLost', message: `The worker failed unexpectedly: ${name}: ${message}` };
}
