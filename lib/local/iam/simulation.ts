import { createRequire } from 'node:module';
import type { Simulation } from '@cloud-copilot/iam-simulate';
import type { ConditionKeys } from '../wire/endpoint.ts';
import { actionsOf, type Policies, type PolicyDocument, resourcePolicyOf, statementsOf } from './policies.ts';

/** One question to IAM, with all that its answer rests on but the policies. */
export interface Question {
  /** Who asks, as AWS reports it: a user, a session of a role, or a service (`events.amazonaws.com`). */
  readonly principal: string;
  /** Whose identity policies apply: the ARN of the role or the user; a service has none. */
  readonly identity: string;
  readonly action: string;
  readonly resource: string;
  /** Condition keys that have a value. */
  readonly keys: Readonly<Record<string, string | readonly string[]>>;
}

type Decision = 'Allowed' | 'ExplicitlyDenied' | 'ImplicitlyDenied';

/** The policies that one question is decided by. */
export interface Applicable {
  readonly identity: readonly PolicyDocument[];
  readonly resource: PolicyDocument | undefined;
}

type Library = typeof import('@cloud-copilot/iam-simulate');
let loaded: Library | undefined;

/** Loaded with the first question: it takes 150 ms, and most commands ask none. */
function library(): Library {
  loaded ??= createRequire(import.meta.url)('@cloud-copilot/iam-simulate') as Library;
  return loaded;
}

/** One and the same, so that equal questions are known again by their policies. */
const NONE: readonly PolicyDocument[] = [];

export const applicable = (policies: Policies, { identity, resource }: Question): Applicable => ({
  identity: policies.identityPolicies.get(identity) ?? NONE,
  resource: resourcePolicyOf(policies, resource),
});

/** Decides a question by the policy simulation: an explicit deny wins, then an allow of either side, trusts of services apart. */
export function decide(question: Question, by: Applicable): Decision {
  const identity = by.identity.flatMap((policy) => about(policy, question.action) ?? []);
  const resource = by.resource && about(by.resource, question.action);
  const asked = { ...question, resource: ofAll(question.resource) };
  return library().runUnsafeSimulation(simulation(asked, { identity, resource: resource && named(resource) }), {});
}

/**
 * A question about all of a kind, as AWS asks it (`db:*`, or `*` alone), is for a permission on all: the library would take
 * the star for a pattern, and one on any single thing for enough.
 */
const ofAll = (resource: string): string =>
  resource === '*' ? 'arn:aws:all:all:all:all' : resource.replaceAll('*', 'all');

/**
 * The same question with the library's checks before it: whether policies are well formed, the service has the action,
 * the action this kind of resource. Too slow for each call of a run: the record of a run is checked so afterwards.
 *
 * @returns what is wrong; undefined when nothing is
 */
export async function flaw(question: Question, by: Applicable): Promise<string | undefined> {
  const answer = await library().runSimulation(simulation(question, by), {});
  return answer.resultType === 'error' ? JSON.stringify(answer.errors) : undefined;
}

/** Throws when a policy has an element or an operator that the simulation does not know: it would be skipped silently. */
export async function checkPolicies({ identityPolicies, resourcePolicies }: Policies): Promise<void> {
  const nobody = { principal: 'lambda.amazonaws.com', identity: '', action: 'sts:GetCallerIdentity', resource: '*' };
  const check = async (owner: string, by: Applicable) => {
    const found = unknownOperator(by) ?? (await flaw({ ...nobody, keys: {} }, by));
    if (found) throw new Error(`The policy of ${owner} cannot be read: ${found}`);
  };
  for (const [owner, identity] of identityPolicies) await check(owner, { identity, resource: undefined });
  for (const [owner, resource] of resourcePolicies) await check(owner, { identity: [], resource });
}

/** The library takes any word for an operator; one that it does not know never holds. */
const OPERATOR =
  /^(ForA(ll|ny)Values?:)?(Null|(String(Not)?(Equals(IgnoreCase)?|Like)|(Numeric|Date)(NotEquals|Equals|(LessThan|GreaterThan)(Equals)?)|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?)$/;

function unknownOperator({ identity, resource }: Applicable): string | undefined {
  const statements = [...identity, ...(resource ? [resource] : [])].flatMap(statementsOf);
  return statements
    .flatMap(({ Condition = {} }) => Object.keys(Condition as object))
    .find((operator) => !OPERATOR.test(operator));
}

function simulation(question: Question, { identity, resource }: Omit<Applicable, 'resource'> & { resource?: unknown }) {
  const { principal, action, keys } = question;
  return {
    request: {
      principal,
      action,
      resource: { resource: question.resource, accountId: accountOf(question) },
      contextVariables: keys as Record<string, string | string[]>,
    },
    identityPolicies: identity.map((policy, index) => ({ name: String(index), policy })),
    // An account that belongs to no organization has neither.
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: resource,
  } satisfies Simulation;
}

/** There is one account: a bucket's ARN names none, and a service belongs to none. */
function accountOf({ principal, resource }: Question): string {
  return /^arn:aws:[^:]*:[^:]*:(\d{12}):/.exec(resource)?.[1] ?? /:(\d{12}):/.exec(principal)?.[1] ?? '123456789012';
}

/** Version 0.1.173 asks a resource policy for a name without giving it one; a validated policy brings its own. */
const named = (policyDocument: PolicyDocument) => ({
  __validated: true,
  policyDocument,
  metadata: { name: 'resource policy' },
  errors: [],
});

const narrowed = new WeakMap<PolicyDocument, Map<string, PolicyDocument | undefined>>();

/**
 * The policy less the statements that name other actions in full: they have no say, and each takes the simulation
 * 0.1 ms. Undefined when none is left.
 */
function about(policy: PolicyDocument, action: string): PolicyDocument | undefined {
  const known = narrowed.get(policy) ?? new Map<string, PolicyDocument | undefined>();
  narrowed.set(policy, known);
  if (known.has(action)) return known.get(action);
  const Statement = statementsOf(policy).filter((statement) => {
    const actions = actionsOf(statement);
    const other = (name: string) => !/[*?$]/.test(name) && name.toLowerCase() !== action.toLowerCase();
    return actions.length === 0 || !actions.every(other);
  });
  const rest = Statement.length > 0 ? { ...policy, Statement } : undefined;
  known.set(action, rest);
  return rest;
}

/** A service's own keys have a value or are not there. */
export const present = (keys: ConditionKeys): Question['keys'] =>
  Object.fromEntries(
    Object.entries(keys).filter((entry): entry is [string, string | readonly string[]] => entry[1] !== undefined),
  );
