import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readAssembly } from '../../local/assembly/assembly.ts';
import { synthesize } from '../../local/assembly/synthesize.ts';
import type { Policies } from '../../local/iam/policies.ts';
import { parseCalls, type RecordedCall, readdressed, readRecord } from '../../local/iam/record.ts';
import { flaws, type Grant, usage } from '../../local/iam/usage.ts';
import { ACCOUNT } from '../../local/world/account.ts';
import { policiesOf } from '../../local/world/policies.ts';
import { sampleRoles } from '../../local/world/sample-variables.ts';
import { type Command, exitCodes } from '../command.ts';
import { DIRECTORY } from '../open-world.ts';
import { reasons, UNKNOWN_TO_THE_DATA } from './reasons.ts';

const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));
/** Calls of runs on the sample, one for each grant that they need: kept, so that a single run need not make them all. */
const KEPT = fileURLToPath(new URL('kept-calls.ndjson', import.meta.url));

export const permissions: Command = {
  name: 'permissions',
  summary: 'lists what is granted and never used, by what IAM was asked in local runs',
  positionals: [],
  options: {
    save: { type: 'boolean', help: 'keeps the calls of this folder’s runs that show what is needed (for developers)' },
  },
  async run({ console, options }) {
    const policies = await deployedPolicies((line) => console.live(line));
    const here = readdressed(readRecord(join(DIRECTORY, 'iam')), policies);
    const kept = existsSync(KEPT) ? readdressed(parseCalls(readFileSync(KEPT, 'utf8')), policies) : [];
    const judged = await judge([...here, ...kept], policies);
    if (options.save === true) writeFileSync(KEPT, lines(judged.grants));
    const made = here.reduce((sum, { times }) => sum + times, 0);
    console.line(
      `IAM was asked ${made} times by this folder's runs (${here.length} calls); ${kept.length} calls are kept.`,
    );
    for (const line of reportOf(judged)) console.line(line);
    return isClean(judged) ? exitCodes.ok : exitCodes.differ;
  },
};

/** The policies of the product as they are deployed now, with those of the sample that Passage does not deploy. */
export async function deployedPolicies(say?: (line: string) => void): Promise<Policies> {
  const directory = await synthesize({ checkout: CHECKOUT, ...(say && { say }) });
  return policiesOf(readAssembly(directory, ACCOUNT), sampleRoles);
}

export interface Judged {
  readonly refused: readonly RecordedCall[];
  /** Calls that AWS would not know in this form. */
  readonly flaws: readonly string[];
  /** What Passage's own policies allow. */
  readonly grants: readonly Grant[];
  readonly statements: number;
}

export async function judge(calls: readonly RecordedCall[], policies: Policies): Promise<Judged> {
  const known = calls.filter(({ action }) => !UNKNOWN_TO_THE_DATA.has(action));
  const ofSample = new Set(sampleRoles.map(({ arn }) => arn));
  const grants = usage(calls, policies).filter(({ owner }) => !ofSample.has(owner));
  return {
    // A person may try what is not allowed.
    refused: calls.filter(({ refused, identity }) => refused !== undefined && !identity.includes(':user/')),
    flaws: await flaws(known, policies),
    grants,
    statements: new Set(grants.map(({ owner, side, statement }) => `${owner} ${side} ${statement}`)).size,
  };
}

/** Why a grant is there that no call has needed; undefined where no reason is on the list. */
export const reasonFor = (grant: Grant): string | undefined =>
  reasons.find(
    ({ of, actions, on }) =>
      of.test(shortName(grant.owner)) && actions.includes(grant.action) && (on?.test(grant.resource) ?? true),
  )?.because;

const unexplained = ({ grants }: Judged): Grant[] =>
  grants.filter((grant) => grant.found !== 'needed' && reasonFor(grant) === undefined);

export const isClean = (judged: Judged): boolean =>
  judged.refused.length === 0 && judged.flaws.length === 0 && unexplained(judged).length === 0;

/** `arn:aws:iam::1:role/Passage-TakeLeaseRole4014CB9F` → `TakeLeaseRole`; a resource by its own name. */
export const shortName = (arn: string): string =>
  arn.replace(/^arn:aws:\w+:[^:]*:\d*:/, '').replace(/^role\/Passage-(\w+?)[0-9A-F]{8}$/, '$1');

function reportOf(judged: Judged): string[] {
  const { refused, grants, statements } = judged;
  const open = unexplained(judged);
  const explained = Map.groupBy(
    grants.filter((grant) => grant.found !== 'needed' && reasonFor(grant) !== undefined),
    (grant) => reasonFor(grant)!,
  );
  const section = (title: string, rows: readonly string[]) => (rows.length === 0 ? [] : ['', title, ...rows]);
  const row = (grant: Grant) =>
    `  ${shortName(grant.owner)}  ${grant.action}  on ${grant.resource}  (statement ${grant.statement})`;
  const because = [...explained].flatMap(([reason, of]) => [
    `  ${reason}`,
    ...[...Map.groupBy(of, ({ action }) => action)].map(
      ([action, each]) => `    ${action}: ${[...new Set(each.map(({ owner }) => shortName(owner)))].join(', ')}`,
    ),
  ]);
  return [
    ...section(
      'Refused',
      refused.map(({ principal, action, resource, refused: why }) => `  ${principal}  ${action}  ${resource}  ${why}`),
    ),
    ...section(
      'AWS would not know',
      judged.flaws.map((line) => `  ${line}`),
    ),
    ...section('Granted and not seen to be needed, for a reason', because),
    ...section('Granted and never used', open.filter(({ found }) => found === 'unused').map(row)),
    ...section('Used, and allowed by another statement too', open.filter(({ found }) => found === 'used').map(row)),
    '',
    open.length === 0
      ? `${statements} statements allow ${grants.length} actions: each needed, but for ${[...explained.values()].flat().length} with a reason.`
      : `${statements} statements allow ${grants.length} actions: ${open.length} of them without need and without a reason.`,
  ];
}

/** A call for each grant, the same once, in the order of the grants. */
function lines(grants: readonly Grant[]): string {
  const shown = new Set(grants.flatMap(({ shownBy }) => shownBy ?? []));
  return [...shown].map((call) => `${JSON.stringify({ ...call, times: 1 })}\n`).join('');
}
