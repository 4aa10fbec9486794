import type { V1Container, V1Deployment, V1EnvVar, V1PodSpec } from '@kubernetes/client-node';
import { rolesOf } from '../../domain/retool.ts';
import { keeperOf } from '../../domain/target-keeper.ts';
import type { Sizing } from '../../workflow/documents/capacity.ts';
import type { Keeper } from '../../workflow/documents/findings.ts';
import { sizing } from './quantities.ts';

/** The pod-template label by which the vendor's chart names a deployment's role. */
const ROLE_LABEL = 'telemetry.retool.com/service-name';
const RELEASE_LABEL = 'app.kubernetes.io/instance';

export interface Variable {
  readonly value?: string;
  readonly secret?: { readonly name: string; readonly key: string };
  /** Neither a value of its own nor a secret's. */
  readonly from?: 'config-map' | 'field';
  /** `name/key` of the ConfigMap. */
  readonly reference?: string;
}

/** A deployment of the application. Its environment may hold secrets in clear. */
export interface Deployment {
  readonly name: string;
  readonly namespace: string;
  readonly role: string;
  readonly release: string | null;
  readonly image: string;
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly requests: Sizing;
  readonly limits: Sizing;
  readonly serviceAccount: string | null;
  readonly architectures: readonly string[] | null;
  readonly keeper: Keeper | null;
  readonly environment: ReadonlyMap<string, Variable>;
  /** `envFrom`: objects all of whose keys are variables, each with the prefix before it. */
  readonly environmentFrom: readonly {
    readonly kind: 'secret' | 'config-map';
    readonly name: string;
    readonly prefix: string;
  }[];
}

/** A deployment of the application, by its role label, or by SERVICE_TYPE where the chart is older than the label; else none. */
export function readDeployment(deployment: V1Deployment): Deployment[] {
  const template = deployment.spec?.template;
  const containers = template?.spec?.containers ?? [];
  const container = containers.find(({ env }) => env?.some(({ name }) => name === 'SERVICE_TYPE')) ?? containers[0];
  if (!container) return [];
  const environment = new Map((container.env ?? []).map((variable) => [variable.name, readVariable(variable)]));
  const labels = { ...deployment.metadata?.labels, ...template?.metadata?.labels };
  const [byType] = rolesOf(new Map([...environment].map(([name, { value = '' }]) => [name, value])));
  const role = template?.metadata?.labels?.[ROLE_LABEL] ?? byType;
  if (!role) return [];
  return [
    {
      name: deployment.metadata?.name ?? '',
      namespace: deployment.metadata?.namespace ?? '',
      role,
      release: labels[RELEASE_LABEL] ?? null,
      image: container.image ?? '',
      replicas: deployment.spec?.replicas ?? 1,
      readyReplicas: deployment.status?.readyReplicas ?? 0,
      requests: sizing(container.resources?.requests),
      limits: sizing(container.resources?.limits),
      serviceAccount: template?.spec?.serviceAccountName ?? null,
      architectures: architecturesOf(template?.spec),
      keeper: keeperOf(deployment.metadata),
      environment,
      environmentFrom: readSources(container),
    },
  ];
}

function readVariable({ value, valueFrom }: V1EnvVar): Variable {
  const { secretKeyRef: secret, configMapKeyRef: configMap } = valueFrom ?? {};
  if (secret?.name) return { secret: { name: secret.name, key: secret.key } };
  if (configMap) return { from: 'config-map', reference: `${configMap.name}/${configMap.key}` };
  if (valueFrom) return { from: 'field' };
  return { value: value ?? '' };
}

const readSources = ({ envFrom = [] }: V1Container): Deployment['environmentFrom'] =>
  envFrom.flatMap(({ prefix = '', secretRef, configMapRef }) => [
    ...(secretRef?.name ? [{ kind: 'secret' as const, name: secretRef.name, prefix }] : []),
    ...(configMapRef?.name ? [{ kind: 'config-map' as const, name: configMapRef.name, prefix }] : []),
  ]);

const ARCHITECTURE = 'kubernetes.io/arch';

/** Architectures of nodes to which pods are held by selector or required affinity; null where by neither. */
function architecturesOf(pod: V1PodSpec | undefined): string[] | null {
  const selected = pod?.nodeSelector?.[ARCHITECTURE];
  if (selected) return [selected];
  const terms = pod?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const held = terms.map(({ matchExpressions = [] }) =>
    matchExpressions.find(({ key, operator }) => key === ARCHITECTURE && operator === 'In'),
  );
  // A pod fits by any one of the terms: one that does not say opens every node.
  if (held.length === 0 || held.some((expression) => !expression)) return null;
  return [...new Set(held.flatMap((expression) => expression?.values ?? []))];
}

/** What the pods of a deployment ask for together, at its replicas now. */
export function requestedBy({ spec }: V1Deployment): { cpuMillis: number; memoryMiB: number } {
  const containers = (spec?.template.spec?.containers ?? []).map(({ resources }) => sizing(resources?.requests));
  const sum = (of: keyof Sizing) => containers.reduce((total, each) => total + (each[of] ?? 0), 0);
  const replicas = spec?.replicas ?? 1;
  return { cpuMillis: replicas * sum('cpuMillis'), memoryMiB: replicas * sum('memoryMiB') };
}
