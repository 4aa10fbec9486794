import type { ObjectStore } from './object-store.ts';
import { CONFIG_MAPS, type Container, type KubernetesObject, type Pod, SECRETS, type Secret } from './objects.ts';

type Variables = Record<string, string>;
type Source = NonNullable<NonNullable<Container['env']>[number]['valueFrom']>;
type ConfigMap = KubernetesObject & { readonly data?: Readonly<Variables> };

/** A container's own variables: `envFrom` first, then `env`, where `$(NAME)` stands for an earlier one. Throws when something it names is missing. */
export function containerEnvironment(store: ObjectStore, pod: Pod, container: Container): Variables {
  const namespace = pod.metadata.namespace;
  const variables: Variables = {};
  for (const { prefix = '', secretRef, configMapRef } of container.envFrom ?? []) {
    const values = secretRef
      ? (secretValues(store, namespace, secretRef.name, secretRef.optional) ?? {})
      : (configMap(store, namespace, configMapRef?.name, configMapRef?.optional)?.data ?? {});
    for (const [name, value] of Object.entries(values)) variables[prefix + name] = value;
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const found = valueFrom ? sourced(store, pod, valueFrom) : expand(value ?? '', variables);
    if (found !== undefined) variables[name] = found;
  }
  return variables;
}

/** `$(NAME)` → its value, `$$(NAME)` → `$(NAME)`; what is unknown stays. */
export const expand = (text: string, variables: Readonly<Variables>): string =>
  text.replace(/\$(\$)?\(([\w.-]+)\)/g, (whole, escaped: string | undefined, name: string) =>
    escaped ? `$(${name})` : (variables[name] ?? whole),
  );

function sourced(
  store: ObjectStore,
  pod: Pod,
  { secretKeyRef, configMapKeyRef, fieldRef }: Source,
): string | undefined {
  const namespace = pod.metadata.namespace;
  if (secretKeyRef) {
    const { name, key, optional } = secretKeyRef;
    const value = secretValues(store, namespace, name, optional)?.[key];
    if (value === undefined && !optional) throw new Error(`couldn't find key ${key} in Secret ${namespace}/${name}`);
    return value;
  }
  if (configMapKeyRef) {
    const { name, key, optional } = configMapKeyRef;
    const value = configMap(store, namespace, name, optional)?.data?.[key];
    if (value === undefined && !optional) throw new Error(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
    return value;
  }
  if (fieldRef) return field(pod, fieldRef.fieldPath);
  throw new Error('this source of a variable is not simulated: secretKeyRef, configMapKeyRef and fieldRef are');
}

function secretValues(
  store: ObjectStore,
  namespace: string | undefined,
  name = '',
  optional = false,
): Variables | undefined {
  const secret = store.find<Secret>(SECRETS, namespace, name);
  if (!secret && !optional) throw new Error(`secret "${name}" not found`);
  return (
    secret &&
    Object.fromEntries(
      Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
    )
  );
}

function configMap(
  store: ObjectStore,
  namespace: string | undefined,
  name = '',
  optional = false,
): ConfigMap | undefined {
  const found = store.find<ConfigMap>(CONFIG_MAPS, namespace, name);
  if (!found && !optional) throw new Error(`configmap "${name}" not found`);
  return found;
}

function field(pod: Pod, path: string): string {
  const label = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (label) return pod.metadata[label[1] as 'labels' | 'annotations']?.[label[2]!] ?? '';
  const fields: Variables = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace ?? '',
    'metadata.uid': pod.metadata.uid,
    'spec.nodeName': 'local',
    'spec.serviceAccountName': pod.spec.serviceAccountName ?? 'default',
    'status.podIP': '127.0.0.1',
    'status.hostIP': '127.0.0.1',
  };
  const value = fields[path];
  if (value === undefined) throw new Error(`the field ${path} of a pod is not simulated`);
  return value;
}
