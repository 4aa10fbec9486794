import {
  ADMINISTRATOR,
  actionsOf,
  type Policies,
  type PolicyDocument,
  policyOwner,
  type Statement,
  statementsOf,
} from './policies.ts';
import type { RecordedCall } from './record.ts';
import { applicable, decide, flaw, type Question } from './simulation.ts';

/** One action on one resource of a statement that allows it. */
export interface Grant {
  /** The ARN of the role, or of the resource whose policy it is. */
  readonly owner: string;
  readonly side: 'identity' | 'resource';
  /** Which statement of the owner, from 1; a policy that is attached beside another counts on. */
  readonly statement: number;
  readonly action: string;
  /** As the statement names it; `*` where a trust policy names none. */
  readonly resource: string;
  /** Whom a resource's policy allows it, and under which condition, as the statement says. */
  readonly principal: unknown;
  readonly condition: unknown;
  /**
   * `needed`: without it a recorded call is refused, and it allows one action only. `used`: it allows calls, each of which is allowed otherwise too.
   * `unused`: it allows none.
   */
  readonly found: 'needed' | 'used' | 'unused';
  /** A call that shows it. */
  readonly shownBy: RecordedCall | undefined;
}

/** A grant in its place, with the policies of its side without it and with nothing else. */
interface Place extends Omit<Grant, 'found' | 'shownBy'> {
  readonly without: readonly PolicyDocument[];
  readonly alone: readonly PolicyDocument[];
  /** Whether it allows more than one action, of which no call can need all. */
  readonly several: boolean;
}

/** What the recorded calls need of the policies: each action on each resource of each statement that allows something. */
export function usage(calls: readonly RecordedCall[], policies: Policies): readonly Grant[] {
  const allowed = calls.filter(({ refused }) => refused === undefined);
  const byIdentity = Map.groupBy(allowed, ({ identity }) => identity);
  const byResource = Map.groupBy(allowed, ({ resource }) => policyOwner(resource));
  return places(policies).map(({ without, alone, several, ...grant }): Grant => {
    const asked = (grant.side === 'identity' ? byIdentity : byResource).get(grant.owner) ?? [];
    const of = asked
      .filter((call) => several || grant.action.toLowerCase() === call.action.toLowerCase())
      .filter((call) => allowsAlone(call, policies, grant.side, alone));
    const needing = several ? undefined : of.find((call) => refusedWithout(call, policies, grant.side, without));
    const shownBy = needing ?? of[0];
    return { ...grant, found: needing ? 'needed' : shownBy ? 'used' : 'unused', shownBy };
  });
}

/** What the library's own checks say of recorded calls: actions, resources and policies that AWS does not know. */
export async function flaws(calls: readonly RecordedCall[], policies: Policies): Promise<readonly string[]> {
  const found = new Map<string, string>();
  for (const call of calls) {
    // One of each kind: what is wrong with the form of a resource is wrong with its next one too.
    const kind = `${call.action} on ${call.resource.replaceAll(/[0-9a-f-]{6,}|\d+/g, '…')}`;
    if (found.has(kind)) continue;
    found.set(kind, (await flaw(call, applicable(policies, call))) ?? '');
  }
  return [...found].filter(([, text]) => text !== '').map(([kind, text]) => `${kind}: ${text}`);
}

function places({ identityPolicies, resourcePolicies }: Policies): readonly Place[] {
  const of = (owner: string, side: Grant['side'], documents: readonly PolicyDocument[]): Place[] => {
    let number = 0;
    return documents.flatMap((document, at) =>
      statementsOf(document).flatMap((statement, index) => {
        number += 1;
        if (statement.Effect !== 'Allow') return [];
        const { Principal: principal, Condition: condition } = statement;
        const place = { owner, side, statement: number, principal, condition };
        return split(statement).map(({ rest, alone, ...grant }): Place => {
          const others = statementsOf(document).flatMap((each, other) => (other === index ? rest : [each]));
          const less = others.length > 0 ? [{ ...document, Statement: others }] : [];
          return {
            ...place,
            ...grant,
            without: documents.flatMap((each, other) => (other === at ? less : [each])),
            alone: [{ ...document, Statement: [alone] }],
          };
        });
      }),
    );
  };
  return [
    ...[...identityPolicies].flatMap(([owner, documents]) => of(owner, 'identity', documents)),
    ...[...resourcePolicies].flatMap(([owner, document]) => of(owner, 'resource', [document])),
  ];
}

/** Each action on each resource of a statement, with what is left of it otherwise; all but some are one that cannot be split. */
function split(statement: Statement) {
  const { Action: _action, Resource, ...common } = statement;
  const { NotAction, NotResource } = common;
  if (NotAction !== undefined || NotResource !== undefined) {
    const all = (these: unknown, but: unknown) =>
      but === undefined ? [these].flat().join(', ') : `all but ${[but].flat().join(', ')}`;
    const named = { action: all(statement.Action, NotAction), resource: all(Resource, NotResource) };
    return [{ ...named, several: true, alone: statement, rest: [] }];
  }
  const actions = actionsOf(statement);
  const resources = Resource === undefined ? undefined : ([Resource].flat() as string[]);
  const on = (Action: readonly string[], of: readonly string[] | undefined): Statement => ({
    ...common,
    Action,
    ...(of && { Resource: of }),
  });
  return actions.flatMap((action) =>
    (resources ?? ['*']).map((resource) => {
      const otherActions = actions.filter((each) => each !== action);
      const otherResources = resources?.filter((each) => each !== resource) ?? [];
      return {
        action,
        resource,
        several: /[*?]/.test(action),
        alone: on([action], resources && [resource]),
        rest: [
          ...(otherActions.length > 0 ? [on(otherActions, resources)] : []),
          ...(otherResources.length > 0 ? [on([action], otherResources)] : []),
        ],
      };
    }),
  );
}

function refusedWithout(
  call: Question,
  policies: Policies,
  side: Grant['side'],
  without: readonly PolicyDocument[],
): boolean {
  const by = applicable(policies, call);
  // A policy that says nothing is not one that is not there.
  const nothing: PolicyDocument = { Version: '2012-10-17', Statement: [] };
  const less = side === 'identity' ? { ...by, identity: without } : { ...by, resource: without[0] ?? nothing };
  return decide(call, less) !== 'Allowed';
}

/** Whether the grant, with nothing else on its side, allows the call; the other side is as it is. */
function allowsAlone(
  call: Question,
  policies: Policies,
  side: Grant['side'],
  alone: readonly PolicyDocument[],
): boolean {
  const by = applicable(policies, call);
  if (side === 'resource') return decide(call, { identity: ADMINISTRATOR, resource: alone[0] }) === 'Allowed';
  return decide(call, { ...by, identity: alone }) === 'Allowed';
}
