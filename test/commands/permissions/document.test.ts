import { permissionsDocument } from '../../../lib/commands/permissions/document.ts';

const role = (service: string, Description?: string) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    ...(Description && { Description }),
    AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: `${service}.amazonaws.com` } }] },
  },
});
const policy = (id: string, ...Statement: readonly object[]) => ({
  Type: 'AWS::IAM::Policy',
  Properties: { Roles: [{ Ref: id }], PolicyDocument: { Statement } },
});
const logs = (name: string) => ({ Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: name } });
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** The rows of the document's tables that hold these words. */
const rowsWith = (resources: Parameters<typeof permissionsDocument>[0], words: string) =>
  permissionsDocument(resources)
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.includes(words));

const greet = { GreetRole01234567: role('lambda', 'Passage: Greet') };
const saying = (...Statement: readonly object[]) => ({ ...greet, Policy: policy('GreetRole01234567', ...Statement) });

test('a role is named by its description, with actions, resources and conditions of each statement', () => {
  const bucket = { Type: 'AWS::S3::Bucket', Properties: {} };
  const says = saying({
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:PutObject'],
    Resource: { 'Fn::Join': ['', [arnOf('EvidenceBucketABCDEF01'), '/runs/*']] },
    Condition: { StringLike: { 's3:prefix': ['runs/*', 'a'] } },
  });
  expect(rowsWith({ ...says, EvidenceBucketABCDEF01: bucket }, 'Greet')).toEqual([
    '| **Greet** | `s3:GetObject`<br>`s3:PutObject` | `arn:aws:s3:::${EvidenceBucket}/runs/*` | StringLike `s3:prefix`: `runs/*`, `a` |',
  ]);
});

test('what is allowed on every resource stands first, with its reason, and not once more at its role', () => {
  const says = saying({ Effect: 'Allow', Action: 'ses:GetAccount', Resource: '*' });
  expect(rowsWith(says, 'ses:GetAccount')).toEqual([
    '| `ses:GetAccount` | tells whether and how much the account may send |  | Greet |',
  ]);
});

test('without a reason on the list that is said', () => {
  expect(rowsWith(saying({ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }), 'no reason')).toHaveLength(
    1,
  );
});

test("its own log is left out, and another function's is told", () => {
  const says = saying(
    { Effect: 'Allow', Action: 'logs:PutLogEvents', Resource: arnOf('Own') },
    { Effect: 'Allow', Action: 'logs:PutLogEvents', Resource: arnOf('Other') },
  );
  const groups = { Own: logs('/aws/lambda/passage-greet'), Other: logs('/aws/lambda/passage-part') };
  expect(rowsWith({ ...says, ...groups }, 'log-group')).toEqual([
    '| **Greet** | `logs:PutLogEvents` | `arn:aws:logs:${Region}:${Account}:log-group:/aws/lambda/passage-part:*` |  |',
  ]);
});

test('a denial is told, but for the one beside what Lambda itself plugs in', () => {
  const says = saying(
    { Effect: 'Deny', Action: 'ec2:DescribeSubnets', Resource: '*' },
    { Effect: 'Deny', Action: 's3:DeleteObject', Resource: '*' },
  );
  expect(rowsWith(says, 'Greet')).toEqual(['| **Greet** | Deny:<br>`s3:DeleteObject` | `*` |  |']);
});

test('a value that it cannot tell is refused rather than left out', () => {
  const says = saying({ Effect: 'Allow', Action: 's3:GetObject', Resource: { 'Fn::ImportValue': 'x' } });
  expect(() => permissionsDocument(says)).toThrow(/No text for .*Fn::ImportValue/);
});
