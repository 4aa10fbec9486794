import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseCalls, readdressed, readRecord } from '../../local/iam/record.ts';
import type { Grant } from '../../local/iam/usage.ts';
import { type Command, exitCodes } from '../command.ts';
import { DIRECTORY } from '../open-world.ts';
import { deployed, isClean, type Judged, judge, type NamedGrant, unneeded } from './judge.ts';

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
    const now = await deployed((line) => console.live(line));
    const here = readdressed(readRecord(join(DIRECTORY, 'iam')), now.policies);
    const kept = existsSync(KEPT) ? readdressed(parseCalls(readFileSync(KEPT, 'utf8')), now.policies) : [];
    // What no run makes any more is not to be kept for ever: only these runs are.
    const save = options.save === true;
    const judged = await judge(save ? here : [...here, ...kept], now);
    if (save) writeFileSync(KEPT, lines(judged.grants));
    const made = here.reduce((sum, { times }) => sum + times, 0);
    console.line(
      `IAM was asked ${made} times by this folder's runs (${here.length} calls); ${kept.length} calls ${save ? 'were' : 'are'} kept.`,
    );
    for (const line of reportOf(judged)) console.line(line);
    return isClean(judged) ? exitCodes.ok : exitCodes.differ;
  },
};

function reportOf(judged: Judged): string[] {
  const { refused, grants, statements } = judged;
  const without = unneeded(judged);
  const open = without.get(undefined) ?? [];
  const explained = [...without].filter((entry): entry is [string, readonly NamedGrant[]] => entry[0] !== undefined);
  const section = (title: string, rows: readonly string[]) => (rows.length === 0 ? [] : ['', title, ...rows]);
  const row = ({ of, action, on, statement, principal }: NamedGrant) =>
    `  ${of}  ${action}  on ${on}${principal === undefined ? '' : `  to ${JSON.stringify(principal)}`}  (statement ${statement})`;
  const because = explained.flatMap(([reason, of]) => [
    `  ${reason}`,
    ...[...Map.groupBy(of, ({ action, on }) => `${action} on ${on}`)].map(
      ([what, each]) => `    ${what}: ${each.map((grant) => grant.of).join(', ')}`,
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
      ? `${statements} statements allow ${grants.length} actions: each needed, but for ${explained.flatMap(([, of]) => of).length} with a reason.`
      : `${statements} statements allow ${grants.length} actions: ${open.length} of them without need and without a reason.`,
  ];
}

/** A call for each grant, the same once, in the order of the grants. */
function lines(grants: readonly Grant[]): string {
  const shown = new Set(grants.flatMap(({ shownBy }) => shownBy ?? []));
  return [...shown].map((call) => `${JSON.stringify({ ...call, times: 1 })}\n`).join('');
}
