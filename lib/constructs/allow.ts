import { Stack, Validations } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';

/**
 * Adds statements to a role, and tells cdk-nag of each wildcard in them, and of no other. Which actions may have `*`
 * alone is a closed list in lib/commands/permissions/without-resource.ts.
 */
export function allow(role: iam.Role, statements: readonly iam.PolicyStatement[]): void {
  for (const statement of statements) {
    role.addToPolicy(statement);
    for (const resource of statement.resources) acknowledgeWildcard(role, resource);
  }
}

/** AWS knows no resource for what CDK itself has added to the role. */
export const acknowledgeAnyResource = (role: iam.Role): void => acknowledgeWildcard(role, '*');

function acknowledgeWildcard(role: iam.Role, resource: string): void {
  const flat = flattenCfnReference(Stack.of(role).resolve(resource));
  if (!flat.includes('*')) return;
  Validations.of(role).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${flat}]`,
    reason:
      flat === '*'
        ? 'AWS knows no resource for these actions.'
        : 'Stands for names that only a run learns: object keys, executions, tasks, changes, certificates, endings of secrets, database servers.',
  });
}
