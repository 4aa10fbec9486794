import type { V1Container, V1Deployment, V1EnvVar } from '@kubernetes/client-node';
import { rolesOf } from '../../domain/retool.ts';
import type { Sizing } from '../../workflow/findings.ts';

/** The pod-template label by which the vendor's chart names a deployment's role. */
const ROLE_LABEL = 'telemetry.retool.com/service-name';
const RELEASE_LABEL = 'app.kubernetes.io/instance';

export interface Variable {
  readonly value?: string;
  readonly secret?: { readonly name: string; readonly key: string };
  /** Neither a value nor a secret's. */
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
  readonly environment: ReadonlyMap<string, Variable>;
  readonly environmentFrom: readonly { readonly kind: 'secret' | 'config-map'; readonly name: string }[];
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
  envFrom.flatMap(({ secretRef, configMapRef }) => [
    ...(secretRef?.name ? [{ kind: 'secret' as const, name: secretRef.name }] : []),
    ...(configMapRef?.name ? [{ kind: 'config-map' as const, name: configMapRef.name }] : []),
  ]);

const MIB = 1024 * 1024;

function sizing(of: Readonly<Record<string, string>> | undefined): Sizing {
  const [cpu, memory] = [quantity(of?.cpu), quantity(of?.memory)];
  return {
    cpuMillis: cpu === null ? null : Math.round(cpu * 1000),
    memoryMiB: memory === null ? null : Math.round(memory / MIB),
  };
}

const factors: Readonly<Record<string, number>> = {
  ...{ m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
};

/** A Kubernetes quantity as a number: `500m` is 0.5, `2Gi` is 2147483648; null for none, and for a form that is rare. */
function quantity(text: string | undefined): number | null {
  const [, digits, suffix = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text ?? '') ?? [];
  const factor = factors[suffix];
  return digits === undefined || factor === undefined ? null : Number(digits) * factor;
}
