import type { V1ClusterRoleBinding, V1Role, V1RoleBinding } from '@kubernetes/client-node';
import type { User } from './authentication.ts';
import type { ObjectStore } from './object-store.ts';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  type Json,
  type KubernetesObject,
  type Resource,
  ROLE_BINDINGS,
  ROLES,
} from './objects.ts';
import { StatusError } from './status.ts';

type Role = KubernetesObject & Pick<Json<V1Role>, 'rules'>;
type Binding = KubernetesObject & Pick<Json<V1RoleBinding | V1ClusterRoleBinding>, 'roleRef' | 'subjects'>;
type Rule = NonNullable<Role['rules']>[number];

interface Attributes {
  /** `get`, `list`, `watch`, `create`, … */
  readonly verb: string;
  readonly resource: Pick<Resource, 'group' | 'plural'>;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Allows what a Role or ClusterRole bound to the user or one of their groups allows; or 403, in the API server's words. */
export function authorize(user: User, attributes: Attributes, store: ObjectStore): void {
  if (isAllowed(user, attributes, store)) return;
  const { verb, resource, subresource, namespace, name } = attributes;

  const what = subresource ? `${resource.plural}/${subresource}` : resource.plural;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const subject = `${resource.plural}${resource.group ? `.${resource.group}` : ''}${name ? ` "${name}"` : ''}`;
  throw new StatusError(
    403,
    'Forbidden',
    `${subject} is forbidden: User "${user.name}" cannot ${verb} resource "${what}" in API group "${resource.group}" ${where}`,
    { name, group: resource.group || undefined, kind: resource.plural },
  );
}

/** Whether a Role or ClusterRole bound to the user or one of their groups allows it. */
export const isAllowed = (user: User, attributes: Attributes, store: ObjectStore): boolean =>
  rulesOfUser(user, attributes.namespace, store).some((rule) => allows(rule, attributes));

/** What the user may do in a namespace, or at the cluster's scope. */
export function rulesOfUser(user: User, namespace: string | undefined, store: ObjectStore): readonly Rule[] {
  if (user.groups.includes('system:masters')) return [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];
  const bindings = [
    ...store.list<Binding>(CLUSTER_ROLE_BINDINGS),
    ...(namespace === undefined ? [] : store.list<Binding>(ROLE_BINDINGS, namespace)),
  ];
  return bindings.filter((binding) => bindsTo(binding, user)).flatMap((binding) => rulesOf(binding, store));
}

const bindsTo = ({ subjects = [] }: Binding, user: User): boolean =>
  subjects.some(
    ({ kind, name }) => (kind === 'Group' && user.groups.includes(name)) || (kind === 'User' && name === user.name),
  );

function rulesOf({ roleRef, metadata: { namespace } }: Binding, store: ObjectStore): readonly Rule[] {
  const role =
    roleRef.kind === 'ClusterRole'
      ? store.find<Role>(CLUSTER_ROLES, undefined, roleRef.name)
      : store.find<Role>(ROLES, namespace, roleRef.name);
  return role?.rules ?? [];
}

function allows({ apiGroups = [], resources = [], resourceNames, verbs }: Rule, asked: Attributes): boolean {
  const what = asked.subresource ? `${asked.resource.plural}/${asked.subresource}` : asked.resource.plural;
  const has = (list: readonly string[], value: string) => list.includes(value) || list.includes('*');
  return (
    has(verbs, asked.verb) &&
    has(apiGroups, asked.resource.group) &&
    (has(resources, what) || (asked.subresource !== undefined && resources.includes(`*/${asked.subresource}`))) &&
    (!resourceNames?.length || (asked.name !== undefined && resourceNames.includes(asked.name)))
  );
}
