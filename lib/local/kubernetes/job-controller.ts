import type { Clock } from '../clock.ts';
import { earliest } from './control-loop.ts';
import { deletePod } from './deletion.ts';
import type { ObjectStore } from './object-store.ts';
import { JOBS, type Job, ownedBy, ownerReference, PODS, type Pod, timestamp } from './objects.ts';

/** On a pod until its end has been counted, so that a pod that is gone is not forgotten. */
const TRACKING = 'batch.kubernetes.io/job-tracking';

/** A failed pod is followed by the next one after 10 s, 20 s, 40 s … up to 6 minutes. */
const BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 6 * 60_000;

/** What a Job is when nobody said otherwise. */
export function withJobDefaults(spec: Job['spec'], uid: string, name: string): Job['spec'] {
  const labels = {
    ...spec.template.metadata?.labels,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  return {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    ...spec,
    selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
    template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
  };
}

/** Runs every Job towards its end. @returns when time alone will make a difference */
export function reconcileJobs(store: ObjectStore, clock: Clock): number | undefined {
  for (const pod of store.list<Pod>(PODS)) {
    // The Job of this pod is gone: nobody will count it.
    if (isTracked(pod) && !store.list<Job>(JOBS).some((job) => ownedBy(pod, job))) untrack(store, pod);
  }
  return earliest(...store.list<Job>(JOBS).map((job) => reconcile(job, store, clock)));
}

function reconcile(job: Job, store: ObjectStore, clock: Clock): number | undefined {
  const pods = store.list<Pod>(PODS, job.metadata.namespace).filter((pod) => ownedBy(pod, job));
  count(job, pods, store);
  if (job.metadata.deletionTimestamp) return undefined;
  if (conditionOf(job, 'Complete') || conditionOf(job, 'Failed')) return expire(job, store, clock);

  const active = pods.filter((pod) => !isTerminal(pod) && !pod.metadata.deletionTimestamp);
  const started = Date.parse(job.status.startTime ?? timestamp(clock.now()));
  const { activeDeadlineSeconds, backoffLimit = 6, completions = 1, parallelism = 1, suspend } = job.spec;
  const { succeeded = 0, failed = 0 } = job.status;
  const deadline = activeDeadlineSeconds === undefined ? undefined : started + activeDeadlineSeconds * 1000;
  let next = deadline;

  if (!conditionOf(job, 'FailureTarget') && !conditionOf(job, 'SuccessCriteriaMet')) {
    if (deadline !== undefined && clock.now() >= deadline) {
      condition(
        store,
        clock,
        job,
        'FailureTarget',
        'DeadlineExceeded',
        'Job was active longer than specified deadline',
      );
    } else if (failed > backoffLimit) {
      condition(
        store,
        clock,
        job,
        'FailureTarget',
        'BackoffLimitExceeded',
        'Job has reached the specified backoff limit',
      );
    } else if (succeeded >= completions) {
      condition(
        store,
        clock,
        job,
        'SuccessCriteriaMet',
        'CompletionsReached',
        'Reached expected number of succeeded pods',
      );
    }
  }
  const failure = conditionOf(job, 'FailureTarget');
  const success = conditionOf(job, 'SuccessCriteriaMet');
  if (failure || success) {
    // Kubernetes says the end only when no pod of the Job runs any more.
    for (const pod of active) deletePod(store, clock, pod);
    if (pods.every(isTerminal)) {
      if (failure) condition(store, clock, job, 'Failed', failure.reason!, failure.message!);
      else condition(store, clock, job, 'Complete', success!.reason!, success!.message!);
    }
    return expire(job, store, clock);
  }

  const wanted = suspend ? 0 : Math.min(parallelism, completions - succeeded);
  const mayStart = startAfterFailure(job, pods);
  if (active.length < wanted && clock.now() < mayStart) next = earliest(next, mayStart);
  else for (let missing = wanted - active.length; missing > 0; missing -= 1) createPod(job, store);
  const now = store.list<Pod>(PODS, job.metadata.namespace).filter((pod) => ownedBy(pod, job) && !isTerminal(pod));
  store.update(job, ({ status }) => {
    status.startTime ??= timestamp(clock.now());
    status.active = now.length;
    status.ready = now.filter((pod) => pod.status.phase === 'Running').length;
  });
  return next;
}

/** Adds the pods that have ended since the last look to the Job's counts, each once. */
function count(job: Job, pods: readonly Pod[], store: ObjectStore): void {
  for (const pod of pods.filter((each) => isTerminal(each) && isTracked(each))) {
    store.update(job, ({ status }) => {
      if (pod.status.phase === 'Succeeded') status.succeeded = (status.succeeded ?? 0) + 1;
      else status.failed = (status.failed ?? 0) + 1;
      status.active = pods.filter((each) => !isTerminal(each)).length;
    });
    untrack(store, pod);
  }
}

function createPod(job: Job, store: ObjectStore): void {
  const { template } = job.spec;
  store.create<Pod>(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(template.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
      generateName: `${job.metadata.name}-`,
      namespace: job.metadata.namespace,
      labels: { ...template.metadata?.labels },
      ownerReferences: [ownerReference(job)],
      finalizers: [TRACKING],
    },
    spec: structuredClone(template.spec),
    status: { phase: 'Pending' },
  });
}

function startAfterFailure(job: Job, pods: readonly Pod[]): number {
  const { failed = 0 } = job.status;
  if (failed === 0) return 0;
  const ends = pods
    .flatMap((pod) => pod.status.containerStatuses ?? [])
    .map((each) => Date.parse(each.state?.terminated?.finishedAt ?? ''));
  const last = Math.max(0, ...ends.filter((each) => !Number.isNaN(each)));
  return last + Math.min(BACKOFF_MS * 2 ** (failed - 1), LONGEST_BACKOFF_MS);
}

/** Deletes a finished Job and its pods when `ttlSecondsAfterFinished` is over. */
function expire(job: Job, store: ObjectStore, clock: Clock): number | undefined {
  const end = conditionOf(job, 'Complete') ?? conditionOf(job, 'Failed');
  const ttl = job.spec.ttlSecondsAfterFinished;
  if (ttl === undefined || !end) return undefined;
  const at = Date.parse(end.lastTransitionTime!) + ttl * 1000;
  if (clock.now() < at) return at;
  for (const pod of store.list<Pod>(PODS, job.metadata.namespace)) if (ownedBy(pod, job)) deletePod(store, clock, pod);
  store.remove(job);
  return undefined;
}

function condition(store: ObjectStore, clock: Clock, job: Job, type: string, reason: string, message: string): void {
  const at = timestamp(clock.now());
  store.update(job, ({ status }) => {
    status.conditions = [
      ...(status.conditions ?? []),
      { type, status: 'True', reason, message, lastProbeTime: at, lastTransitionTime: at },
    ];
    if (type !== 'Complete' && type !== 'Failed') return;
    delete status.active;
    status.ready = 0;
    if (type === 'Complete') status.completionTime = at;
  });
}

const conditionOf = (job: Job, type: string) =>
  job.status.conditions?.find((each) => each.type === type && each.status === 'True');
const isTerminal = ({ status: { phase } }: Pod): boolean => phase === 'Succeeded' || phase === 'Failed';
const isTracked = (pod: Pod): boolean => pod.metadata.finalizers?.includes(TRACKING) ?? false;
const untrack = (store: ObjectStore, pod: Pod) =>
  store.update(pod, ({ metadata }) => {
    metadata.finalizers = metadata.finalizers?.filter((each) => each !== TRACKING);
  });
