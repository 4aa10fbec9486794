import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { readAssembly } from '../../local/assembly/assembly.ts';
import { synthesize } from '../../local/assembly/synthesize.ts';
import type { Policies } from '../../local/iam/policies.ts';
import type { RecordedCall } from '../../local/iam/record.ts';
import { flaws, type Grant, usage } from '../../local/iam/usage.ts';
import { ACCOUNT } from '../../local/world/account.ts';
import { policiesOf } from '../../local/world/policies.ts';
import { sampleRoles } from '../../local/world/sample-variables.ts';
import { type Reason, reasons, UNKNOWN_TO_THE_DATA } from './reasons.ts';

const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Deployed {
  readonly policies: Policies;
  /** What the template calls a role, a bucket or a key, by its ARN. */
  readonly logicalIds: ReadonlyMap<string, string>;
}

/** The policies of the product as they are deployed now, with those of the sample that Passage does not deploy. */
export async function deployed(say?: (line: string) => void): Promise<Deployed> {
  const directory = await synthesize({ checkout: CHECKOUT, ...(say && { say }) });
  const assembly = readAssembly(directory, ACCOUNT);
  const named = [...assembly.roles, ...assembly.buckets, ...assembly.keys];
  return {
    policies: policiesOf(assembly, sampleRoles),
    // CDK ends them with a hash of where the resource stands.
    logicalIds: new Map(named.map(({ arn, logicalId }) => [arn, logicalId.replace(/[0-9A-F]{8}$/, '')])),
  };
}

/** A grant in the words of the template: `TakeLeaseRole`, `EvidenceBucket/runs/*`, `states:execution:passage-unwind:*`. */
export interface NamedGrant extends Grant {
  readonly of: string;
  readonly on: string;
}

export interface Judged {
  readonly refused: readonly RecordedCall[];
  /** Calls that AWS would not know in this form. */
  readonly flaws: readonly string[];
  /** What Passage's own policies allow. */
  readonly grants: readonly NamedGrant[];
  readonly statements: number;
}

export async function judge(calls: readonly RecordedCall[], now: Deployed): Promise<Judged> {
  const known = calls.filter(({ action }) => !UNKNOWN_TO_THE_DATA.has(action));
  const grants = grantsOf(calls, now);
  return {
    // A person may try what is not allowed.
    refused: calls.filter(({ refused, identity }) => refused !== undefined && !identity.includes(':user/')),
    flaws: await flaws(known, now.policies),
    grants,
    statements: new Set(grants.map(({ owner, side, statement }) => `${owner} ${side} ${statement}`)).size,
  };
}

/** What Passage's own policies allow, and what of it the calls show. */
export function grantsOf(calls: readonly RecordedCall[], { policies, logicalIds }: Deployed): readonly NamedGrant[] {
  const ofSample = new Set(sampleRoles.map(({ arn }) => arn));
  const nameOf = (arn: string) => nameIn(logicalIds, arn);
  return usage(calls, policies)
    .filter(({ owner }) => !ofSample.has(owner))
    .map((grant) => ({ ...grant, of: nameOf(grant.owner), on: nameOf(grant.resource) }));
}

/** What is not of this account and region, or is not named whole, keeps its ARN. */
function nameIn(logicalIds: Deployed['logicalIds'], arn: string): string {
  const logicalId = logicalIds.get(arn);
  if (logicalId !== undefined) return logicalId;
  const [bucket = '', ...key] = arn.split('/');
  const ofObjects = bucket.startsWith('arn:aws:s3:::') ? logicalIds.get(bucket) : undefined;
  if (ofObjects !== undefined) return [ofObjects, ...key].join('/');
  return arn.replace(new RegExp(`^arn:aws:(\\w+):${ACCOUNT.region}:${ACCOUNT.accountId}:`), '$1:');
}

/** Whether a reason is one for exactly this grant: who, what, on which resource and under which condition. */
export const speaksOf = (reason: Reason, { of, on, action, principal, condition }: NamedGrant): boolean =>
  reason.of.includes(of) &&
  reason.actions.includes(action) &&
  reason.on.includes(on) &&
  isDeepStrictEqual(reason.to, principal) &&
  isDeepStrictEqual(reason.under, condition);

/** Why a grant is there that no call has needed; undefined where no reason is on the list. */
const reasonFor = (grant: NamedGrant): string | undefined => reasons.find((reason) => speaksOf(reason, grant))?.because;

/** Grants without need, by the reason that there is for them; under undefined those without one. */
export const unneeded = ({ grants }: Pick<Judged, 'grants'>): ReadonlyMap<string | undefined, readonly NamedGrant[]> =>
  Map.groupBy(
    grants.filter(({ found }) => found !== 'needed'),
    reasonFor,
  );

export const isClean = (judged: Judged): boolean =>
  judged.refused.length === 0 && judged.flaws.length === 0 && !unneeded(judged).has(undefined);
