import { createAuthorize } from '../../../lib/local/iam/authorize.ts';
import type { PolicyDocument } from '../../../lib/local/iam/policies.ts';
import type { ConditionKeys, Principal } from '../../../lib/local/wire/endpoint.ts';

const account = '111122223333';
const roleArn = `arn:aws:iam::${account}:role/CopyRole`;
const session: Principal = { arn: `arn:aws:sts::${account}:assumed-role/CopyRole/run-1`, roleArn };
const administrator: Principal = { arn: `arn:aws:iam::${account}:user/ada`, administrator: true };
const object = 'arn:aws:s3:::evidence/runs/1/plan.json';
const key = `arn:aws:kms:eu-central-1:${account}:key/1`;
const root = { AWS: `arn:aws:iam::${account}:root` };

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
    { identity: [allow()], on: key, action: 'kms:Decrypt' },
    /no resource-based policy allows the kms:Decrypt/,
  ],
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
    /no identity-based/,
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

test.each<[string, object, RegExp]>([
  ['an unknown operator', allow({ Condition: { DateLessThan: { 'aws:CurrentTime': 'x' } } }), /operator DateLessThan/],
  ['an unknown element', allow({ Actions: '*' }), /Actions/],
  ['a policy variable', allow({ Resource: 'arn:aws:s3:::b/${aws:username}' }), /policy variable/],
  ['both Action and NotAction', allow({ NotAction: 'a' }), /either Action or NotAction/],
  ['no effect', allow({ Effect: undefined }), /Effect/],
])('%s is refused when the policy is loaded, with its owner', (_, statement, message) => {
  const load = () =>
    createAuthorize({ identityPolicies: new Map([[roleArn, [policy(statement)]]]), resourcePolicies: new Map() });
  expect(load).toThrow(message);
  expect(load).toThrow(roleArn);
});
