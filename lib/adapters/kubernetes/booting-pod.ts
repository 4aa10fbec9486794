import type { V1ContainerStatus, V1Pod, V1PodStatus } from '@kubernetes/client-node';
import type { BootingPod } from '../../domain/boot.ts';
import { mainContainer } from '../../domain/boot-pod.ts';

const iso = (date: Date | undefined): string | null => (date ? new Date(date).toISOString() : null);

/** What Kubernetes says of the booted pod. */
export function readPod({ metadata, spec, status }: V1Pod): BootingPod {
  const main = mainContainer(spec?.containers ?? []);
  const condition = (type: string) => status?.conditions?.find((each) => each.type === type);
  const scheduled = condition('PodScheduled');
  const ready = condition('Ready');
  const { container, state } = stateOf(main?.name ?? '', status);
  return {
    name: metadata?.name ?? '',
    annotations: metadata?.annotations ?? {},
    variables: (main?.env ?? []).map(({ name }) => name),
    image: main?.image ?? '',
    container,
    port: main?.ports?.[0]?.containerPort ?? null,
    memoryLimit: main?.resources?.limits?.memory ?? null,
    createdAt: iso(metadata?.creationTimestamp) ?? new Date(0).toISOString(),
    unschedulable: scheduled?.status === 'False' ? (scheduled.message ?? 'no reason given') : null,
    // Without a probe Kubernetes calls whatever runs ready.
    probed: main?.readinessProbe !== undefined,
    readySince: ready?.status === 'True' ? iso(ready.lastTransitionTime) : null,
    state,
  };
}

/** How the container stands that the start hangs on: the application's, unless one before it has failed. */
function stateOf(main: string, status: V1PodStatus | undefined): Pick<BootingPod, 'container' | 'state'> {
  const own = status?.containerStatuses?.find(({ name }) => name === main);
  const before = status?.initContainerStatuses?.find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
  const { exitCode, reason } = before?.state?.terminated ?? {};
  // One that runs beside the application may end with any code once the application has.
  const isStarted = own?.state?.running !== undefined || own?.state?.terminated !== undefined;
  if (before && exitCode !== undefined && !isStarted) {
    return { container: before.name, state: { kind: 'unprepared', exitCode, reason: reason ?? '' } };
  }
  return { container: main, state: ofApplication(own, status?.phase, status?.reason) };
}

function ofApplication(own: V1ContainerStatus | undefined, phase = '', reason = ''): BootingPod['state'] {
  const { terminated, running, waiting } = own?.state ?? {};
  if (terminated) return { kind: 'ended', exitCode: terminated.exitCode, reason: terminated.reason ?? '' };
  // Evicted, or past its deadline: then the container has no word of its own.
  if (phase === 'Failed') return { kind: 'ended', exitCode: 137, reason };
  if (running) return { kind: 'running', since: iso(running.startedAt) ?? new Date(0).toISOString() };
  return { kind: 'waiting', reason: waiting?.reason ?? (phase || 'Pending'), message: waiting?.message ?? '' };
}
