import { Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * For cdk-nag: wildcards in a role that follows from the registry. Rules of our own (test/infra/permissions.test.ts)
 * go over every statement and admit `*` by itself only where AWS knows no resource.
 */
export const wildcardsStandForNamesToCome = (role: Construct): void =>
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5',
    reason:
      'Wildcards stand for names that exist only once a run has begun (object keys, executions, tasks, random suffixes of secrets), or for actions on which AWS offers no resource.',
  });
