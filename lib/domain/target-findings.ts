import type { TargetFindings } from '../workflow/documents/collected.ts';
import type { Address, IngressFindings, Problem } from '../workflow/documents/findings.ts';
import { capacityOf, type SurveyedRoom } from './cluster-capacity.ts';
import { type ApplicationDatabase, keyFormatProblem, tagOf, type Variables } from './retool.ts';
import { named } from './source-application.ts';
import {
  addOnsOf,
  describeDeployment,
  describeVariables,
  type ReadDeployment,
  releaseProblems,
  releasesOf,
} from './target-application.ts';
import { backendOf } from './target-gate.ts';

/** The findings where there is no application: the configuration names none, or it was not found. */
export const withoutTargetApplication = (database: Address | null): TargetFindings => ({
  namespace: null,
  deployments: [],
  imageTag: null,
  database,
  applicationDatabase: null,
  applicationLogin: null,
  encryptionKey: null,
  encryption: null,
  variables: [],
  environmentFrom: [],
  quotas: null,
  releases: null,
  addOns: [],
  kubernetesVersion: null,
  capacity: null,
  ingress: null,
  backend: null,
  problems: [],
});

/** The application as it was read. Holds secrets. */
interface ReadApplication {
  readonly namespace: string;
  readonly deployments: readonly ReadDeployment[];
  readonly main: ReadDeployment;
  readonly environmentFrom: TargetFindings['environmentFrom'];
  readonly plain: Variables;
  readonly database: ApplicationDatabase | null;
  readonly encryptionKey: string | null;
  readonly ingress: IngressFindings | null;
  readonly quotas: TargetFindings['quotas'];
  readonly problems: readonly Problem[];
}

/** The cluster around it. */
interface ReadCluster extends SurveyedRoom {
  readonly managedAddOns: readonly string[] | null;
  readonly version: string;
  readonly deployments: {
    readonly application: readonly ReadDeployment[];
    readonly others: readonly { readonly name: string; readonly images: readonly string[] }[];
    readonly requested: { readonly cpuMillis: number; readonly memoryMiB: number };
  } | null;
}

/** What may be told where the application was not found: the cluster, as far as that was seen, and why. */
export const missingTarget = (database: Address | null, cluster: ReadCluster | null, why: Problem): TargetFindings => ({
  ...withoutTargetApplication(database),
  ...(cluster && aroundOf(cluster)),
  problems: [why, ...(cluster ? unseenOf(cluster) : [])],
});

const aroundOf = (cluster: ReadCluster) => ({
  releases: cluster.deployments && releasesOf(cluster.deployments.application),
  addOns: addOnsOf(cluster.apiGroups, cluster.deployments?.others ?? null, cluster),
  kubernetesVersion: cluster.version,
  capacity: capacityOf(cluster),
});

const unseenOf = ({ deployments, nodes }: ReadCluster): Problem[] => [
  ...(deployments === null ? [unseen] : []),
  ...(nodes === null ? [unseenNodes] : []),
];

/**
 * What may be told of the application and the cluster around it.
 * @param print the keyed fingerprint of a secret
 */
export function targetFindings(
  found: ReadApplication,
  cluster: ReadCluster,
  of: {
    database: Address | null;
    applicationLogin: TargetFindings['applicationLogin'];
    print: (secret: string) => string;
  },
): TargetFindings {
  const around = aroundOf(cluster);
  const { plain, encryptionKey } = found;
  const previous = plain.get('ENCRYPTION_KEY_OLD');
  return {
    namespace: found.namespace,
    deployments: found.deployments.map(describeDeployment),
    imageTag: tagOf(found.main.image),
    database: of.database,
    applicationDatabase: found.database && named(found.database),
    applicationLogin: of.applicationLogin,
    encryptionKey: encryptionKey ? { secretArn: null, fingerprint: of.print(encryptionKey) } : null,
    encryption: {
      gcm: flag(found, 'USE_GCM_ENCRYPTION'),
      v2: flag(found, 'USE_ENCRYPTION_V2'),
      previousKey: previous ? { secretArn: null, fingerprint: of.print(previous) } : null,
    },
    variables: describeVariables(found.main.environment, of.print),
    environmentFrom: [...found.environmentFrom],
    quotas: found.quotas,
    ...around,
    ingress: found.ingress,
    backend: found.ingress && backendOf(found.ingress),
    problems: [
      ...found.problems,
      ...releaseProblems(found.namespace, around.releases ?? releasesOf(found.deployments)),
      ...keyProblem(encryptionKey),
      ...unseenOf(cluster),
      ...found.environmentFrom.filter(({ complete }) => !complete).map(unknownKeys),
    ],
  };
}

/** A variable that is `true`; null where it comes, or may come, from an object that Passage does not read. */
function flag({ main: { environment }, environmentFrom }: ReadApplication, name: string): boolean | null {
  const variable = environment.get(name);
  if (variable) return variable.value === undefined ? null : variable.value === 'true';
  return environmentFrom.every(({ complete }) => complete) ? false : null;
}

const unseen: Problem = {
  kind: 'not-looked',
  severity: 'INFO',
  what: 'Passage may not list the deployments of the whole cluster: another release, Reloader and others are not seen.',
  where: 'the target cluster',
  todo: "Apply Passage's RBAC file of this version, with its ClusterRole passage-surveyor.",
};

const unseenNodes: Problem = {
  kind: 'not-looked',
  severity: 'INFO',
  what: 'Passage may not list the nodes of the cluster: whether the images run there, and fit, is not known.',
  where: 'the target cluster',
  todo: "Apply Passage's RBAC file of this version, with its ClusterRole passage-surveyor.",
};

const unknownKeys = ({ kind, name, through }: TargetFindings['environmentFrom'][number]): Problem => ({
  kind: 'not-looked',
  severity: 'INFO',
  what: through
    ? `${through} names only some keys of the object from which the main backend takes all variables: the others come from a store as a whole.`
    : 'The main backend takes all variables of this object, and Passage may not know its keys.',
  where: `${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${name}`,
  todo:
    kind === 'secret'
      ? 'Compare its keys by hand. Passage asks for no right to read all Secrets: apply its RBAC file of this version, which names the Secrets that it may read and lets it list ExternalSecrets, or add this one to the resourceNames of Role passage-reader.'
      : "Apply Passage's RBAC file of this version, so that it may read ConfigMaps.",
});

function keyProblem(key: string | null): Problem[] {
  const wrong = key === null ? null : keyFormatProblem(key);
  if (!wrong) return [];
  return [
    {
      kind: 'encryption-key-format',
      severity: 'BLOCKER',
      what: `The target's ENCRYPTION_KEY ${wrong}.`,
      where: "the target's main backend",
      todo: "Store exactly the source's key, with no line break at its end.",
    },
  ];
}
