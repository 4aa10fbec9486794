import { BOOT_POD } from '../domain/boot-pod.ts';
import { DATABASE_PASSWORD, EXTRA_VARIABLES } from '../domain/files/chart.ts';

/** The namespace of Passage's own pods in a target cluster. */
export const NAMESPACE = 'passage';
/** The service account whose pods are given the role of RestoreDatabase. */
export const RESTORE_SERVICE_ACCOUNT = 'passage-restore';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const rule = (
  apiGroup: string,
  resource: string,
  verbs: readonly string[],
  resourceNames?: readonly string[],
): Rule => ({
  apiGroups: [apiGroup],
  resources: [resource],
  ...(resourceNames && { resourceNames }),
  verbs,
});

/**
 * What Passage's groups may do in a target cluster, as one list for `kubectl apply`. The groups are those of the access
 * entries that the deployment makes; `application` is the namespace of the application that moves.
 */
export const rbacFor = (application: string) => ({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: RESTORE_SERVICE_ACCOUNT, namespace: NAMESPACE } },
    // Creates and ends the Job that restores, and reads how it fares.
    ...role('launcher', NAMESPACE, [rule('batch', 'jobs', ['create', 'get', 'list', 'delete'])]),
    // Sees which deployments there are, to find the application, a second release, and what the chart rests on; and
    // which nodes, which belong to no namespace: their processors and the room for pods. Usage and pods are not read.
    ...clusterRole('surveyor', 'reader', [rule('apps', 'deployments', ['list']), rule('', 'nodes', ['list'])]),
    // Reads the application; of its secrets only the encryption key and the variables that moved along, to take their
    // fingerprints, and the password of its database login, to try a write with it. Keys of the others are told by what
    // makes them.
    ...role('reader', application, [
      rule('apps', 'deployments', ['get', 'list']),
      rule('networking.k8s.io', 'ingresses', ['get']),
      rule('', 'secrets', ['get'], ['encryption-key', DATABASE_PASSWORD.secret, EXTRA_VARIABLES]),
      rule('', 'configmaps', ['get']),
      rule('', 'resourcequotas', ['list']),
      rule('external-secrets.io', 'externalsecrets', ['list']),
    ]),
    // Starts and stops the application, sees whether its pods have ended, opens and closes its gate.
    ...role('operator', application, [
      rule('', 'pods', ['list']),
      rule('apps', 'deployments', ['get', 'list']),
      rule('apps', 'deployments/scale', ['patch']),
      rule('networking.k8s.io', 'ingresses', ['get', 'patch']),
    ]),
    // Boots one backend on the copy, in a rehearsal: it may make a pod, and touch only the one of its own name.
    ...role('boot', application, [
      rule('apps', 'deployments', ['list']),
      // Kubernetes cannot hold the making of a thing to a name.
      rule('', 'pods', ['create']),
      rule('', 'pods', ['get', 'delete'], [BOOT_POD]),
      rule('', 'pods/log', ['get'], [BOOT_POD]),
      rule('', 'pods/portforward', ['get', 'create'], [BOOT_POD]),
      rule('metrics.k8s.io', 'pods', ['get'], [BOOT_POD]),
    ]),
  ],
});

/** Reaches every namespace, so it is for looking only. */
function clusterRole(name: 'surveyor', group: 'reader', rules: readonly Rule[]) {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const metadata = { name: `passage-${name}` };
  return [
    { apiVersion, kind: 'ClusterRole', metadata, rules },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata,
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: `passage:${group}` }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name },
    },
  ];
}

function role(group: 'launcher' | 'reader' | 'operator' | 'boot', namespace: string, rules: readonly Rule[]) {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const metadata = { name: `passage-${group}`, namespace };
  return [
    { apiVersion, kind: 'Role', metadata, rules },
    {
      apiVersion,
      kind: 'RoleBinding',
      metadata,
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: `passage:${group}` }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: `passage-${group}` },
    },
  ];
}
