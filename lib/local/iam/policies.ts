import { z } from 'zod';
import { type Condition, compileConditions } from './conditions.ts';
import { wildcard } from './wildcard.ts';

/** A policy as the assembly states it, references already resolved. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: unknown;
}

/** A statement ready to be asked. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly action: (action: string) => boolean;
  readonly resource: (resource: string) => boolean;
  /** Undefined in identity policies. */
  readonly principal: PrincipalMatch | undefined;
  readonly conditions: Condition;
}

export interface PrincipalMatch {
  /** `NotPrincipal`: everybody but those listed. */
  readonly negated: boolean;
  /** ARNs of users, roles and sessions, `*`, or account roots. */
  readonly aws: readonly string[];
  /** `events.amazonaws.com` */
  readonly services: readonly string[];
}

const list = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const principal = z.union([
  z.literal('*').transform(() => ({ AWS: ['*'], Service: ['*'] })),
  z.strictObject({ AWS: list.default([]), Service: list.default([]), Federated: list.optional() }),
]);
const scalar = z.union([z.string(), z.boolean(), z.number()]).transform(String);
const statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Action: list.optional(),
    NotAction: list.optional(),
    Resource: list.optional(),
    NotResource: list.optional(),
    Principal: principal.optional(),
    NotPrincipal: principal.optional(),
    Condition: z
      .record(
        z.string(),
        z.record(
          z.string(),
          z.union([scalar, z.array(scalar)]).transform((value) => [value].flat()),
        ),
      )
      .default({}),
  })
  .refine((each) => !each.Action !== !each.NotAction, 'needs either Action or NotAction')
  .refine((each) => !(each.Resource && each.NotResource), 'has both Resource and NotResource')
  .refine((each) => !(each.Principal && each.NotPrincipal), 'has both Principal and NotPrincipal');
const document = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: z.string().optional(),
  Statement: z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(statement)),
});

/**
 * Reads a policy. Throws when it holds anything that this evaluation does not know (an element, an operator,
 * a policy variable): a rule that is skipped silently would allow here what AWS denies.
 *
 * @param owner named in the error: the role or resource that the policy belongs to
 */
export function compilePolicy(policy: PolicyDocument, owner: string): readonly Statement[] {
  if (JSON.stringify(policy).includes('${'))
    throw new Error(`The policy of ${owner} uses a policy variable, which is not supported.`);
  const parsed = document.safeParse(policy);
  if (!parsed.success) throw new Error(`The policy of ${owner} cannot be read: ${z.prettifyError(parsed.error)}`);
  return parsed.data.Statement.map((each) => ({
    effect: each.Effect,
    // Action names are compared without case, resources with it.
    action: each.Action ? anyOf(each.Action, 'i') : not(anyOf(each.NotAction ?? [], 'i')),
    // A trust policy names no resource: it belongs to one.
    resource: each.NotResource ? not(anyOf(each.NotResource)) : anyOf(each.Resource ?? ['*']),
    principal: compilePrincipal(each.Principal, each.NotPrincipal),
    conditions: compileConditions(each.Condition, owner),
  }));
}

type Parsed = z.output<typeof principal>;

function compilePrincipal(named: Parsed | undefined, excluded: Parsed | undefined): PrincipalMatch | undefined {
  const match = named ?? excluded;
  return match && { negated: match === excluded, aws: match.AWS, services: match.Service };
}

function anyOf(patterns: readonly string[], flags?: string): (text: string) => boolean {
  const expressions = patterns.map((pattern) => wildcard(pattern, flags));
  return (text) => expressions.some((expression) => expression.test(text));
}

function not(match: (text: string) => boolean): (text: string) => boolean {
  return (text) => !match(text);
}
