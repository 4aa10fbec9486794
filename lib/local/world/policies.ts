import type { Assembly } from '../assembly/assembly.ts';
import type { Role } from '../assembly/identities.ts';
import type { Policies } from '../iam/policies.ts';

/** A role as far as IAM looks at it; a user is one that nobody assumes. */
export type RolePolicies = Pick<Role, 'arn' | 'policies'> & Partial<Pick<Role, 'trust'>>;

/** The assembly's policies by whom they belong to, and those of roles that are not of the assembly. */
export function policiesOf(assembly: Assembly, others: readonly RolePolicies[] = []): Policies {
  const owned = <T extends { readonly arn: string }, P>(things: readonly T[], policy: (thing: T) => P | undefined) =>
    things.flatMap((thing) => {
      const found = policy(thing);
      return found === undefined ? [] : [[thing.arn, found] as const];
    });
  const roles: readonly RolePolicies[] = [...assembly.roles, ...others];
  return {
    identityPolicies: new Map(roles.map((role) => [role.arn, role.policies] as const)),
    resourcePolicies: new Map([
      ...owned(roles, (role) => role.trust),
      ...owned(assembly.buckets, (bucket) => bucket.policy),
      ...owned(assembly.keys, (key) => key.policy),
      ...assembly.functionPolicies.map(({ functionArn, policy }) => [functionArn, policy] as const),
    ]),
  };
}
