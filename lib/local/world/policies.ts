import type { Assembly } from '../assembly/assembly.ts';
import type { Policies } from '../iam/authorize.ts';

/** The assembly's policies by whom they belong to. */
export function policiesOf(assembly: Assembly): Policies {
  const owned = <T extends { readonly arn: string }, P>(things: readonly T[], policy: (thing: T) => P | undefined) =>
    things.flatMap((thing) => {
      const found = policy(thing);
      return found === undefined ? [] : [[thing.arn, found] as const];
    });
  return {
    identityPolicies: new Map(assembly.roles.map((role) => [role.arn, role.policies])),
    resourcePolicies: new Map([
      ...owned(assembly.roles, (role) => role.trust),
      ...owned(assembly.buckets, (bucket) => bucket.policy),
      ...owned(assembly.keys, (key) => key.policy),
      ...assembly.functionPolicies.map(({ functionArn, policy }) => [functionArn, policy] as const),
    ]),
  };
}
