import type { Assembly } from '../assembly/assembly.ts';
import type { Policies } from '../iam/authorize.ts';
import type { PolicyDocument } from '../iam/policies.ts';

/** The assembly's policies by whom they belong to, and those of roles that are not of the assembly. */
export function policiesOf(
  assembly: Assembly,
  others: ReadonlyMap<string, readonly PolicyDocument[]> = new Map(),
): Policies {
  const owned = <T extends { readonly arn: string }, P>(things: readonly T[], policy: (thing: T) => P | undefined) =>
    things.flatMap((thing) => {
      const found = policy(thing);
      return found === undefined ? [] : [[thing.arn, found] as const];
    });
  return {
    identityPolicies: new Map([...assembly.roles.map((role) => [role.arn, role.policies] as const), ...others]),
    resourcePolicies: new Map([
      ...owned(assembly.roles, (role) => role.trust),
      ...owned(assembly.buckets, (bucket) => bucket.policy),
      ...owned(assembly.keys, (key) => key.policy),
      ...assembly.functionPolicies.map(({ functionArn, policy }) => [functionArn, policy] as const),
    ]),
  };
}
