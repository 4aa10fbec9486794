import { databaseOf, type Variables } from '../domain/retool.ts';
import { MAIN_BACKEND } from '../domain/target-application.ts';
import { givenPlace, notIn, placeOf, unseen } from '../domain/target-missing.ts';
import type { IngressFindings, Problem, Quota } from '../workflow/documents/findings.ts';
import { WorkflowError } from '../workflow/errors.ts';
import type { Application } from './kubernetes/application.ts';
import type { Deployment } from './kubernetes/deployments.ts';
import type { Survey } from './kubernetes/survey.ts';
import type { WholeEnvironment } from './kubernetes/whole-environment.ts';

/** The application on the target cluster. Holds a secret: it never leaves the function that reads it. */
interface TargetApplication {
  readonly namespace: string;
  readonly deployments: readonly Deployment[];
  /** With the variables of the objects that it takes all keys of, as far as these may be known. */
  readonly main: Deployment;
  readonly environmentFrom: WholeEnvironment['sources'];
  /** Variables of the main backend whose values stand in clear. */
  readonly plain: Variables;
  readonly database: ReturnType<typeof databaseOf>;
  readonly encryptionKey: string | null;
  /** Null where it is not there, or Passage may not read it. */
  readonly ingress: IngressFindings | null;
  /** Null where Passage may not list them. */
  readonly quotas: Quota[] | null;
  readonly problems: readonly Problem[];
}

/** What was found of it, or why it cannot be looked at; the cluster around it, as far as that was seen. */
type LookedFor =
  | { readonly found: TargetApplication; readonly application: Application; readonly survey: Survey }
  | { readonly found: null; readonly survey: Survey | null; readonly problem: Problem };

/**
 * Looks for the application: deployments by the chart's role label, database and key in the main backend's environment.
 * That it is missing, or that Passage may not look, is a problem and no error: everything else is still to be looked at.
 */
export async function lookForTarget(
  to: {
    readonly survey: (cluster: string) => Promise<Survey>;
    readonly application: (cluster: string, namespace: string) => Application;
  },
  cluster: string,
  configured: { readonly namespace?: string | undefined; readonly ingress: string },
): Promise<LookedFor> {
  let survey: Survey | null = null;
  try {
    survey = await to.survey(cluster);
    const seen = survey.deployments?.application ?? null;
    const place = configured.namespace === undefined ? placeOf(seen) : givenPlace(configured.namespace, seen);
    if ('problem' in place) return { survey, found: null, problem: place.problem };
    const { namespace } = place;
    const application = to.application(cluster, namespace);
    const deployments = await application.deployments();
    const main = deployments.find(({ role }) => role === MAIN_BACKEND);
    if (!main) return { survey, found: null, problem: notIn(namespace, seen) };
    const found = await readTarget(application, { namespace, deployments, main }, configured.ingress);
    return { survey, application, found };
  } catch (error) {
    if (!isTargetNotFound(error)) throw error;
    return { survey, found: null, problem: unseen(cluster, error.message) };
  }
}

const isTargetNotFound = (error: unknown): error is WorkflowError =>
  error instanceof WorkflowError && error.name === 'TargetNotFound';

async function readTarget(
  application: Application,
  { namespace, deployments, main: stated }: Pick<TargetApplication, 'namespace' | 'deployments' | 'main'>,
  ingress: string,
): Promise<TargetApplication> {
  const { environment, sources } = await application.environment(stated);
  const main = { ...stated, environment };
  const plain = new Map(
    [...main.environment].flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value] as const])),
  );
  const key = await encryptionKeyOf(application, main);
  const gate = await ingressOf(application, ingress);
  return {
    namespace,
    deployments,
    main,
    environmentFrom: sources,
    plain,
    database: databaseOf(plain),
    encryptionKey: 'value' in key ? key.value : null,
    ingress: 'problem' in gate ? null : gate.ingress,
    quotas: await application.quotas(),
    problems: [key, gate].flatMap((read) => ('problem' in read ? [read.problem] : [])),
  };
}

/** The Ingress that is to be the gate. */
async function ingressOf(
  application: Application,
  name: string,
): Promise<{ ingress: IngressFindings | null } | { problem: Problem }> {
  try {
    return { ingress: await application.ingress(name) };
  } catch (error) {
    if (!isTargetNotFound(error)) throw error;
    return {
      problem: {
        kind: 'not-looked',
        severity: 'WARNING',
        what: 'Passage may not read the Ingress that is to be the gate: hosts, services and load balancer are not known, nor whether it is there.',
        where: `Ingress ${name}`,
        todo: "Apply Passage's RBAC file for the application's namespace, and check its EKS access entries.",
      },
    };
  }
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
    if (!isTargetNotFound(error)) throw error;
    return unreadable(
      `The Secret of the target's ENCRYPTION_KEY is not there, or Passage may not read it.`,
      `Create it, or add "${secret.name}" to the resourceNames of Role passage-reader.`,
    );
  }
}
