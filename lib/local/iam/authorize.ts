import { type Authorize, AwsError, type ConditionKeys, type Principal } from '../wire/endpoint.ts';
import { compilePolicy, type PolicyDocument, type PrincipalMatch, type Statement } from './policies.ts';

export interface Policies {
  /** By the ARN of a role (or a user). A role that is not listed may do nothing of its own. */
  readonly identityPolicies: ReadonlyMap<string, readonly PolicyDocument[]>;
  /** By the ARN of the bucket, key, secret or function; a role's trust policy by the role's ARN. */
  readonly resourcePolicies: ReadonlyMap<string, PolicyDocument>;
}

/** What a resource policy says of somebody: `delegated` means "whoever the account's own policies allow". */
interface Verdict {
  readonly denied: boolean;
  readonly allowed: boolean;
  readonly delegated: boolean;
}

/**
 * IAM's decision within one account: an explicit deny wins; otherwise an allow of either side is enough, except for
 * keys and trust policies, where the identity side counts only as far as the resource's policy hands over to the account.
 * Both maps are read at each call, so policies may be added later; those present now are checked now.
 */
export function createAuthorize({ identityPolicies, resourcePolicies }: Policies): Authorize {
  const compiled = new WeakMap<PolicyDocument, readonly Statement[]>();
  const statements = (policy: PolicyDocument, owner: string): readonly Statement[] => {
    const known = compiled.get(policy) ?? compilePolicy(policy, owner);
    compiled.set(policy, known);
    return known;
  };
  for (const [owner, policies] of identityPolicies) for (const policy of policies) statements(policy, owner);
  for (const [owner, policy] of resourcePolicies) statements(policy, owner);

  return (principal, action, resource, conditions = {}) => {
    const keys = { ...globalKeys(principal), ...conditions };
    const applies = (statement: Statement) =>
      statement.action(action) && statement.resource(resource) && statement.conditions(keys);

    const identity = principal.roleArn ?? principal.arn;
    const own = (identityPolicies.get(identity) ?? [])
      .flatMap((policy) => statements(policy, identity))
      .filter(applies);
    const owner = policyOwner(resource);
    const policy = resourcePolicies.get(owner);
    const onResource = verdict(policy ? statements(policy, owner).filter(applies) : [], principal);

    const refuse = (reason: string): never => {
      const text = `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
      throw new AwsError('AccessDeniedException', 403, text);
    };
    if (onResource.denied) refuse('with an explicit deny in a resource-based policy');
    if (principal.administrator) return;
    if (own.some(({ effect }) => effect === 'Deny')) refuse('with an explicit deny in an identity-based policy');
    if (onResource.allowed) return;
    if (needsResourcePolicy(action) && !onResource.delegated)
      refuse(`because no resource-based policy allows the ${action} action`);
    if (!own.some(({ effect }) => effect === 'Allow'))
      refuse(`because no identity-based policy allows the ${action} action`);
  };
}

function verdict(statements: readonly Statement[], principal: Principal): Verdict {
  let [denied, allowed, delegated] = [false, false, false];
  for (const { effect, principal: match } of statements) {
    const named = match !== undefined && names(match, principal);
    const account = match !== undefined && !match.negated && namesAccount(match, principal);
    if (effect === 'Deny') denied ||= named || account;
    else {
      allowed ||= named;
      delegated ||= account;
    }
  }
  return { denied, allowed, delegated };
}

/** Whether the statement names this very identity, its role, or everybody. */
function names(match: PrincipalMatch, principal: Principal): boolean {
  const listed =
    match.aws.some((arn) => arn === '*' || arn === principal.arn || arn === principal.roleArn) ||
    match.services.some((service) => service === principal.arn);
  return listed !== match.negated;
}

function namesAccount(match: PrincipalMatch, principal: Principal): boolean {
  const account = accountOf(principal);
  return account !== undefined && match.aws.some((arn) => arn === account || arn === `arn:aws:iam::${account}:root`);
}

/** A service principal (`events.amazonaws.com`) belongs to no account. */
const accountOf = (principal: Principal): string | undefined => /^arn:aws:(?:iam|sts)::(\d+):/.exec(principal.arn)?.[1];

function globalKeys(principal: Principal): ConditionKeys {
  const account = accountOf(principal);
  return {
    'aws:PrincipalArn': account && (principal.roleArn ?? principal.arn),
    'aws:PrincipalAccount': account,
    'aws:PrincipalIsAWSService': String(account === undefined),
    // Loopback stands for the encrypted way.
    'aws:SecureTransport': 'true',
  };
}

/** Whose policy speaks for a resource: an object's is its bucket's, a version's its function's. */
function policyOwner(resource: string): string {
  if (resource.startsWith('arn:aws:s3:::')) return resource.split('/', 1)[0]!;
  return /^(arn:aws:lambda:[^:]*:[^:]*:function:[^:]+):/.exec(resource)?.[1] ?? resource;
}

const needsResourcePolicy = (action: string): boolean =>
  action.startsWith('kms:') || action.startsWith('sts:AssumeRole');
