import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthorize } from '../../../lib/local/iam/authorize.ts';
import type { Policies } from '../../../lib/local/iam/policies.ts';
import { openRecord, readdressed, readRecord } from '../../../lib/local/iam/record.ts';

const account = '111122223333';
const role = `arn:aws:iam::${account}:role/Copy`;
const session = { arn: `arn:aws:sts::${account}:assumed-role/Copy/run`, roleArn: role };
const policies = (resource = 'arn:aws:s3:::evidence/*'): Policies => ({
  identityPolicies: new Map([
    [role, [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: resource }] }]],
  ]),
  resourcePolicies: new Map(),
});

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'record-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Three questions, of which one is asked twice and one is refused. */
function ask(by: Policies): void {
  const recorder = openRecord(directory, by);
  const authorize = createAuthorize(by, recorder.add);
  for (const key of ['a', 'b', 'a']) authorize(session, 's3:GetObject', `arn:aws:s3:::evidence/${key}`);
  expect(() => authorize(session, 's3:PutObject', 'arn:aws:s3:::evidence/a')).toThrow('not authorized');
  recorder.close();
}
const read = () =>
  readRecord(directory).map(({ action, resource, refused, times }) => [
    action,
    resource.slice(-1),
    times,
    refused !== undefined,
  ]);

test('each call stands in the record with its times and its answer, and goes on over a restart', () => {
  expect(readRecord(directory)).toEqual([]);
  ask(policies());
  const once = [
    ['s3:GetObject', 'a', 2, false],
    ['s3:GetObject', 'b', 1, false],
    ['s3:PutObject', 'a', 1, true],
  ];
  expect(read()).toEqual(once);
  ask(policies());
  expect(read()).toEqual(once.map(([action, key, times, refused]) => [action, key, Number(times) * 2, refused]));
  expect(readRecord(directory)[0]).toMatchObject({ principal: session.arn, identity: role });
});

test('the counts of ten thousand calls are on disk while the account runs', () => {
  const recorder = openRecord(directory, policies());
  const call = (key: number) => ({
    principal: session.arn,
    identity: role,
    action: 's3:GetObject',
    resource: `arn:aws:s3:::evidence/${key}`,
    keys: {},
  });
  for (let key = 0; key < 10_000; key++) recorder.add(call(key), false);
  expect(readRecord(directory)).toHaveLength(10_000);
  recorder.close();
  expect(readRecord(directory).every(({ times }) => times === 1)).toBe(true);
});

test('a call is on disk before it is answered, and a line that was cut off is left out', () => {
  const recorder = openRecord(directory, policies());
  createAuthorize(policies(), recorder.add)(session, 's3:GetObject', 'arn:aws:s3:::evidence/a');
  expect(readFileSync(join(directory, 'calls.ndjson'), 'utf8')).toContain('evidence/a');
  appendFileSync(join(directory, 'calls.ndjson'), '{"action":"s3:Get');
  expect(read()).toEqual([['s3:GetObject', 'a', 1, false]]);
  const again = openRecord(directory, policies());
  createAuthorize(policies(), again.add)(session, 's3:GetObject', 'arn:aws:s3:::evidence/b');
  expect(read()).toEqual([
    ['s3:GetObject', 'a', 1, false],
    ['s3:GetObject', 'b', 1, false],
  ]);
});

test('other policies begin another record', () => {
  ask(policies());
  openRecord(directory, policies('arn:aws:s3:::other/*'));
  expect(read()).toEqual([]);
});

test('ids that were drawn by lot become those that the policies name', () => {
  const key = (id: string) => `arn:aws:kms:eu-west-1:${account}:key/${id}`;
  const secret = (name: string) => `arn:aws:secretsmanager:eu-west-1:${account}:secret:${name}`;
  const named = [
    secret('one-aaaaaa'),
    secret('two-??????'),
    'arn:aws:ecs:eu-west-1:111122223333:task-definition/dump-0123abcd:1',
  ];
  const by: Policies = {
    identityPolicies: new Map([[role, [{ Statement: { Effect: 'Allow', Action: '*', Resource: named } }]]]),
    resourcePolicies: new Map([[key('here'), { Statement: [] }]]),
  };
  const definition = (name: string) => `arn:aws:ecs:eu-west-1:${account}:task-definition/${name}`;
  const call = (resource: string) => ({
    principal: session.arn,
    identity: role,
    action: 'a:b',
    resource,
    keys: {},
    times: 1,
  });
  const asked = [
    key('there'),
    secret('one-bbbbbb'),
    secret('two-bbbbbb'),
    'arn:aws:s3:::evidence/a',
    definition('dump-aaaabbbb:1'),
  ].map(call);
  expect(readdressed(asked, by).map(({ resource }) => resource)).toEqual([
    key('here'),
    secret('one-aaaaaa'),
    secret('two-bbbbbb'),
    'arn:aws:s3:::evidence/a',
    definition('dump-0123abcd:1'),
  ]);
});
