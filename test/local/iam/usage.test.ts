import type { Policies, PolicyDocument } from '../../../lib/local/iam/policies.ts';
import type { RecordedCall } from '../../../lib/local/iam/record.ts';
import { flaws, usage } from '../../../lib/local/iam/usage.ts';

const account = '111122223333';
const role = `arn:aws:iam::${account}:role/Copy`;
const bucket = 'arn:aws:s3:::evidence';
const key = `arn:aws:kms:eu-west-1:${account}:key/1`;

const policy = (...Statement: object[]): PolicyDocument => ({ Version: '2012-10-17', Statement });
const allow = (Action: string | string[], Resource: string, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const call = (action: string, resource: string, more: Partial<RecordedCall> = {}): RecordedCall => ({
  principal: `arn:aws:sts::${account}:assumed-role/Copy/run`,
  identity: role,
  action,
  resource,
  keys: { 'aws:PrincipalArn': role },
  times: 1,
  ...more,
});
const policies = (identity: object[], resource: Record<string, PolicyDocument> = {}): Policies => ({
  identityPolicies: new Map([[role, [policy(...identity)]]]),
  resourcePolicies: new Map(Object.entries(resource)),
});
const found = (calls: RecordedCall[], by: Policies) =>
  usage(calls, by).map((grant) => [grant.side, grant.statement, grant.action, grant.found]);

test('an action is needed when a call would be refused without its statement, and unused when none was made', () => {
  const by = policies([allow(['s3:GetObject', 's3:PutObject'], `${bucket}/runs/*`), allow('s3:ListBucket', bucket)]);
  expect(found([call('s3:GetObject', `${bucket}/runs/1`)], by)).toEqual([
    ['identity', 1, 's3:GetObject', 'needed'],
    ['identity', 1, 's3:PutObject', 'unused'],
    ['identity', 2, 's3:ListBucket', 'unused'],
  ]);
});

test('of several resources each is judged', () => {
  const by = policies([allow('s3:GetObject', bucket, { Resource: [`${bucket}/runs/*`, `${bucket}/votes/*`] })]);
  const grants = usage([call('s3:GetObject', `${bucket}/runs/1`)], by);
  expect(grants.map((grant) => [grant.resource, grant.found])).toEqual([
    [`${bucket}/runs/*`, 'needed'],
    [`${bucket}/votes/*`, 'unused'],
  ]);
});

test('what two statements allow, neither is needed for', () => {
  const by = policies([allow('s3:GetObject', `${bucket}/*`), allow('s3:Get*', `${bucket}/runs/*`)]);
  expect(found([call('s3:GetObject', `${bucket}/runs/1`)], by)).toEqual([
    ['identity', 1, 's3:GetObject', 'used'],
    ['identity', 2, 's3:Get*', 'used'],
  ]);
});

test('no call needs all of a pattern of actions, or of all but some', () => {
  const read = call('s3:GetObject', `${bucket}/runs/1`);
  const statement = { Effect: 'Allow', Resource: `${bucket}/runs/*` };
  expect(found([read], policies([{ ...statement, Action: 's3:Get*' }]))).toEqual([['identity', 1, 's3:Get*', 'used']]);
  expect(found([read], policies([{ ...statement, NotAction: ['s3:PutObject', 'iam:*'] }]))).toEqual([
    ['identity', 1, 'all but s3:PutObject, iam:*', 'used'],
  ]);
  const elsewhere = { Effect: 'Allow', Action: 's3:PutObject', NotResource: `${bucket}/runs/*` };
  expect(usage([read], policies([elsewhere]))).toMatchObject([
    { action: 's3:PutObject', resource: `all but ${bucket}/runs/*`, found: 'unused' },
  ]);
});

test('whom a policy of a resource allows it, and under which condition, is told', () => {
  const Condition = { StringEquals: { 'kms:CallerAccount': account } };
  const named = policy(allow('kms:Decrypt', '*', { Principal: { AWS: role }, Condition }));
  expect(usage([], policies([], { [key]: named }))).toMatchObject([{ principal: { AWS: role }, condition: Condition }]);
});

test('a call that was refused needs nothing, and a statement that denies is no grant', () => {
  const by = policies([allow('s3:GetObject', `${bucket}/*`), { ...allow('s3:*', `${bucket}/x`), Effect: 'Deny' }]);
  const refused = call('s3:GetObject', `${bucket}/x`, { refused: 'with an explicit deny in an identity-based policy' });
  expect(found([refused], by)).toEqual([['identity', 1, 's3:GetObject', 'unused']]);
});

test("a key's own statement is needed where it alone names the role; what the role says beside it is not", () => {
  const named = policy(allow('kms:Decrypt', '*', { Principal: { AWS: role } }));
  const by = policies([allow('kms:Decrypt', key)], { [key]: named });
  expect(found([call('kms:Decrypt', key)], by)).toEqual([
    ['identity', 1, 'kms:Decrypt', 'used'],
    ['resource', 1, 'kms:Decrypt', 'needed'],
  ]);
  expect(found([call('kms:Decrypt', key)], policies([], { [key]: named }))).toEqual([
    ['resource', 1, 'kms:Decrypt', 'needed'],
  ]);
});

test('a trust policy is needed by the service that uses the role', () => {
  const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const service = { principal: 'lambda.amazonaws.com', identity: 'lambda.amazonaws.com', keys: {} };
  expect(found([call('sts:AssumeRole', role, service)], policies([], { [role]: policy(trust) }))).toEqual([
    ['resource', 1, 'sts:AssumeRole', 'needed'],
  ]);
});

test('an action that its service does not have is told, and one on a resource that it does not take', async () => {
  const by = policies([allow('*', '*')]);
  const calls = [
    call('s3:GetObject', `${bucket}/runs/1`),
    call('s3:HeadObject', `${bucket}/runs/1`),
    call('ecs:RunTask', `${bucket}/runs/1`),
  ];
  expect(await flaws(calls, by)).toEqual([
    expect.stringMatching(/^s3:HeadObject .*invalid.action/),
    expect.stringMatching(/^ecs:RunTask .*no.resource.types/),
  ]);
});
