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

/** One action of one statement that allows it. */
export interface Grant {
  /** The ARN of the role, or of the resource whose policy it is. */
  readonly owner: string;
  readonly side: 'identity' | 'resource';
  /** Which statement of the owner, from 1; a policy that is attached beside another counts on. */
  readonly statement: number;
  readonly action: string;
  readonly resources: readonly string[];
  /**
   * `needed`: without the statement a recorded call is refused. `used`: it allows calls, each of which another statement
   * allows too. `unused`: it allows none.
   */
  readonly found: 'needed' | 'used' | 'unused';
  /** A call that shows it. */
  readonly shownBy: RecordedCall | undefined;
}

/** A statement of a policy, and the policies without it. */
interface Place {
  readonly owner: string;
  readonly side: Grant['side'];
  readonly index: number;
  readonly statement: Statement;
  readonly without: readonly PolicyDocument[];
  readonly alone: readonly PolicyDocument[];
}

/** What the recorded calls need of the policies: each action of each statement that allows something. */
export function usage(calls: readonly RecordedCall[], policies: Policies): readonly Grant[] {
  const allowed = calls.filter(({ refused }) => refused === undefined);
  const byIdentity = Map.groupBy(allowed, ({ identity }) => identity);
  const byResource = Map.groupBy(allowed, ({ resource }) => policyOwner(resource));
  return places(policies)
    .filter(({ statement }) => statement.Effect === 'Allow')
    .flatMap((place) => {
      const { owner, side, index, statement } = place;
      const asked = (side === 'identity' ? byIdentity : byResource).get(owner) ?? [];
      return actionsOf(statement).map((action): Grant => {
        const of = asked.filter((call) => matches(action, call.action));
        const needing = of.find((call) => refusedWithout(call, policies, place));
        const shownBy = needing ?? of.find((call) => allowsAlone(call, policies, place));
        const found = needing ? 'needed' : shownBy ? 'used' : 'unused';
        const resources = [statement.Resource ?? []].flat() as string[];
        return { owner, side, statement: index + 1, action, resources, found, shownBy };
      });
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
    const all = documents.flatMap((document, at) => statementsOf(document).map((statement) => ({ at, statement })));
    return all.map(({ at, statement }, index) => {
      const document = documents[at]!;
      const others = statementsOf(document).filter((each) => each !== statement);
      return {
        owner,
        side,
        index,
        statement,
        without: documents.flatMap((each, place) =>
          place !== at ? [each] : others.length > 0 ? [{ ...each, Statement: others }] : [],
        ),
        alone: [{ ...document, Statement: [statement] }],
      };
    });
  };
  return [
    ...[...identityPolicies].flatMap(([owner, documents]) => of(owner, 'identity', documents)),
    ...[...resourcePolicies].flatMap(([owner, document]) => of(owner, 'resource', [document])),
  ];
}

function refusedWithout(call: Question, policies: Policies, { side, without }: Place): boolean {
  const by = applicable(policies, call);
  // A trust policy that says nothing is not one that is not there.
  const nothing: PolicyDocument = { Version: '2012-10-17', Statement: [] };
  const less = side === 'identity' ? { ...by, identity: without } : { ...by, resource: without[0] ?? nothing };
  return decide(call, less) !== 'Allowed';
}

/** Whether the statement, with nothing else on its side, allows the call; the other side is as it is. */
function allowsAlone(call: Question, policies: Policies, { side, alone }: Place): boolean {
  const by = applicable(policies, call);
  if (side === 'resource') return decide(call, { identity: ADMINISTRATOR, resource: alone[0] }) === 'Allowed';
  return decide(call, { ...by, identity: alone }) === 'Allowed';
}

const matches = (pattern: string, action: string): boolean => {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'i').test(action);
};
