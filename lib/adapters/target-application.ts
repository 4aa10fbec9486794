import { databaseOf, type Variables } from '../domain/retool.ts';
import { MAIN_BACKEND } from '../domain/target-application.ts';
import type { Problem } from '../workflow/documents/findings.ts';
import { WorkflowError } from '../workflow/errors.ts';
import type { Application, Backend, Deployment } from './kubernetes/application.ts';
import type { Survey } from './kubernetes/survey.ts';
import type { WholeEnvironment } from './kubernetes/whole-environment.ts';

/** The application on the target cluster. Holds a secret: it never leaves the function that reads it. */
export interface TargetApplication {
  readonly namespace: string;
  readonly deployments: readonly Deployment[];
  /** With the variables of the objects that it takes all keys of, as far as these may be known. */
  readonly main: Deployment;
  readonly environmentFrom: WholeEnvironment['sources'];
  /** Variables of the main backend whose values stand in clear. */
  readonly plain: Variables;
  readonly database: ReturnType<typeof databaseOf>;
  readonly encryptionKey: string | null;
  readonly backend: Backend;
  readonly problems: readonly Problem[];
}

/** The one namespace in which the survey saw a main backend. */
export function foundNamespace({ deployments }: Survey): string {
  const mains = (deployments?.application ?? []).filter(({ role }) => role === MAIN_BACKEND);
  const namespaces = [...new Set(mains.map(({ namespace }) => namespace))];
  const [only] = namespaces;
  if (only !== undefined && namespaces.length === 1) return only;
  throw new WorkflowError(
    'TargetNotFound',
    deployments === null
      ? 'Passage may not list the deployments of the cluster, and the configuration names no namespace: set target.application.namespace, or apply the RBAC file with its ClusterRole.'
      : namespaces.length === 0
        ? `No deployment of the cluster bears the label telemetry.retool.com/service-name=${MAIN_BACKEND}; install the application first.`
        : `The application is in ${namespaces.length} namespaces (${namespaces.join(', ')}): say which is the target in target.application.namespace.`,
  );
}

/** Finds deployments by the chart's role label, and database and key in the main backend's environment. */
export async function findTarget(
  application: Application,
  survey: Survey,
  { namespace, ingress }: { namespace: string; ingress: string },
): Promise<TargetApplication> {
  const deployments = await application.deployments();
  const stated = deployments.find(({ role }) => role === MAIN_BACKEND);
  if (!stated) {
    const elsewhere = survey.deployments?.application.filter(({ role }) => role === MAIN_BACKEND) ?? [];
    const seen = [...new Set(elsewhere.map((each) => each.namespace))];
    throw new WorkflowError(
      'TargetNotFound',
      `No deployment of namespace "${namespace}" bears the label telemetry.retool.com/service-name=${MAIN_BACKEND}; ${
        seen.length > 0
          ? `namespace ${seen.map((each) => `"${each}"`).join(' or ')} has one: set target.application.namespace, and apply the RBAC file for it.`
          : 'check target.application.namespace in the configuration.'
      }`,
    );
  }
  const { environment, sources } = await application.environment(stated);
  const main = { ...stated, environment };
  const plain = new Map(
    [...main.environment].flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value] as const])),
  );
  const backend = await application.backend(ingress);
  if (!backend) {
    throw new WorkflowError(
      'TargetNotFound',
      `Ingress "${ingress}" has no service behind it; open its gate or correct target.application.ingress.`,
    );
  }
  const key = await encryptionKeyOf(application, main);
  return {
    namespace,
    deployments,
    main,
    environmentFrom: sources,
    plain,
    database: databaseOf(plain),
    encryptionKey: 'value' in key ? key.value : null,
    backend,
    problems: 'problem' in key ? [key.problem] : [],
  };
}

/** The key where it stands in clear or in a Secret that Passage may read. */
async function encryptionKeyOf(
  application: Application,
  { name, environment }: Deployment,
): Promise<{ value: string | null } | { problem: Problem }> {
  const { value, secret } = environment.get('ENCRYPTION_KEY') ?? {};
  if (value !== undefined) return { value: value || null };
  if (!secret) return { value: null };
  const unreadable = (what: string, todo: string): { problem: Problem } => ({
    problem: {
      kind: 'secret-unreadable',
      severity: 'BLOCKER',
      what,
      where: `deployment ${name}: Secret ${secret.name}/${secret.key}`,
      todo,
    },
  });
  try {
    const read = await application.secret(secret.name, secret.key);
    if (read !== null) return { value: read };
    return unreadable(
      `The Secret of the target's ENCRYPTION_KEY has no key "${secret.key}".`,
      "Store the source's key in it: no pod of the deployment can start without.",
    );
  } catch (error) {
    if (!(error instanceof WorkflowError) || error.name !== 'TargetNotFound') throw error;
    return unreadable(
      `The Secret of the target's ENCRYPTION_KEY is not there, or Passage may not read it.`,
      `Create it, or add "${secret.name}" to the resourceNames of Role passage-reader.`,
    );
  }
}
