/** A policy as the assembly states it, references already resolved. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: unknown;
}

export interface Policies {
  /** By the ARN of a role (or a user). A role that is not listed may do nothing of its own. */
  readonly identityPolicies: ReadonlyMap<string, readonly PolicyDocument[]>;
  /** By the ARN of the bucket, key, secret or function; a role's trust policy by the role's ARN. */
  readonly resourcePolicies: ReadonlyMap<string, PolicyDocument>;
}

/** A statement as far as anything outside of the simulation looks at it. */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly [element: string]: unknown;
}

export const statementsOf = ({ Statement }: PolicyDocument): readonly Statement[] => [Statement].flat() as Statement[];

export const actionsOf = ({ Action = [] }: Statement): readonly string[] => [Action].flat();

/** What a person at the keyboard is given: AWS's managed policy AdministratorAccess. */
export const ADMINISTRATOR: readonly PolicyDocument[] = [
  { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
];

/** Whose policy speaks for a resource: an object's is its bucket's, a version's its function's. */
export function policyOwner(resource: string): string {
  if (resource.startsWith('arn:aws:s3:::')) return resource.split('/', 1)[0]!;
  return /^(arn:aws:lambda:[^:]*:[^:]*:function:[^:]+):/.exec(resource)?.[1] ?? resource;
}

/**
 * The policy of a resource. A key that was given none has the one that AWS gives it, which hands over to the account:
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
export function resourcePolicyOf(policies: Policies, resource: string): PolicyDocument | undefined {
  const found = policies.resourcePolicies.get(policyOwner(resource));
  const [, account] = /^arn:aws:kms:[^:]*:(\d+):key\//.exec(resource) ?? [];
  return found ?? (account === undefined ? undefined : defaultKeyPolicy(account));
}

const defaultKeyPolicies = new Map<string, PolicyDocument>();

function defaultKeyPolicy(account: string): PolicyDocument {
  const Principal = { AWS: `arn:aws:iam::${account}:root` };
  const policy = defaultKeyPolicies.get(account) ?? {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }],
  };
  defaultKeyPolicies.set(account, policy);
  return policy;
}
