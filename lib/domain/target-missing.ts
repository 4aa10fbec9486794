import type { Problem } from '../workflow/documents/findings.ts';
import { MAIN_BACKEND } from './target-application.ts';

/** Why the application on the target cannot be looked at: each a problem with what to do, by which preflight stops. */

interface Seen {
  readonly namespace: string;
  readonly name: string;
  readonly role: string;
}

const LABEL = `telemetry.retool.com/service-name=${MAIN_BACKEND}`;
const INSTALL = 'Install the application, with no replicas; the files of this run hold values for its chart.';

const missing = (what: string, where: string, todo: string): Problem => ({
  kind: 'target-missing',
  severity: 'BLOCKER',
  what,
  where,
  todo,
});

const namespacesWithMain = (deployments: readonly Seen[] | null): string[] => [
  ...new Set((deployments ?? []).filter(({ role }) => role === MAIN_BACKEND).map(({ namespace }) => namespace)),
];

/** The one namespace in which a main backend was seen. @param deployments of the whole cluster; null where Passage may not list them */
export function placeOf(deployments: readonly Seen[] | null): { namespace: string } | { problem: Problem } {
  const namespaces = namespacesWithMain(deployments);
  const [only] = namespaces;
  if (only !== undefined && namespaces.length === 1) return { namespace: only };
  if (deployments === null) {
    return {
      problem: missing(
        'Passage may not list the deployments of the cluster, and the configuration names no namespace.',
        'target.application.namespace',
        "Set it, or apply Passage's RBAC file with its ClusterRole passage-surveyor.",
      ),
    };
  }
  if (only === undefined) {
    return {
      problem: missing(`No deployment of the cluster bears the label ${LABEL}.`, 'the target cluster', INSTALL),
    };
  }
  return {
    problem: {
      kind: 'release-ambiguous',
      severity: 'BLOCKER',
      what: `The application is in ${namespaces.length} namespaces, and the configuration says of none that it is the target.`,
      where: namespaces.join(', '),
      todo: 'Say which one is in target.application.namespace, and apply the RBAC file for it.',
    },
  };
}

/**
 * The namespace that the configuration names, unless the whole cluster was seen and it holds no main backend there: a
 * mistyped one may well let nobody look, which would say nothing of the mistake.
 */
export function givenPlace(
  namespace: string,
  deployments: readonly Seen[] | null,
): { namespace: string } | { problem: Problem } {
  return deployments === null || namespacesWithMain(deployments).includes(namespace)
    ? { namespace }
    : { problem: notIn(namespace, deployments) };
}

/** No main backend in the namespace that the configuration names. */
export function notIn(namespace: string, deployments: readonly Seen[] | null): Problem {
  const elsewhere = namespacesWithMain(deployments).map((each) => `"${each}"`);
  return missing(
    `No deployment of namespace "${namespace}" bears the label ${LABEL}${elsewhere.length > 0 ? `; namespace ${elsewhere.join(' and ')} has one` : ''}.`,
    'target.application.namespace',
    elsewhere.length > 0
      ? 'Correct target.application.namespace, and apply the RBAC file for that namespace.'
      : `Correct target.application.namespace. Or: ${INSTALL}`,
  );
}

/** The cluster, or the namespace, does not let Passage look. @param message of the refusal, with what to do */
export const unseen = (cluster: string, message: string): Problem =>
  missing(message, `EKS cluster ${cluster}`, 'Then look again.');
