import { z } from 'zod';
import type { PolicyDocument } from '../iam/policies.ts';
import { select } from './select.ts';
import type { Resource } from './template.ts';

export interface Role {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly trust: PolicyDocument;
  /** Inline, attached and managed. */
  readonly policies: readonly PolicyDocument[];
}

const document = z.looseObject({ Statement: z.unknown() }) as z.ZodType<PolicyDocument>;
const roleNames = z.array(z.string()).default([]);

/** The managed policies of AWS that stacks attach; another one is refused by name. */
const managedByAws: Readonly<Record<string, PolicyDocument>> = {
  AWSLambdaBasicExecutionRole: allow('logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'),
  AWSLambdaVPCAccessExecutionRole: allow(
    'logs:CreateLogGroup',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ),
  AmazonECSTaskExecutionRolePolicy: allow(
    'ecr:GetAuthorizationToken',
    'ecr:BatchCheckLayerAvailability',
    'ecr:GetDownloadUrlForLayer',
    'ecr:BatchGetImage',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
  ),
};

/** Every role with all that it may do. */
export function readRoles(resources: readonly Resource[]): readonly Role[] {
  const attached = select(resources, 'AWS::IAM::Policy', z.object({ PolicyDocument: document, Roles: roleNames }));
  const managed = select(
    resources,
    'AWS::IAM::ManagedPolicy',
    z.object({ PolicyDocument: document, Roles: roleNames }),
  );
  const role = z.object({
    AssumeRolePolicyDocument: document,
    Policies: z.array(z.object({ PolicyDocument: document })).default([]),
    ManagedPolicyArns: z.array(z.string()).default([]),
  });
  return select(resources, 'AWS::IAM::Role', role).map(({ resource, properties }) => ({
    logicalId: resource.logicalId,
    name: resource.name,
    arn: resource.attribute('Arn'),
    trust: properties.AssumeRolePolicyDocument,
    policies: [
      ...properties.Policies.map((policy) => policy.PolicyDocument),
      ...[...attached, ...managed]
        .filter((policy) => policy.properties.Roles.includes(resource.name))
        .map((policy) => policy.properties.PolicyDocument),
      ...properties.ManagedPolicyArns.map((arn) => {
        const own = managed.find((policy) => policy.resource.id === arn);
        const known = own?.properties.PolicyDocument ?? managedByAws[arn.slice(arn.lastIndexOf('/') + 1)];
        if (!known)
          throw new Error(`Role ${resource.logicalId} has the managed policy ${arn}, which is not known here.`);
        return known;
      }),
    ],
  }));
}

function allow(...actions: string[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] };
}
