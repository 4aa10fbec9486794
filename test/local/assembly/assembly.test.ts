import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CfnResource, type Stack } from 'aws-cdk-lib';
import { type Assembly, readAssembly } from '../../../lib/local/assembly/assembly.ts';
import { createAuthorize } from '../../../lib/local/iam/authorize.ts';
import { sessionArn } from '../../../lib/local/iam/credentials.ts';
import { synthesizeSample } from '../../support/assembly.ts';

const account = { accountId: '123456789012', region: 'eu-west-1' };
let directory: string;
let assembly: Assembly;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'passage-assembly-'));
  assembly = readAssembly(synthesizeSample(directory), account);
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const readWith = (change: (stack: Stack) => void) => {
  const folder = mkdtempSync(join(directory, 'changed-'));
  return readAssembly(synthesizeSample(folder, change), account);
};

test('a function is read with its bundle, role, environment and limits', () => {
  const greet = assembly.functions.find(({ name }) => name.startsWith('Sample-Greet'))!;
  expect(greet.arn).toBe(`arn:aws:lambda:eu-west-1:123456789012:function:${greet.name}`);
  expect(greet.handler).toBe('index.handler');
  expect(greet.timeoutSeconds).toBe(60);
  expect(readFileSync(join(greet.directory, 'index.mjs'), 'utf8')).toContain('greeting');
  expect(assembly.roles.map(({ arn }) => arn)).toContain(greet.roleArn);
  expect(greet.environment).toEqual({
    BUCKET: assembly.buckets[0]!.name,
    KEY: assembly.keys[0]!.arn,
    API: assembly.httpApis[0]!.endpoint,
  });
});

test("a machine's placeholders are replaced in its text", () => {
  const [machine] = assembly.stateMachines;
  expect(machine!.arn).toBe('arn:aws:states:eu-west-1:123456789012:stateMachine:sample-greet');
  const definition = JSON.parse(machine!.definition) as { States: { Greet: { Arguments: object } } };
  expect(definition.States.Greet.Arguments).toMatchObject({ FunctionName: assembly.functions[0]!.arn });
});

test('the roles decide as they are written', () => {
  const authorize = createAuthorize({
    identityPolicies: new Map(assembly.roles.map((role) => [role.arn, role.policies])),
    resourcePolicies: new Map(),
  });
  const as = (roleArn: string) => ({ roleArn, arn: sessionArn(roleArn, 'test') });
  const [greet] = assembly.functions;
  const [bucket] = assembly.buckets;
  authorize(as(greet!.roleArn), 's3:GetObject', `${bucket!.arn}/runs/1/report.json`);
  expect(() => authorize(as(greet!.roleArn), 's3:GetObject', `${bucket!.arn}/other`)).toThrow(/not authorized/);
  authorize(as(assembly.stateMachines[0]!.roleArn), 'lambda:InvokeFunction', greet!.arn);
  expect(() => authorize(as(greet!.roleArn), 'lambda:InvokeFunction', greet!.arn)).toThrow(/not authorized/);
  authorize(as(greet!.roleArn), 'logs:PutLogEvents', 'arn:aws:logs:eu-west-1:123456789012:log-group:any');
});

test('storage is read with its policies and generated values', () => {
  const [bucket] = assembly.buckets;
  expect(bucket).toMatchObject({ versioned: true, arn: `arn:aws:s3:::${bucket!.name}` });
  expect(JSON.stringify(bucket!.policy)).toContain(`${bucket!.arn}/*`);
  expect(assembly.keys[0]).toMatchObject({ aliases: ['alias/tokens'] });
  expect(assembly.secrets[0]!.generate).toMatchObject({ length: 40, punctuation: false });
  expect(assembly.parameters).toContainEqual({ name: '/sample/setting', type: 'String', value: bucket!.name });
});

test('triggers are read with what they may invoke', () => {
  const [greet] = assembly.functions;
  expect(assembly.httpApis[0]!.routes).toEqual([
    { routeKey: 'GET /greetings/{name}', functionArn: greet!.arn },
    { routeKey: 'POST /greetings/{name}', functionArn: greet!.arn },
  ]);
  expect(assembly.rules[0]).toMatchObject({
    enabled: true,
    pattern: { source: ['aws.states'], detail: { stateMachineArn: [assembly.stateMachines[0]!.arn] } },
    targets: [{ arn: greet!.arn }],
  });
  const authorize = createAuthorize({
    identityPolicies: new Map(),
    resourcePolicies: new Map(assembly.functionPolicies.map(({ functionArn, policy }) => [functionArn, policy])),
  });
  const rule = { 'aws:SourceArn': assembly.rules[0]!.arn };
  authorize({ arn: 'events.amazonaws.com' }, 'lambda:InvokeFunction', greet!.arn, rule);
  expect(() =>
    authorize({ arn: 'events.amazonaws.com' }, 'lambda:InvokeFunction', greet!.arn, { 'aws:SourceArn': 'arn:other' }),
  ).toThrow(/not authorized/);
});

test('a task definition is read in the spelling of the API, its image found by its tag', () => {
  const [definition] = assembly.taskDefinitions;
  const { family, containerDefinitions } = definition!.input as {
    family: string;
    containerDefinitions: { name: string; image: string; environment: unknown }[];
  };
  expect(definition!.arn).toBe(`arn:aws:ecs:eu-west-1:123456789012:task-definition/${family}:1`);
  const [container] = containerDefinitions;
  expect(container).toMatchObject({
    name: 'worker',
    environment: [{ name: 'CLUSTER', value: 'arn:aws:ecs:eu-west-1:123456789012:cluster/workers' }],
  });
  expect(assembly.findImage(container!.image)).toMatchObject({ dockerfile: 'Dockerfile' });
  expect(assembly.findImage('tryretool/backend:3.100.0')).toBeUndefined();
});

test('who gets into the cluster is read', () => {
  expect(assembly.accessEntries).toEqual([
    { clusterName: 'target', principalArn: assembly.functions[0]!.roleArn, groups: ['readers'], username: undefined },
  ]);
  expect(assembly.podIdentities[0]).toMatchObject({ clusterName: 'target', serviceAccount: 'worker' });
});

test('a resource type that nobody simulates is refused by name', () => {
  expect(() => readWith((stack) => new CfnResource(stack, 'Table', { type: 'AWS::DynamoDB::Table' }))).toThrow(
    'AWS::DynamoDB::Table (Table)',
  );
});

test('an unknown attribute is refused by name', () => {
  expect(() =>
    readWith((stack) => {
      const bucket = stack.node.findChild('Evidence').node.defaultChild as CfnResource;
      new CfnResource(stack, 'Parameter', {
        type: 'AWS::SSM::Parameter',
        properties: { Type: 'String', Value: bucket.getAtt('WebsiteURL') },
      });
    }),
  ).toThrow(/reads WebsiteURL of Evidence/);
});
