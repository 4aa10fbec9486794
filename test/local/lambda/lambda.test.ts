import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { FunctionModel } from '../../../lib/local/assembly/compute.ts';
import { systemClock } from '../../../lib/local/clock.ts';
import { createEngine, type Engine } from '../../../lib/local/engine/engine.ts';
import { createAuthorize } from '../../../lib/local/iam/authorize.ts';
import { createCredentials, keysEnvironment } from '../../../lib/local/iam/credentials.ts';
import { lambdaEndpoint } from '../../../lib/local/lambda/endpoint.ts';
import { lambdaIntegrations } from '../../../lib/local/lambda/integration.ts';
import { createLambdaRuntime, type LambdaRuntime } from '../../../lib/local/lambda/runtime.ts';
import { type Gateway, startGateway } from '../../../lib/local/wire/gateway.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { until } from '../../support/until.ts';

const HANDLER = `
import { existsSync, writeFileSync } from 'node:fs';
let calls = 0;
console.log('begins cold');
export const handler = async (event, context) => {
  calls += 1;
  if (event.say) console.log(event.say);
  if (event.fail) throw Object.assign(new Error(event.fail), { name: 'SourceUnreachable' });
  if (event.exit) process.exit(event.exit);
  if (event.hang) await new Promise(() => {});
  if (event.arrived) writeFileSync(event.arrived, '');
  while (event.until && !existsSync(event.until)) await new Promise((resolve) => setTimeout(resolve, 5));
  return { calls, event, environment: process.env, name: context.functionName, remaining: context.getRemainingTimeInMillis() };
};
`;
const accountId = '123456789012';
const region = 'eu-west-1';
const arn = (name: string) => `arn:aws:lambda:${region}:${accountId}:function:${name}`;
const role = (name: string) => `arn:aws:iam::${accountId}:role/${name}`;

let directory: string;
let runtime: LambdaRuntime;
let gateway: Gateway;
let client: LambdaClient;
let engine: Engine;
const clock = createManualClock(Date.now());
const credentials = createCredentials({ clock: systemClock, accountId });
const authorize = createAuthorize({
  identityPolicies: new Map([
    [role('machine'), [{ Statement: { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arn('greet') } }]],
  ]),
  resourcePolicies: new Map(),
});

const model = (name: string, more: Partial<FunctionModel> = {}): FunctionModel => ({
  name,
  arn: arn(name),
  roleArn: role(name),
  handler: 'index.handler',
  directory: join(directory, 'bundle'),
  environment: { GREETING: 'hello' },
  timeoutSeconds: 30,
  memoryMegabytes: 128,
  logGroup: `/aws/lambda/${name}`,
  inNetwork: false,
  ...more,
});

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'passage-lambda-'));
  mkdirSync(join(directory, 'bundle'));
  writeFileSync(join(directory, 'bundle', 'index.mjs'), HANDLER);
  mkdirSync(join(directory, 'broken'));
  writeFileSync(join(directory, 'broken', 'index.mjs'), 'throw new Error("cannot begin");');
  runtime = createLambdaRuntime({
    functions: [
      model('greet'),
      model('later'),
      model('untrusted'),
      model('broken', { directory: join(directory, 'broken') }),
    ],
    directory: join(directory, 'world'),
    clock,
    region,
    credentialsFor: (roleArn, session) => {
      if (session === 'untrusted') throw new Error('its role does not trust Lambda');
      return keysEnvironment(credentials.mint(roleArn, session));
    },
    environment: () => ({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }),
  });
  gateway = await startGateway({
    endpoints: [lambdaEndpoint(runtime, authorize)],
    credentials,
    clock: systemClock,
    region,
  });
  client = new LambdaClient({ endpoint: gateway.url, region, credentials: credentials.mint(role('machine'), 'test') });
  engine = createEngine({
    directory: join(directory, 'executions'),
    clock: systemClock,
    region,
    accountId,
    integrations: lambdaIntegrations(runtime, authorize),
  });
});
afterAll(async () => {
  engine.close();
  client.destroy();
  await gateway.close();
  await runtime.close();
  rmSync(directory, { recursive: true, force: true });
});

const invoke = async (payload: object, name = 'greet') => {
  const answer = await client.send(
    new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(payload)) }),
  );
  return { ...answer, result: JSON.parse(answer.Payload!.transformToString()) as Record<string, unknown> };
};

test('the SDK invokes a bundled function and gets what it returned', async () => {
  const { StatusCode, FunctionError, result } = await invoke({ name: 'Ada' }, arn('greet'));
  expect(StatusCode).toBe(200);
  expect(FunctionError).toBeUndefined();
  expect(result).toMatchObject({ event: { name: 'Ada' }, name: 'greet', remaining: expect.any(Number) });
});

test("a function sees its own environment and its role's keys, and nothing of this process", async () => {
  const { environment } = (await invoke({})).result as { environment: Record<string, string> };
  expect(environment).toMatchObject({ GREETING: 'hello', AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_REGION: region });
  expect(credentials.find(environment.AWS_ACCESS_KEY_ID!)?.principal.roleArn).toBe(role('greet'));
  expect(environment.PATH).toBeUndefined();
});

test('a warm sandbox serves the next call, and calls at the same time get sandboxes of their own', async () => {
  const first = (await invoke({})).result.calls as number;
  expect((await invoke({})).result.calls).toBe(first + 1);
  const [go, ...arrivals] = ['go', 'first', 'second'].map((name) => join(directory, name));
  const together = arrivals.map((arrived) => invoke({ arrived, until: go }));
  await until(() => arrivals.every(existsSync));
  writeFileSync(go!, '');
  const calls = (await Promise.all(together)).map(({ result }) => result.calls);
  expect(calls.toSorted()).toEqual([1, first + 2]);
});

test('a function whose role nobody may take fails each time, and holds up no later call', async () => {
  const calls = Array.from({ length: 12 }, () => runtime.invoke('untrusted', '{}'));
  for (const call of calls) await expect(call).rejects.toThrow('its role does not trust Lambda');
});

test('an error becomes a function error with its name, message and trace', async () => {
  const { FunctionError, result } = await invoke({ fail: 'no route' });
  expect(FunctionError).toBe('Unhandled');
  expect(result).toMatchObject({ errorType: 'SourceUnreachable', errorMessage: 'no route' });
  expect(result.trace).toContainEqual(expect.stringContaining('no route'));
});

test('a function that takes too long is ended, and the next call works', async () => {
  const answer = invoke({ hang: true });
  await until(() => clock.sleepers().includes(30_000));
  await clock.advance(30_000);
  const { result } = await answer;
  expect(result.errorType).toBe('Sandbox.Timedout');
  expect(result.errorMessage).toMatch(/Task timed out after 30\.00 seconds$/);
  expect((await invoke({})).FunctionError).toBeUndefined();
});

test('a function that exits, and one whose module throws, are reported as AWS does', async () => {
  expect((await invoke({ exit: 3 })).result).toMatchObject({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringContaining('exit status 3'),
  });
  const broken = JSON.parse((await runtime.invoke('broken', '{}')).payload);
  expect(broken).toMatchObject({ errorMessage: 'cannot begin' });
});

test('only whom a policy allows may invoke, and an unknown function is said to be unknown', async () => {
  await expect(invoke({}, 'later')).rejects.toThrow(/not authorized to perform: lambda:InvokeFunction/);
  await expect(invoke({}, 'nobody')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('an asynchronous call that fails is tried twice more', async () => {
  const log = join(directory, 'world', 'logs', 'later.log');
  const attempts = () => (existsSync(log) ? readFileSync(log, 'utf8').split('attempt').length - 1 : 0);
  runtime.invokeLater('later', JSON.stringify({ say: 'attempt', fail: 'again' }));
  for (const [count, pause] of [
    [1, 60_000],
    [2, 120_000],
  ] as const) {
    await until(() => clock.sleepers().includes(pause));
    await until(() => attempts() === count);
    await clock.advance(pause);
  }
  await until(() => attempts() === 3);
});

test('an asynchronous call that the end of the account cut off is made again, once', async () => {
  const place = join(directory, 'queue');
  const open = () =>
    createLambdaRuntime({
      functions: [model('later')],
      directory: place,
      clock,
      region,
      credentialsFor: () => ({}),
      environment: () => ({}),
    });
  const log = () => readFileSync(join(place, 'logs', 'later.log'), 'utf8');
  const first = open();
  first.invokeLater('later', JSON.stringify({ say: 'begun', hang: true }));
  await until(() => existsSync(join(place, 'logs', 'later.log')) && log().includes('begun'));
  await first.close();
  const second = open();
  second.start();
  await until(() => log().split('begun').length - 1 === 2);
  await second.close();
  const queued = () => (JSON.parse(readFileSync(join(place, 'queue.json'), 'utf8')) as { calls: unknown[] }).calls;
  expect(queued()).toHaveLength(1);
  writeFileSync(
    join(place, 'queue.json'),
    JSON.stringify({
      calls: [
        { id: '1', functionName: 'later', payload: '{}' },
        { id: '2', functionName: 'gone', payload: '{}' },
      ],
    }),
  );
  const third = open();
  third.start();
  await until(() => queued().length === 0);
  await third.close();
});

const run = async (resource: string, argument: object) => {
  const { stateMachineArn } = engine.createStateMachine({
    name: 'call',
    roleArn: role('machine'),
    definition: JSON.stringify({
      QueryLanguage: 'JSONata',
      StartAt: 'Call',
      States: { Call: { Type: 'Task', Resource: resource, Arguments: argument, TimeoutSeconds: 60, End: true } },
    }),
  });
  return engine.whenEnded(engine.startExecution({ stateMachineArn }).executionArn);
};
const LAMBDA = 'arn:aws:states:::lambda:invoke';

test("a state gets the answer in the integration's shape", async () => {
  const { status, output } = await run(LAMBDA, { FunctionName: arn('greet'), Payload: { name: 'Ada' } });
  expect(status).toBe('SUCCEEDED');
  expect(JSON.parse(output!)).toMatchObject({
    ExecutedVersion: '$LATEST',
    StatusCode: 200,
    Payload: { event: { name: 'Ada' } },
  });
});

test('a state fails with the name of the error, and with all of it as the cause', async () => {
  const { status, error, cause } = await run(LAMBDA, { FunctionName: arn('greet'), Payload: { fail: 'no route' } });
  expect([status, error]).toEqual(['FAILED', 'SourceUnreachable']);
  expect(JSON.parse(cause!)).toMatchObject({ errorMessage: 'no route' });
});

test('a machine may call only what its role allows', async () => {
  const { error, cause } = await run(LAMBDA, { FunctionName: arn('later') });
  expect(error).toBe('Lambda.AWSLambdaException');
  expect(cause).toMatch(/assumed-role\/machine\/\w+ is not authorized to perform: lambda:InvokeFunction/);
});
