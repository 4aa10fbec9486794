import type { EKSClient } from '@aws-sdk/client-eks';
import {
  AppsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  type KubeConfig,
  type V1Pod,
  type V1PodSpec,
} from '@kubernetes/client-node';
import type { BootingPod } from '../../domain/boot.ts';
import { BOOT_POD, type BootPod, type PodTemplate, RUN_LABEL } from '../../domain/boot-pod.ts';
import { MAIN_BACKEND } from '../../domain/target-application.ts';
import { WorkflowError } from '../../workflow/errors.ts';
import { readPod } from './booting-pod.ts';
import { connectCluster, isConflict, isForbidden, isMissing, kubernetesRefused } from './cluster.ts';
import { readDeployment } from './deployments.ts';
import { type Answer, askPod, type Question } from './pod-tunnel.ts';
import { quantity } from './quantities.ts';

/** Enough for everything that a start writes; more is an application in trouble, of which the end is read. */
const LOG_BYTES = 1_000_000;
const LOG_LINES = 2_000;

export interface BootPods {
  /** The main backend's deployment, with the pod template that a boot is made of. */
  template(): Promise<{ deployment: string; template: PodTemplate<V1PodSpec> }>;
  /** Creates the pod; the run whose pod is there already, or null when it was created. */
  create(pod: BootPod<V1PodSpec>): Promise<string | null>;
  find(): Promise<BootingPod | null>;
  /** What the container has written, from its beginning; of a long log its end. */
  log(container: string): Promise<string>;
  /** Bytes in use by all containers of the pod, or why that is not known. */
  memory(): Promise<{ bytes: number } | { because: string }>;
  /** Asks the application itself, through the API server. */
  ask(port: number, question: Question): Promise<Answer>;
  /** Asks for the pod's end; false once it is gone, or is another run's. */
  remove(run: string): Promise<boolean>;
}

/** The booted backend in the application's namespace of a cluster. */
export const bootPods =
  (eks: EKSClient) =>
  (cluster: string, namespace: string): BootPods => {
    let config: Promise<KubeConfig> | undefined;
    return bootPodsOver(() => (config ??= connectCluster(eks, cluster)), namespace);
  };

/** As `bootPods`, over a connection that is there. */
export function bootPodsOver(connected: () => Promise<KubeConfig>, namespace: string): BootPods {
  const core = async () => (await connected()).makeApiClient(CoreV1Api);
  const name = BOOT_POD;
  const called = `pod "${name}" of namespace "${namespace}"`;
  const read = async (): Promise<V1Pod | null> => {
    try {
      return await (await core()).readNamespacedPod({ name, namespace });
    } catch (error) {
      if (isMissing(error)) return null;
      throw kubernetesRefused(`read ${called}`, error);
    }
  };

  return {
    async template() {
      try {
        const apps = (await connected()).makeApiClient(AppsV1Api);
        const { items } = await apps.listNamespacedDeployment({ namespace });
        const main = items.find((each) => readDeployment(each).some(({ role }) => role === MAIN_BACKEND));
        const spec = main?.spec?.template.spec;
        if (!main || !spec) {
          throw new WorkflowError(
            'TargetNotFound',
            `Namespace "${namespace}" has no deployment of role ${MAIN_BACKEND} any more.`,
          );
        }
        const metadata = main.spec?.template.metadata;
        return { deployment: main.metadata?.name ?? '', template: { ...(metadata && { metadata }), spec } };
      } catch (error) {
        throw kubernetesRefused(`read the main backend's deployment of namespace "${namespace}"`, error);
      }
    },
    async create({ metadata, spec }) {
      try {
        await (await core()).createNamespacedPod({ namespace, body: { metadata, spec } });
        return null;
      } catch (error) {
        if (!isConflict(error)) throw kubernetesRefused(`create ${called}`, error);
        return (await read())?.metadata?.labels?.[RUN_LABEL] ?? '';
      }
    },
    async find() {
      const pod = await read();
      return pod && readPod(pod);
    },
    async log(container) {
      try {
        const api = await core();
        const whole = await api.readNamespacedPodLog({ name, namespace, container, limitBytes: LOG_BYTES });
        if (Buffer.byteLength(whole) < LOG_BYTES) return whole;
        const end = await api.readNamespacedPodLog({ name, namespace, container, tailLines: LOG_LINES });
        return `${whole}\n${end}`;
      } catch (error) {
        // 400: there is no process yet that could have written anything.
        if (isMissing(error) || (error instanceof Error && 'code' in error && error.code === 400)) return '';
        throw kubernetesRefused(`read the log of ${called}`, error);
      }
    },
    async memory() {
      try {
        const metrics = (await connected()).makeApiClient(CustomObjectsApi);
        const found = (await metrics.getNamespacedCustomObject({
          group: 'metrics.k8s.io',
          version: 'v1beta1',
          namespace,
          plural: 'pods',
          name,
        })) as { containers?: { usage?: { memory?: string } }[] };
        const bytes = (found.containers ?? []).map(({ usage }) => quantity(usage?.memory));
        if (bytes.length === 0 || bytes.includes(null)) return { because: 'the cluster has no figures of the pod yet' };
        return { bytes: bytes.reduce<number>((sum, each) => sum + (each ?? 0), 0) };
      } catch (error) {
        if (isMissing(error)) return { because: 'the cluster has no metrics server, or it has not seen the pod yet' };
        if (isForbidden(error))
          return { because: "Passage may not read metrics.k8s.io: apply the cluster's RBAC file" };
        return { because: 'the metrics of the cluster did not answer' };
      }
    },
    async ask(port, question) {
      try {
        return await askPod(await connected(), { namespace, pod: name, port }, question);
      } catch (error) {
        throw kubernetesRefused(`ask the application in ${called}`, error);
      }
    },
    async remove(run) {
      const pod = await read();
      if (!pod || pod.metadata?.labels?.[RUN_LABEL] !== run) return false;
      if (pod.metadata.deletionTimestamp) return true;
      try {
        const uid = pod.metadata.uid;
        await (await core()).deleteNamespacedPod({ name, namespace, body: { ...(uid && { preconditions: { uid } }) } });
        return true;
      } catch (error) {
        // Gone meanwhile, or another pod of the name, which is not ours.
        if (isMissing(error) || isConflict(error)) return false;
        throw kubernetesRefused(`delete ${called}`, error);
      }
    },
  };
}
