import { createAuthorize, type Evaluated } from '../../../lib/local/iam/authorize.ts';
import type { PolicyDocument } from '../../../lib/local/iam/policies.ts';
import { checkPolicies } from '../../../lib/local/iam/simulation.ts';
import type { ConditionKeys, Principal } from '../../../lib/local/wire/endpoint.ts';

const account = '111122223333';
const roleArn = `arn:aws:iam::${account}:role/CopyRole`;
const session: Principal = { arn: `arn:aws:sts::${account}:assumed-role/CopyRole/run-1`, roleArn };
const administrator: Principal = { arn: `arn:aws:iam::${account}:user/ada`, administrator: true };
const object = 'arn:aws:s3:::evidence/runs/1/plan.json';
const key = `arn:aws:kms:eu-central-1:${account}:key/1`;
const root = { AWS: `arn:aws:iam::${account}:root` };

const trust = {
  resource: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  on: 'arn:aws:iam::111122223333:role/Other',
  action: 'sts:AssumeRole',
};

const policy = (...Statement: object[]): PolicyDocument => ({ Version: '2012-10-17', Statement });
const allow = (more: object = {}) => ({ Effect: 'Allow', Action: '*', Resource: '*', ...more });
const deny = (more: object = {}) => ({ Effect: 'Deny', Action: '*', Resource: '*', ...more });

interface Case {
  identity?: object[];
  resource?: object[];
  who?: Principal;
  action?: string;
  on?: string;
  keys?: ConditionKeys;
}

/** `allowed`, or AWS's reason. */
function decide({ identity, resource, who = session, action = 's3:GetObject', on = object, keys }: Case): string {
  const owner = on === object ? 'arn:aws:s3:::evidence' : on;
  const authorize = createAuthorize({
    identityPolicies: new Map(identity ? [[roleArn, [policy(...identity)]]] : []),
    resourcePolicies: new Map(resource ? [[owner, policy(...resource)]] : []),
  });
  try {
    authorize(who, action, on, keys);
    return 'allowed';
  } catch (error) {
    return (error as Error).message;
  }
}

test('nothing is allowed that no policy allows, in the words of AWS', () => {
  expect(decide({})).toBe(
    `User: ${session.arn} is not authorized to perform: s3:GetObject on resource: ${object} because no identity-based policy allows the s3:GetObject action`,
  );
});

test.each<[string, Case, RegExp]>([
  ['an identity policy allows', { identity: [allow()] }, /^allowed/],
  [
    'wildcards reach over slashes',
    { identity: [allow({ Action: 's3:Get*', Resource: 'arn:aws:s3:::evid?nce/*' })] },
    /^allowed/,
  ],
  ['action names ignore case', { identity: [allow({ Action: 'S3:getobject' })] }, /^allowed/],
  ['resources do not ignore case', { identity: [allow({ Resource: object.toUpperCase() })] }, /no identity-based/],
  ['a dot is a dot', { identity: [allow({ Resource: object.replace('/1/', '.1.') })] }, /no identity-based/],
  ['another action stays refused', { identity: [allow({ Action: 's3:PutObject' })] }, /no identity-based/],
  ['NotAction allows the rest', { identity: [allow({ Action: undefined, NotAction: 's3:Put*' })] }, /^allowed/],
  [
    'NotResource leaves out',
    { identity: [allow({ Resource: undefined, NotResource: 'arn:aws:s3:::evidence/*' })] },
    /no identity-based/,
  ],
  ['an explicit deny wins', { identity: [allow(), deny({ Action: 's3:Get*' })] }, /explicit deny in an identity-based/],
  [
    'a resource policy denies',
    { identity: [allow()], resource: [deny({ Principal: '*' })] },
    /explicit deny in a resource-based/,
  ],
  [
    'a resource policy denies an account',
    { identity: [allow()], resource: [deny({ Principal: root })] },
    /explicit deny in a resource/,
  ],
  [
    'a resource policy denies somebody else',
    { identity: [allow()], resource: [deny({ Principal: { AWS: `${roleArn}2` } })] },
    /^allowed/,
  ],
  [
    'a resource policy denies all but the role',
    { identity: [allow()], resource: [deny({ NotPrincipal: { AWS: roleArn } })] },
    /^allowed/,
  ],
  [
    'a resource policy denies all but another',
    { identity: [allow()], resource: [deny({ NotPrincipal: { AWS: `${roleArn}2` } })] },
    /deny in a resource/,
  ],
  ['a resource policy alone allows its role', { resource: [allow({ Principal: { AWS: roleArn } })] }, /^allowed/],
  ['naming the account allows nobody by itself', { resource: [allow({ Principal: root })] }, /no identity-based/],
  [
    'a key needs its own policy',
    { identity: [allow()], resource: [allow({ Principal: { AWS: `${roleArn}2` } })], on: key, action: 'kms:Decrypt' },
    /no resource-based policy allows the kms:Decrypt/,
  ],
  ['a key without one hands over to the account', { identity: [allow()], on: key, action: 'kms:Decrypt' }, /^allowed/],
  ['and allows nobody by itself', { on: key, action: 'kms:Decrypt' }, /no identity-based/],
  ['a role is assumed by whom its trust names', { ...trust, who: { arn: 'lambda.amazonaws.com' } }, /^allowed/],
  ['and by nobody else', { ...trust, identity: [allow()] }, /no resource-based policy allows the sts:AssumeRole/],
  [
    'a key hands over to the account',
    { identity: [allow()], resource: [allow({ Principal: root })], on: key, action: 'kms:Decrypt' },
    /^allowed/,
  ],
  [
    'a handed-over key still needs the role',
    { resource: [allow({ Principal: root })], on: key, action: 'kms:Decrypt' },
    /no identity-based/,
  ],
  ['an administrator needs no policy', { who: administrator }, /^allowed/],
  [
    'an administrator is stopped by a bucket',
    { who: administrator, resource: [deny({ Principal: { AWS: '*' } })] },
    /explicit deny in a resource/,
  ],
  [
    'a service may be named',
    { who: { arn: 'events.amazonaws.com' }, resource: [allow({ Principal: { Service: 'events.amazonaws.com' } })] },
    /^allowed/,
  ],
  [
    'a service is not the account',
    { who: { arn: 'events.amazonaws.com' }, resource: [allow({ Principal: root })] },
    /no resource-based/,
  ],
])('%s', (_, example, expected) => {
  expect(decide(example)).toMatch(expected);
});

test.each<[object, ConditionKeys, boolean]>([
  [{ StringEquals: { 's3:prefix': ['a', 'b'] } }, { 's3:prefix': 'b' }, true],
  [{ StringEquals: { 's3:prefix': 'a' } }, { 'S3:PREFIX': 'a' }, true],
  [{ StringEquals: { 's3:prefix': 'a' } }, {}, false],
  [{ StringEqualsIfExists: { 's3:prefix': 'a' } }, {}, true],
  [{ StringNotEquals: { 's3:prefix': 'a' } }, {}, true],
  [{ StringNotEquals: { 's3:prefix': ['a', 'b'] } }, { 's3:prefix': 'b' }, false],
  [{ StringLike: { 's3:prefix': 'runs/*' } }, { 's3:prefix': 'runs/1/2' }, true],
  [{ StringNotLike: { 's3:prefix': 'runs/*' } }, { 's3:prefix': 'votes/1' }, true],
  [{ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role/Copy*` } }, {}, true],
  [{ ArnLike: { 'aws:PrincipalArn': 'arn:*:role/CopyRole' } }, {}, false],
  [{ ArnNotEquals: { 'aws:PrincipalArn': roleArn } }, {}, false],
  [{ ArnEquals: { 'aws:PrincipalArn': roleArn } }, {}, true],
  [{ Bool: { 'aws:SecureTransport': false } }, {}, false],
  [{ Bool: { 'aws:SecureTransport': 'true' } }, {}, true],
  [{ Null: { 's3:if-none-match': 'true' } }, {}, true],
  [{ Null: { 's3:if-none-match': true } }, { 's3:if-none-match': '*' }, false],
  [{ Null: { 's3:if-none-match': 'false' } }, { 's3:if-none-match': '*' }, true],
  [{ NumericLessThanEquals: { 's3:max-keys': '10' } }, { 's3:max-keys': '10' }, true],
  [{ NumericGreaterThan: { 's3:max-keys': 10 } }, { 's3:max-keys': '9' }, false],
  [{ 'ForAllValues:StringLike': { names: ['*.example.com'] } }, { names: ['a.example.com', 'b.example.com'] }, true],
  [{ 'ForAllValues:StringLike': { names: ['*.example.com'] } }, { names: ['a.example.com', 'evil.org'] }, false],
  [{ 'ForAnyValue:StringEquals': { names: ['a'] } }, { names: ['b', 'a'] }, true],
  [{ 'ForAnyValue:StringEquals': { names: ['a'] } }, {}, false],
  [{ StringEquals: { a: '1' }, StringLike: { b: '2' } }, { a: '1', b: '3' }, false],
])('condition %j with %j is %s', (Condition, keys, holds) => {
  expect(decide({ identity: [allow({ Condition })], keys }) === 'allowed').toBe(holds);
});

test.each<[string, object]>([
  ['an unknown operator', allow({ Condition: { StringSounds: { 'aws:CurrentTime': 'x' } } })],
  ['an unknown element', allow({ Actions: '*' })],
  ['both Action and NotAction', allow({ NotAction: 'a:b' })],
  ['no effect', allow({ Effect: undefined })],
])('%s is refused when the policies are checked, with its owner', async (_, statement) => {
  const check = checkPolicies({
    identityPolicies: new Map([[roleArn, [policy(statement)]]]),
    resourcePolicies: new Map(),
  });
  await expect(check).rejects.toThrow(roleArn);
});

test('a question about all of a kind is answered by no permission on one of it', () => {
  const db = (name: string) => `arn:aws:rds:eu-central-1:${account}:db:${name}`;
  const list = (Resource: string, on: string) =>
    decide({ identity: [allow({ Resource })], action: 'rds:DescribeDBInstances', on });
  for (const on of [db('*'), '*']) {
    expect(list(db('acme'), on)).not.toBe('allowed');
    expect(list('*', on)).toBe('allowed');
  }
  expect(list(db('*'), db('*'))).toBe('allowed');
});

test('a policy variable stands for who asks', () => {
  const own = allow({ Resource: 'arn:aws:s3:::evidence/${aws:PrincipalTag/team}/*' });
  const who = (team: string): Principal => ({ ...session, keys: { 'aws:PrincipalTag/team': team } });
  expect(decide({ identity: [own], who: who('runs') })).toBe('allowed');
  expect(decide({ identity: [own], who: who('other') })).toMatch(/no identity-based/);
});

test('the same question is decided once, until a policy changes; each call is told', () => {
  const identityPolicies = new Map([[roleArn, [policy(allow())]]]);
  const told: [Evaluated, boolean][] = [];
  const authorize = createAuthorize({ identityPolicies, resourcePolicies: new Map() }, (...call) => told.push(call));
  authorize(session, 's3:GetObject', object, { 's3:prefix': undefined, 's3:VersionId': '1' });
  authorize(session, 's3:GetObject', object, { 's3:VersionId': '1' });
  identityPolicies.set(roleArn, [policy(deny())]);
  expect(() => authorize(session, 's3:GetObject', object, { 's3:VersionId': '1' })).toThrow(/explicit deny/);
  expect(told.map(([{ refused }, first]) => [refused === undefined, first])).toEqual([
    [true, true],
    [true, false],
    [false, true],
  ]);
  expect(told[0]?.[0]).toEqual({
    principal: session.arn,
    identity: roleArn,
    action: 's3:GetObject',
    resource: object,
    keys: {
      'aws:PrincipalArn': roleArn,
      'aws:PrincipalAccount': account,
      'aws:PrincipalType': 'AssumedRole',
      'aws:PrincipalIsAWSService': 'false',
      'aws:SecureTransport': 'true',
      's3:VersionId': '1',
    },
  });
});
