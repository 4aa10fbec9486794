import type { EKSClient } from '@aws-sdk/client-eks';
import {
  AppsV1Api,
  CoreV1Api,
  type KubeConfig,
  NetworkingV1Api,
  PatchStrategy,
  setHeaderOptions,
  type V1Ingress,
  type V1IngressBackend,
} from '@kubernetes/client-node';
import { keeperOf } from '../../domain/target-keeper.ts';
import type { IngressFindings, Quota } from '../../workflow/documents/findings.ts';
import { connectCluster, isForbidden, isMissing, kubernetesRefused } from './cluster.ts';
import { type Deployment, readDeployment } from './deployments.ts';
import { readQuota } from './resource-quota.ts';
import { type WholeEnvironment, wholeEnvironment } from './whole-environment.ts';

/** Backend of a closed gate: the load balancer controller answers it from the annotation of the same name. */
const GATE = 'passage-gate';
const ANNOTATION = 'alb.ingress.kubernetes.io/';
const GATE_ANNOTATION = `${ANNOTATION}actions.${GATE}`;
/** Phases of a pod of which no process is left. */
const ENDED = ['Succeeded', 'Failed'];
const json = setHeaderOptions('Content-Type', PatchStrategy.JsonPatch);

export interface Backend {
  readonly service: string;
  readonly port: string | number;
}

/** The application in its namespace of the target cluster. */
export interface Application {
  deployments(): Promise<Deployment[]>;
  /** Its own variables and those of the objects that it takes all keys of. */
  environment(deployment: Deployment): Promise<WholeEnvironment>;
  secret(name: string, key: string): Promise<string | null>;
  scale(deployment: string, replicas: number): Promise<void>;
  /** Names of the pods of these deployments that have not ended, those that are about to as well; null where Passage may not list pods. */
  pods(deployments: readonly string[]): Promise<string[] | null>;
  /** Null where it is not there. @throws TargetNotFound where Passage may not read it. */
  ingress(name: string): Promise<IngressFindings | null>;
  /** ResourceQuotas of the namespace; null where Passage may not list them. */
  quotas(): Promise<Quota[] | null>;
  closeGate(ingress: string, page: string): Promise<void>;
  openGate(ingress: string, backend: Backend): Promise<void>;
}

export const application =
  (eks: EKSClient) =>
  (cluster: string, namespace: string): Application =>
    applicationOver(() => connectCluster(eks, cluster), namespace);

/** As `application`, over connections that are made otherwise. */
export function applicationOver(connect: () => Promise<KubeConfig>, namespace: string): Application {
  const connected = async () => {
    const config = await connect();
    return {
      apps: config.makeApiClient(AppsV1Api),
      core: config.makeApiClient(CoreV1Api),
      networking: config.makeApiClient(NetworkingV1Api),
    };
  };
  /** Sets the backend of every path that `which` picks. */
  const point = async (
    ingress: string,
    which: (backend: V1IngressBackend) => boolean,
    to: V1IngressBackend,
    annotation?: string,
  ) => {
    try {
      const { networking } = await connected();
      const found = await networking.readNamespacedIngress({ name: ingress, namespace });
      const body: object[] = [];
      if (annotation !== undefined) {
        if (!found.metadata?.annotations) body.push({ op: 'add', path: '/metadata/annotations', value: {} });
        body.push({
          op: 'add',
          path: `/metadata/annotations/${GATE_ANNOTATION.replaceAll('/', '~1')}`,
          value: annotation,
        });
      }
      for (const { path, backend } of paths(found)) {
        if (which(backend)) body.push({ op: 'replace', path: `${path}/backend`, value: to });
      }
      if (body.length > 0) await networking.patchNamespacedIngress({ name: ingress, namespace, body }, json);
    } catch (error) {
      throw kubernetesRefused(`change ingress "${ingress}" of namespace "${namespace}"`, error);
    }
  };
  return {
    async deployments() {
      try {
        const { apps } = await connected();
        const { items } = await apps.listNamespacedDeployment({ namespace });
        return items.flatMap(readDeployment);
      } catch (error) {
        throw kubernetesRefused(`list deployments of namespace "${namespace}"`, error);
      }
    },
    async environment(deployment) {
      try {
        return await wholeEnvironment(await connect(), namespace, deployment);
      } catch (error) {
        throw kubernetesRefused(`read the variables of deployment "${deployment.name}"`, error);
      }
    },
    async secret(name, key) {
      try {
        const { core } = await connected();
        const { data } = await core.readNamespacedSecret({ name, namespace });
        const value = data?.[key];
        return value === undefined ? null : Buffer.from(value, 'base64').toString('utf8');
      } catch (error) {
        throw kubernetesRefused(`read secret "${name}" of namespace "${namespace}"`, error);
      }
    },
    async scale(deployment, replicas) {
      try {
        const { apps } = await connected();
        // Not `replace`: the API leaves `replicas` out of a Scale whose count is zero.
        const body = [{ op: 'add', path: '/spec/replicas', value: replicas }];
        await apps.patchNamespacedDeploymentScale({ name: deployment, namespace, body }, json);
      } catch (error) {
        throw kubernetesRefused(`scale deployment "${deployment}" to ${replicas}`, error);
      }
    },
    async pods(names) {
      try {
        const { apps, core } = await connected();
        const { items } = await apps.listNamespacedDeployment({ namespace });
        const selectors = items
          .filter(({ metadata }) => names.includes(metadata?.name ?? ''))
          .map(({ spec }) =>
            Object.entries(spec?.selector.matchLabels ?? {}).map(([label, value]) => `${label}=${value}`),
          );
        const lists = await Promise.all(
          selectors.map((labels) => core.listNamespacedPod({ namespace, labelSelector: labels.join(',') })),
        );
        const left = lists.flatMap((list) => list.items).filter(({ status }) => !ENDED.includes(status?.phase ?? ''));
        return [...new Set(left.map(({ metadata }) => metadata?.name ?? ''))];
      } catch (error) {
        if (isForbidden(error)) return null;
        throw kubernetesRefused(`list pods of namespace "${namespace}"`, error);
      }
    },
    async ingress(name) {
      try {
        const { networking } = await connected();
        return describeIngress(await networking.readNamespacedIngress({ name, namespace }));
      } catch (error) {
        if (isMissing(error)) return null;
        throw kubernetesRefused(`read ingress "${name}" of namespace "${namespace}"`, error);
      }
    },
    async quotas() {
      try {
        const { core } = await connected();
        const { items } = await core.listNamespacedResourceQuota({ namespace });
        return items.map(readQuota);
      } catch (error) {
        if (isForbidden(error)) return null;
        throw kubernetesRefused(`list resource quotas of namespace "${namespace}"`, error);
      }
    },
    closeGate: (ingress, page) =>
      point(
        ingress,
        (backend) => !isGate(backend),
        { service: { name: GATE, port: { name: 'use-annotation' } } },
        JSON.stringify({
          type: 'fixed-response',
          fixedResponseConfig: {
            contentType: 'text/html',
            statusCode: '503',
            messageBody: page,
          },
        }),
      ),
    openGate: (ingress, { service, port }) =>
      point(ingress, isGate, {
        service: { name: service, port: typeof port === 'number' ? { number: port } : { name: port } },
      }),
  };
}

const isGate = (backend: V1IngressBackend): boolean => backend.service?.name === GATE;

/** Every path of every rule, with its JSON pointer. */
function paths(ingress: V1Ingress): { path: string; backend: V1IngressBackend }[] {
  return (ingress.spec?.rules ?? []).flatMap((rule, r) =>
    (rule.http?.paths ?? []).map(({ backend }, p) => ({ path: `/spec/rules/${r}/http/paths/${p}`, backend })),
  );
}

type Described = IngressFindings['backends'][number];
const describeBackend = ({ service }: V1IngressBackend): Described => ({
  service: service?.name ?? null,
  port: service?.port?.number ?? service?.port?.name ?? 80,
});

function describeIngress(ingress: V1Ingress): IngressFindings {
  const { metadata, spec, status } = ingress;
  const annotations = Object.entries(metadata?.annotations ?? {})
    .filter(([key]) => key.startsWith(ANNOTATION) && !key.startsWith(`${ANNOTATION}actions.`))
    .map(([key, value]) => [key.slice(ANNOTATION.length), value] as const);
  const rules = spec?.rules ?? [];
  const behind = paths(ingress).map(({ backend }) => backend);
  const open = behind.filter((backend) => !isGate(backend)).map(describeBackend);
  return {
    name: metadata?.name ?? '',
    class: spec?.ingressClassName ?? null,
    hosts: [...new Set(rules.flatMap(({ host }) => host ?? []))],
    hostnames: (status?.loadBalancer?.ingress ?? []).flatMap(({ hostname }) => hostname ?? []),
    annotations: Object.fromEntries(annotations),
    services: [...new Set([spec?.defaultBackend, ...behind].flatMap((backend) => backend?.service?.name ?? []))],
    backends: [...new Map(open.map((each) => [JSON.stringify(each), each])).values()],
    defaultBackend: spec?.defaultBackend ? describeBackend(spec.defaultBackend) : null,
    gated: behind.some(isGate),
    keeper: keeperOf(metadata),
  };
}
