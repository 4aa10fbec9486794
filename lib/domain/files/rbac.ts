import { namespaceOf } from './chart.ts';
import type { Collected, Originals, UserFile } from './file.ts';

/** `rbac.json`: what Passage may do in the target cluster. */
export function rbacFile(collected: Collected, { rbac }: Originals): UserFile {
  const namespace = namespaceOf(collected);
  return {
    name: 'rbac.json',
    text: `${JSON.stringify(rbac(namespace), null, 2)}\n`,
    why: `Passage’s rights in the cluster, for the application in namespace "${namespace}"; the groups are those of the access entries that its deployment makes.`,
    how: 'kubectl apply --filename rbac.json, as somebody who may create roles there, when the namespace exists.',
  };
}
