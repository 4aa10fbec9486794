import type { TargetFindings } from '../workflow/documents/collected.ts';
import type { Problem } from '../workflow/documents/findings.ts';
import { tagOf } from './retool.ts';
import { ruleOf } from './retool-variables.ts';

type TargetDeployment = TargetFindings['deployments'][number];

/** The role of the deployment that serves users, as the vendor's chart names it. */
export const MAIN_BACKEND = 'main-backend';

/** A variable of a deployment, as Kubernetes states it. */
interface Variable {
  readonly value?: string;
  readonly secret?: { readonly name: string; readonly key: string };
  readonly from?: 'config-map' | 'field';
  readonly reference?: string;
}

/** A deployment of the application as it was read; its environment may hold secrets. */
export interface ReadDeployment extends Omit<TargetDeployment, 'imageTag' | 'mayMigrate' | 'architectures'> {
  readonly namespace: string;
  readonly architectures: readonly string[] | null;
  readonly environment: ReadonlyMap<string, Variable>;
}

/** What may be told of a deployment. */
export const describeDeployment = (of: ReadDeployment): TargetDeployment => ({
  name: of.name,
  role: of.role,
  replicas: of.replicas,
  readyReplicas: of.readyReplicas,
  image: of.image,
  imageTag: tagOf(of.image),
  release: of.release,
  requests: of.requests,
  limits: of.limits,
  serviceAccount: of.serviceAccount,
  architectures: of.architectures && [...of.architectures],
  mayMigrate: of.environment.get('DISABLE_DATABASE_MIGRATIONS')?.value !== 'true',
  keeper: of.keeper,
});

/** What may be told of variables: values only of those that are known to be no secret. */
export const describeVariables = (
  environment: ReadonlyMap<string, Variable>,
  print: (secret: string) => string,
): TargetFindings['variables'] =>
  [...environment]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { value, secret, from, reference }]) => {
      const hidden = ruleOf(name).secret;
      return {
        name,
        from: from ?? (secret ? 'secret' : 'value'),
        reference: secret ? `${secret.name}/${secret.key}` : (reference ?? null),
        value: hidden ? null : (value ?? null),
        fingerprint: hidden && value !== undefined ? print(value) : null,
      };
    });

/** One release for each main backend. */
export const releasesOf = (deployments: readonly ReadDeployment[]): NonNullable<TargetFindings['releases']> =>
  deployments
    .filter(({ role }) => role === MAIN_BACKEND)
    .map(({ namespace, release, name }) => ({ namespace, release, deployment: name }));

/** The add-on by which pods are given roles. */
const AGENT = 'eks-pod-identity-agent';

/** What the chart and the restore rest on, as far as API groups and the images of deployments tell; `others` is null where nobody may look. */
export function addOnsOf(
  apiGroups: readonly string[],
  others: readonly { readonly name: string; readonly images: readonly string[] }[] | null,
  { autoMode, managedAddOns }: { readonly autoMode: boolean; readonly managedAddOns: readonly string[] | null },
): TargetFindings['addOns'] {
  const look = (
    name: TargetFindings['addOns'][number]['name'],
    group: string | null,
    image: RegExp,
  ): TargetFindings['addOns'][number] => {
    if (group !== null && apiGroups.includes(group)) return { name, present: true, seen: `API group ${group}` };
    const found = others?.find(({ images }) => images.some((each) => image.test(each)));
    if (found) return { name, present: true, seen: `deployment ${found.name}` };
    return { name, present: others === null && group === null ? null : false, seen: '' };
  };
  const builtIn = (name: TargetFindings['addOns'][number]['name']) => ({ name, present: true, seen: 'EKS Auto Mode' });
  const agent = managedAddOns?.includes(AGENT) ?? null;
  return [
    look('external-secrets', 'external-secrets.io', /\/external-secrets(:|@|$)/),
    look('reloader', null, /\/reloader(:|@|$)/),
    autoMode
      ? builtIn('load-balancer-controller')
      : look('load-balancer-controller', 'elbv2.k8s.aws', /\/aws-load-balancer-controller(:|@|$)/),
    // A DaemonSet, which Passage does not list.
    autoMode
      ? builtIn('pod-identity-agent')
      : { name: 'pod-identity-agent', present: agent, seen: agent ? `EKS add-on ${AGENT}` : '' },
  ];
}

/** Two releases in one namespace cannot be told apart by Passage; others in the cluster are only said. */
export function releaseProblems(namespace: string, releases: readonly TargetFindingsRelease[]): Problem[] {
  const here = releases.filter((each) => each.namespace === namespace);
  const elsewhere = releases.filter((each) => each.namespace !== namespace);
  const list = (of: readonly TargetFindingsRelease[]) =>
    of.map(({ namespace: space, deployment, release }) => `${space}/${deployment}${release ? ` (${release})` : ''}`);
  return [
    ...(here.length > 1
      ? [
          {
            kind: 'release-ambiguous' as const,
            severity: 'BLOCKER' as const,
            what: `Namespace "${namespace}" holds ${here.length} main backends.`,
            where: list(here).join(', '),
            todo: 'Keep the release that is the target alone in its namespace: Passage starts and stops all deployments there.',
          },
        ]
      : []),
    ...(elsewhere.length > 0
      ? [
          {
            kind: 'release-ambiguous' as const,
            severity: here.length === 0 ? ('BLOCKER' as const) : ('INFO' as const),
            what: `The cluster holds ${elsewhere.length === 1 ? 'another release' : `${elsewhere.length} other releases`} of the application.`,
            where: list(elsewhere).join(', '),
            todo: `Make sure that "${namespace}" is the one that is the target.`,
          },
        ]
      : []),
  ];
}

type TargetFindingsRelease = NonNullable<TargetFindings['releases']>[number];
