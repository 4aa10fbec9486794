import { type Authorize, AwsError, type ConditionKeys, type Principal } from '../wire/endpoint.ts';
import { ADMINISTRATOR, type Policies } from './policies.ts';
import { type Applicable, applicable, decide, present, type Question } from './simulation.ts';

/** A question with its answer: `refused` is AWS's reason. */
export interface Evaluated extends Question {
  readonly refused?: string | undefined;
}

interface Known extends Applicable {
  readonly evaluated: Evaluated;
}

/** A copy reads and writes thousands of objects, each once: what is known of them is forgotten again. */
const MOST_KNOWN = 10_000;

/**
 * IAM's decision within one account, by a policy simulation. Both maps are read at each call, so policies may be added
 * later; the same question to the same policies is decided once.
 *
 * @param told of each call, with whether it was decided now
 */
export function createAuthorize(
  policies: Policies,
  told: (call: Evaluated, first: boolean) => void = () => {},
): Authorize {
  const known = new Map<string, Known>();

  return (principal, action, resource, conditions = {}) => {
    const question: Question = {
      principal: principal.arn,
      identity: principal.roleArn ?? principal.arn,
      action,
      resource,
      keys: present({ ...globalKeys(principal), ...principal.keys, ...conditions }),
    };
    const key = JSON.stringify(question);
    const found = applicable(policies, question);
    const by = principal.administrator ? { ...found, identity: ADMINISTRATOR } : found;
    let entry = known.get(key);
    const first = !entry || entry.identity !== by.identity || entry.resource !== by.resource;
    if (!entry || first) {
      if (known.size >= MOST_KNOWN) known.clear();
      entry = { ...by, evaluated: { ...question, refused: refusal(question, by) } };
      known.set(key, entry);
    }
    told(entry.evaluated, first);
    const { refused } = entry.evaluated;
    if (refused === undefined) return;
    const text = `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${refused}`;
    throw new AwsError('AccessDeniedException', 403, text);
  };
}

/** Why it is refused, in AWS's words; undefined when it is allowed. */
function refusal(question: Question, by: Applicable): string | undefined {
  const decision = decide(question, by);
  if (decision === 'Allowed') return undefined;
  // Which side it was, the other one tells by its absence.
  if (decision === 'ExplicitlyDenied') {
    const side = decide(question, { ...by, resource: undefined }) === 'ExplicitlyDenied' ? 'an identity' : 'a resource';
    return `with an explicit deny in ${side}-based policy`;
  }
  const side = decide(question, { ...by, identity: ADMINISTRATOR }) === 'Allowed' ? 'identity' : 'resource';
  return `because no ${side}-based policy allows the ${question.action} action`;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
function globalKeys(principal: Principal): ConditionKeys {
  /** A service principal (`events.amazonaws.com`) belongs to no account. */
  const [, account] = /^arn:aws:(?:iam|sts)::(\d+):/.exec(principal.arn) ?? [];
  return {
    'aws:PrincipalArn': account && (principal.roleArn ?? principal.arn),
    'aws:PrincipalAccount': account,
    'aws:PrincipalType': account && (principal.roleArn ? 'AssumedRole' : 'User'),
    'aws:PrincipalIsAWSService': String(account === undefined),
    // Loopback stands for the encrypted way.
    'aws:SecureTransport': 'true',
  };
}
