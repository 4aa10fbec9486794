import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import {
  deployedPolicies,
  isClean,
  type Judged,
  judge,
  reasonFor,
  shortName,
} from '../../lib/commands/permissions/permissions.ts';
import { reasons } from '../../lib/commands/permissions/reasons.ts';
import type { Policies } from '../../lib/local/iam/policies.ts';
import { parseCalls, type RecordedCall, readdressed } from '../../lib/local/iam/record.ts';
import { applicable, decide } from '../../lib/local/iam/simulation.ts';

/** What rehearsals, cutovers and their ways back have asked of IAM, against what is deployed now. */
const MINUTES = 60_000;
let policies: Policies;
let kept: readonly RecordedCall[];
let judged: Judged;

beforeAll(async () => {
  policies = await deployedPolicies();
  const text = readFileSync(new URL('../../lib/commands/permissions/kept-calls.ndjson', import.meta.url), 'utf8');
  kept = readdressed(parseCalls(text), policies);
  judged = await judge(kept, policies);
}, 2 * MINUTES);

test('every recorded call is allowed, and one that AWS would know', () => {
  expect(kept.length).toBeGreaterThan(400);
  expect(kept.filter((call) => decide(call, applicable(policies, call)) !== 'Allowed')).toEqual([]);
  expect(judged).toMatchObject({ refused: [], flaws: [] });
});

test('without any one of its actions a recorded call is refused, or there is a reason for it', () => {
  const open = judged.grants.filter((grant) => grant.found !== 'needed' && reasonFor(grant) === undefined);
  expect(open.map(({ owner, action, found }) => `${shortName(owner)} ${action}: ${found}`)).toEqual([]);
  expect(isClean(judged)).toBe(true);
  expect(judged.grants.filter(({ found }) => found === 'needed').length).toBeGreaterThan(500);
});

test('no reason is left of what a run needs by now', () => {
  const unneeded = judged.grants.filter(({ found }) => found !== 'needed');
  const stale = reasons.flatMap(({ of, actions }) =>
    actions
      .filter((action) => !unneeded.some((grant) => grant.action === action && of.test(shortName(grant.owner))))
      .map((action) => `${of} ${action}`),
  );
  expect(stale).toEqual([]);
});

test('a statement more than is needed is found', async () => {
  const [role = '', documents = []] = [...policies.identityPolicies].find(([arn]) => arn.includes('TakeLease')) ?? [];
  const more = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:DeleteBucket', Resource: '*' } };
  const wider = { ...policies, identityPolicies: new Map(policies.identityPolicies).set(role, [...documents, more]) };
  const found = await judge(kept, wider);
  expect(isClean(found)).toBe(false);
  expect(found.grants.filter(({ action }) => action === 's3:DeleteBucket')).toMatchObject([{ found: 'unused' }]);
});
