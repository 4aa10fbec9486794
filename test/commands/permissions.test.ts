import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import {
  type Deployed,
  deployed,
  grantsOf,
  isClean,
  type Judged,
  judge,
  speaksOf,
  unneeded,
} from '../../lib/commands/permissions/judge.ts';
import { reasons } from '../../lib/commands/permissions/reasons.ts';
import { statementsOf } from '../../lib/local/iam/policies.ts';
import { parseCalls, type RecordedCall, readdressed } from '../../lib/local/iam/record.ts';
import { applicable, decide } from '../../lib/local/iam/simulation.ts';

/** What rehearsals, cutovers and their ways back have asked of IAM, against what is deployed now. */
const MINUTES = 60_000;
let now: Deployed;
let kept: readonly RecordedCall[];
let judged: Judged;

beforeAll(async () => {
  now = await deployed();
  const text = readFileSync(new URL('../../lib/commands/permissions/kept-calls.ndjson', import.meta.url), 'utf8');
  kept = readdressed(parseCalls(text), now.policies);
  judged = await judge(kept, now);
}, 2 * MINUTES);

test('every recorded call is allowed, and one that AWS would know', () => {
  expect(kept.length).toBeGreaterThan(400);
  expect(kept.filter((call) => decide(call, applicable(now.policies, call)) !== 'Allowed')).toEqual([]);
  expect(judged).toMatchObject({ refused: [], flaws: [] });
});

test('without any one of its actions a recorded call is refused, or there is a reason for it', () => {
  const open = unneeded(judged).get(undefined) ?? [];
  expect(open.map(({ of, action, on, found }) => `${of} ${action} on ${on}: ${found}`)).toEqual([]);
  expect(isClean(judged)).toBe(true);
  expect(judged.grants.filter(({ found }) => found === 'needed').length).toBeGreaterThan(500);
});

test('no reason is left of what a run needs by now, or of what is not granted so', () => {
  const without = [...unneeded(judged).values()].flat();
  const single = reasons.flatMap(({ of, actions, on, ...rest }) =>
    of.flatMap((one) =>
      actions.flatMap((action) => on.map((resource) => ({ ...rest, of: [one], actions: [action], on: [resource] }))),
    ),
  );
  const stale = single.filter((reason) => !without.some((grant) => speaksOf(reason, grant)));
  expect(stale.map(({ of, actions, on }) => `${of} ${actions} on ${on}`)).toEqual([]);
});

const allow = (Action: string, Resource = '*', more: object = {}) => ({ Effect: 'Allow', Action, Resource, ...more });
const toCastVote = { Principal: { AWS: 'arn:aws:iam::123456789012:role/Passage-CastVoteRole' } };
const likeDecideApproval = 'arn:aws:lambda:*:*:function:*decide-approval';

test('one grant too many makes the judgement fail', async () => {
  const found = await judge(kept, withStatement('TakeLeaseRole', allow('s3:DeleteBucket')));
  expect(isClean(found)).toBe(false);
  expect(found.grants.filter(({ action }) => action === 's3:DeleteBucket')).toMatchObject([{ found: 'unused' }]);
});

test.each<[what: string, owner: string, statement: object]>([
  ['listing every bucket', 'CastVoteRole', allow('s3:ListBucket')],
  ['listing without the condition', 'AdmitCutoverRole', allow('s3:ListBucket', '<EvidenceBucket>')],
  ['runs in another bucket', 'CastVoteRole', allow('s3:GetObject', 'arn:aws:s3:::somebody-elses/runs/*')],
  ['runs, which another role reads', 'CastVoteRole', allow('s3:GetObject', '<EvidenceBucket>/runs/*')],
  ['every secret', 'CollectSourceRole', allow('secretsmanager:GetSecretValue')],
  ['deleting every secret', 'CollectSourceRole', allow('secretsmanager:DeleteSecret')],
  ['mail from any address', 'WriteReportRole', allow('ses:SendEmail')],
  ['functions of a like name', 'RequestApprovalMachineRole', allow('lambda:InvokeFunction', likeDecideApproval)],
  ['another keeper of the key', 'TokenKey', allow('kms:PutKeyPolicy', '*', toCastVote)],
  ['all actions of a service', 'CastVoteRole', allow('s3:*', '<EvidenceBucket>/approvals/*/votes/*')],
  ['all actions but some', 'CastVoteRole', { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }],
  ['all resources but one', 'CastVoteRole', { Effect: 'Allow', Action: 's3:PutObject', NotResource: 'arn:aws:s3:::x' }],
])('no reason covers a grant too many, although one like it has a reason: %s', (_, owner, statement) => {
  const arn = arnOf(owner);
  const asked = kept.filter(({ identity, resource }) => [identity, resource].includes(arn));
  const openIn = (policies: Deployed) =>
    (unneeded({ grants: grantsOf(asked, policies) }).get(undefined) ?? []).filter(({ of }) => of === owner);
  expect(openIn(now)).toEqual([]);
  expect(openIn(withStatement(owner, statement)).length).toBeGreaterThan(0);
});

const arnOf = (logicalId: string): string =>
  [...now.logicalIds].find(([, each]) => each === logicalId)?.[0] ?? logicalId;

/** What is deployed with one statement more, in which `<EvidenceBucket>` is the ARN of what the template calls so. */
function withStatement(owner: string, statement: object): Deployed {
  const { identityPolicies, resourcePolicies } = now.policies;
  const arn = arnOf(owner);
  const text = JSON.stringify(statement).replace(/<(\w+)>/g, (_, logicalId: string) => arnOf(logicalId));
  const Statement = JSON.parse(text) as object;
  if ('Principal' in statement) {
    const document = resourcePolicies.get(arn)!;
    const wider = { ...document, Statement: [...statementsOf(document), Statement] };
    return { ...now, policies: { identityPolicies, resourcePolicies: new Map(resourcePolicies).set(arn, wider) } };
  }
  const wider = [...identityPolicies.get(arn)!, { Version: '2012-10-17', Statement }];
  return { ...now, policies: { identityPolicies: new Map(identityPolicies).set(arn, wider), resourcePolicies } };
}
