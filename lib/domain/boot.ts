import { Boot } from '../workflow/documents/boot.ts';
import type { ErrorName } from '../workflow/errors.ts';
import { lastError, migrationFailed } from './boot-log.ts';
import { CHANGES_ANNOTATION } from './boot-pod.ts';
import { secondsBetween } from './quantities.ts';

/** A booting pod, as far as it matters; instants are ISO 8601. */
export interface BootingPod {
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Names of the container's variables. */
  readonly variables: readonly string[];
  readonly image: string;
  /** The application's, or the one before it that has failed. */
  readonly container: string;
  readonly port: number | null;
  readonly memoryLimit: string | null;
  readonly createdAt: string;
  /** Why no node takes it, in Kubernetes' words; null where one does. */
  readonly unschedulable: string | null;
  /** Whether it has a readiness probe at all. */
  readonly probed: boolean;
  /** Since when Kubernetes calls it ready; null while it does not. */
  readonly readySince: string | null;
  readonly state:
    | { readonly kind: 'waiting'; readonly reason: string; readonly message: string }
    | { readonly kind: 'running'; readonly since: string }
    /** A container that comes before the application's has failed. */
    | { readonly kind: 'unprepared'; readonly exitCode: number; readonly reason: string }
    | { readonly kind: 'ended'; readonly exitCode: number; readonly reason: string };
}

type RunningPod = BootingPod & { readonly state: { readonly kind: 'running'; readonly since: string } };

type Judgement =
  | { readonly kind: 'healthy'; readonly pod: RunningPod }
  | { readonly kind: 'failed'; readonly error: ErrorName; readonly message: string };

/** What cannot start is given so long: an image that a registry does not serve at once, a Secret that is only being made. */
const PATIENCE_SECONDS = 60;

const failed = (error: ErrorName, message: string): Judgement => ({ kind: 'failed', error, message });

/** How a boot stands. `log` is what its container has written so far, `now` milliseconds since the epoch. */
export function judgeBoot(pod: BootingPod | null, log: string, now: number): Judgement {
  if (!pod) {
    return failed(
      'BootFailed',
      'The booted pod is gone: somebody deleted it, or its node went away. Rehearse again; see the events of the namespace if it happens twice.',
    );
  }
  const { state, container, image, memoryLimit } = pod;
  const said = lastError(log);
  const words = said === null ? 'It wrote nothing.' : `Its log ends with: ${said}`;
  if (state.kind === 'unprepared') {
    return failed(
      'BootFailed',
      `Init container "${container}" ended with ${state.exitCode}${state.reason ? ` (${state.reason})` : ''}, so that the application was never started. ${words}`,
    );
  }
  if (state.kind === 'ended') {
    if (state.reason === 'OOMKilled') {
      return failed(
        'BootFailed',
        `The application ran out of memory (${memoryLimit ? `its limit is ${memoryLimit}` : 'it has no limit: its node was full'}). Give the deployment more before a cutover; migrations need more than serving does. ${words}`,
      );
    }
    if (migrationFailed(log)) {
      return failed(
        'MigrationFailed',
        `The application ended with ${state.exitCode} while it migrated the schema of the scratch database. ${words}`,
      );
    }
    const killed =
      state.exitCode === 137 || state.exitCode === 143 ? ' Something ended it: its liveness probe, or its node.' : '';
    return failed(
      'BootFailed',
      `The application ended with ${state.exitCode} before it was healthy.${killed} ${words}`,
    );
  }
  if (state.kind === 'waiting') {
    const seconds = (now - Date.parse(pod.createdAt)) / 1000;
    if (
      /ImagePull|InvalidImageName|ErrImage|Registry|ContainerConfigError|ContainerError|CrashLoop/.test(state.reason)
    ) {
      const what = /Image|Registry/.test(state.reason)
        ? `Image ${image} cannot be pulled (${state.reason})`
        : `Container "${container}" cannot be started (${state.reason})`;
      const message = `${what}: ${state.message || 'no reason given'}`;
      return seconds >= PATIENCE_SECONDS
        ? failed('BootFailed', message)
        : failed('BootNotReady', `${message}; it is tried again.`);
    }
    return failed(
      'BootNotReady',
      pod.unschedulable === null
        ? `The pod has not started yet (${state.reason}).`
        : `No node takes the pod: ${pod.unschedulable}.`,
    );
  }
  if (pod.readySince === null) {
    return failed('BootNotReady', `The application runs since ${state.since} and is not healthy yet. ${words}`);
  }
  return { kind: 'healthy', pod: { ...pod, state } };
}

/** When a healthy pod came to what, and what it took; Kubernetes tells whole seconds. */
export function timesOf(
  { createdAt, state, probed, readySince }: RunningPod,
  now: number,
): Pick<Boot, 'createdAt' | 'startedAt' | 'healthyAt' | 'seconds'> {
  const healthyAt = probed && readySince !== null ? readySince : new Date(now).toISOString();
  return {
    createdAt,
    startedAt: state.since,
    healthyAt,
    seconds: { start: secondsBetween(createdAt, state.since), boot: secondsBetween(state.since, healthyAt) },
  };
}

/** How its environment differs from the deployment's, as the pod itself says. */
export function changesOf({ annotations }: Pick<BootingPod, 'annotations'>): Boot['changes'] {
  return Boot.shape.changes.parse(JSON.parse(annotations[CHANGES_ANNOTATION] ?? '[]'));
}
