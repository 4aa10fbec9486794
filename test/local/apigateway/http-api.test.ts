import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type HttpApiServer, startHttpApi } from '../../../lib/local/apigateway/http-api.ts';
import { findRoute } from '../../../lib/local/apigateway/routes.ts';
import { readAssembly } from '../../../lib/local/assembly/assembly.ts';
import type { HttpApi } from '../../../lib/local/assembly/triggers.ts';
import { systemClock } from '../../../lib/local/clock.ts';
import { createAuthorize } from '../../../lib/local/iam/authorize.ts';
import { createLambdaRuntime, type LambdaRuntime } from '../../../lib/local/lambda/runtime.ts';
import { synthesizeSample } from '../../support/assembly.ts';

const account = { accountId: '123456789012', region: 'eu-west-1' };
let directory: string;
let server: HttpApiServer;
let lambda: LambdaRuntime;
let api: HttpApi;
let ready = false;

beforeAll(async () => {
  directory = mkdtempSync(`${tmpdir()}/passage-api-`);
  const assembly = readAssembly(synthesizeSample(directory), account);
  api = assembly.httpApis[0]!;
  lambda = createLambdaRuntime({
    functions: assembly.functions,
    directory,
    clock: systemClock,
    region: account.region,
    credentialsFor: () => ({}),
    environment: () => ({}),
  });
  const authorize = createAuthorize({
    identityPolicies: new Map(),
    resourcePolicies: new Map(assembly.functionPolicies.map(({ functionArn, policy }) => [functionArn, policy])),
  });
  server = await startHttpApi({ ...account, clock: systemClock, directory: join(directory, 'api') }, () =>
    ready ? { api, lambda, authorize } : undefined,
  );
});
afterAll(async () => {
  await server.close();
  await lambda.close();
  rmSync(directory, { recursive: true, force: true });
});

test('it answers 503 until there is a function behind it', async () => {
  expect((await fetch(`${server.url}/greetings/ada`)).status).toBe(503);
  ready = true;
});

test('a request reaches the function as an event of format 2.0, and its answer comes back', async () => {
  const answer = await fetch(`${server.url}/greetings/Ada%20L?x=1&x=2`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: 'a=1; b=2', 'X-Thing': 'yes' },
    body: 'decision=yes',
  });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('x-method')).toBe('POST');
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(await answer.json()).toMatchObject({
    version: '2.0',
    routeKey: 'POST /greetings/{name}',
    pathParameters: { name: 'Ada L' },
    queryStringParameters: { x: '1,2' },
    cookies: ['a=1', 'b=2'],
    headers: { 'x-thing': 'yes' },
    body: 'decision=yes',
    isBase64Encoded: false,
    requestContext: { http: { method: 'POST', path: '/greetings/Ada%20L' } },
  });
});

test('a function that does not let the API in is not invoked', async () => {
  const nobody = createAuthorize({ identityPolicies: new Map(), resourcePolicies: new Map() });
  const closed = await startHttpApi({ ...account, clock: systemClock, directory: join(directory, 'closed') }, () => ({
    api,
    lambda,
    authorize: nobody,
  }));
  expect((await fetch(`${closed.url}/greetings/ada`)).status).toBe(500);
  await closed.close();
});

test('links lead to it after another start, unless somebody else has its port by then', async () => {
  const start = () =>
    startHttpApi({ ...account, clock: systemClock, directory: join(directory, 'again') }, () => undefined);
  const first = await start();
  const other = await start();
  expect(other.url).not.toBe(first.url);
  await first.close();
  await other.close();
  const second = await start();
  expect(second.url).toBe(other.url);
  await second.close();
});

test('what no route takes is not found, another method neither', async () => {
  expect((await fetch(`${server.url}/other`)).status).toBe(404);
  expect((await fetch(`${server.url}/greetings/ada`, { method: 'HEAD' })).status).toBe(404);
});

test('the most precise route takes a request', () => {
  const routes = ['ANY /a/{x}', 'GET /a/{x}', 'GET /a/b', 'GET /{proxy+}', '$default'].map((routeKey) => ({
    routeKey,
    functionArn: routeKey,
  }));
  const taken = (method: string, path: string) => findRoute(routes, method, path)?.route.routeKey;
  expect(taken('GET', '/a/b')).toBe('GET /a/b');
  expect(taken('GET', '/a/c')).toBe('GET /a/{x}');
  expect(taken('PUT', '/a/c')).toBe('ANY /a/{x}');
  expect(taken('GET', '/deep/er')).toBe('GET /{proxy+}');
  expect(taken('PUT', '/')).toBe('$default');
});
